import fc from 'fast-check';
import {
  type AttributeDeclaration,
  type AttributeDeclarations,
  type Attributes,
  type AttributeValue,
  attr,
  buckets,
  counter,
  gauge,
  histogram,
  type InstrumentDeclaration,
  observableCounter,
  observableGauge,
  observableUpDownCounter,
  upDownCounter,
} from '../../src/declare/index.js';

/** A random instrument, and what its values are drawn from. */
export interface RandomInstrument {
  readonly declaration: InstrumentDeclaration;
  readonly values: ValueFamily;
}

/**
 * Values are `numerator × 2 ** exponent` with small numerators, so that sums are exact in whatever
 * order they are added. A mixed family has no fixed exponent; its sums are compared by tolerance.
 */
export interface ValueFamily {
  readonly exponent: number;
  readonly isMixed: boolean;
}

/** Texts that a careless series key would confuse. */
const TEXTS = ['', 'a', 'b', '1', 'true', 'a|b', 'a,b:c', '"', '\u0000', '😀', '_OTHER', 'ü'];
const POOLS: Readonly<Record<AttributeDeclaration['type'], readonly AttributeValue[]>> = {
  string: [...TEXTS, 'x'.repeat(256)],
  oneOf: ['chat', 'embeddings', '1'],
  int: [0, 1, -1, 200, Number.MAX_SAFE_INTEGER],
  boolean: [true, false],
};

const attribute = fc
  .record({
    type: fc.constantFrom('string' as const, 'oneOf' as const, 'int' as const, 'boolean' as const),
    isOptional: fc.boolean(),
    isFromContext: fc.boolean(),
  })
  .map(({ type, isOptional, isFromContext }): AttributeDeclaration => {
    const made: AttributeDeclaration =
      type === 'oneOf' ? attr.oneOf('chat', 'embeddings', '1') : attr[type]();
    const optional = isOptional ? made.optional() : made;
    return isFromContext ? optional.fromContext() : optional;
  });

const attributes = fc
  .array(attribute, { maxLength: 4, size: 'max' })
  .map((made): AttributeDeclarations => Object.fromEntries(made.map((it, i) => [`key.${i}`, it])));

const family: fc.Arbitrary<ValueFamily> = fc.oneof(
  fc.record({ exponent: fc.constantFrom(-10, -10, 0, -1060, 900), isMixed: fc.constant(false) }),
  fc.constant({ exponent: 0, isMixed: true }),
);

const bucketNumerators = fc.uniqueArray(fc.nat({ max: 64 }), { minLength: 1, maxLength: 16 });

/** A random instrument of any kind, without a name yet. */
const instrument = fc
  .record({
    kind: fc.constantFrom(
      'counter',
      'upDownCounter',
      'gauge',
      'histogram',
      'base2',
      'observableCounter',
      'observableUpDownCounter',
      'observableGauge',
    ),
    attributes,
    values: family,
    numerators: bucketNumerators,
    maxSize: fc.constantFrom(2, 3, 8, 20, 160),
    unit: fc.constantFrom('s', 'By', '{request}', '1'),
    description: fc.constantFrom('', 'What is measured.'),
  })
  .map(({ kind, values, numerators, maxSize, ...shared }) => (name: string): RandomInstrument => {
    const options = { ...shared, name } as const;
    const scale = 2 ** values.exponent;
    const bounds = numerators.sort((a, b) => a - b).map((it) => it * scale);
    const makers: Readonly<Record<string, () => InstrumentDeclaration>> = {
      counter: () => counter(options),
      upDownCounter: () => upDownCounter(options),
      gauge: () => gauge(options),
      histogram: () => histogram({ ...options, buckets: buckets.explicit(bounds) }),
      base2: () => histogram({ ...options, buckets: buckets.base2({ maxSize }) }),
      observableCounter: () => observableCounter(options),
      observableUpDownCounter: () => observableUpDownCounter(options),
      observableGauge: () => observableGauge(options),
    };
    const declaration = makers[kind]?.() as InstrumentDeclaration;
    // Only what a distribution holds besides its sum is exact for a mixed family.
    const isMixed = values.isMixed && declaration.kind === 'histogram';
    return { declaration, values: { ...values, isMixed } };
  });

/** A random set of instruments, by property name. */
export const randomInstruments: fc.Arbitrary<Readonly<Record<string, RandomInstrument>>> = fc
  .array(instrument, { minLength: 1, maxLength: 5, size: 'max' })
  .map((made) => Object.fromEntries(made.map((make, i) => [`it${i}`, make(`instrument.${i}`)])));

/** Random choices for one measurement: what they mean depends on the instrument. */
export interface Choices {
  readonly numerator: number;
  readonly exponent: number;
  readonly isBoundary: boolean;
  readonly isNegative: boolean;
  readonly picks: readonly number[];
  readonly present: readonly boolean[];
  readonly isReversed: boolean;
}

export const randomChoices: fc.Arbitrary<Choices> = fc.record({
  numerator: fc.oneof(fc.constantFrom(0, 1), fc.nat({ max: 64 }), fc.nat({ max: 2 ** 30 })),
  exponent: fc.integer({ min: -1060, max: 900 }),
  isBoundary: fc.boolean(),
  isNegative: fc.boolean(),
  picks: fc.array(fc.nat({ max: 2 }), { minLength: 4, maxLength: 4 }),
  present: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
  isReversed: fc.boolean(),
});

/** The value that the choices mean for an instrument. */
export function valueOfChoices(
  { declaration, values }: RandomInstrument,
  choices: Choices,
): number {
  const { kind, buckets: declared } = declaration;
  const { numerator, isBoundary, isNegative } = choices;
  if (declared?.type === 'explicit' && isBoundary && !values.isMixed) {
    return declared.boundaries[numerator % declared.boundaries.length] as number;
  }
  const value = numerator * 2 ** (values.isMixed ? choices.exponent : values.exponent);
  const isSigned = kind === 'upDownCounter' || kind === 'gauge' || kind === 'observableGauge';
  // Never -0: the two sides are compared by identity.
  return isSigned && isNegative && value !== 0 ? -value : value;
}

/** The attributes that the choices mean for an instrument, only those that are present. */
export function attributesOfChoices(declaration: InstrumentDeclaration, choices: Choices) {
  const entries = Object.entries(declaration.attributes).flatMap(([key, it], i) => {
    if (it.isOptional && !choices.present[i]) return [];
    const pool = POOLS[it.type];
    const pick = ((choices.picks[i] as number) * 5 + choices.numerator) % pool.length;
    return [[key, pool[pick] as AttributeValue] as const];
  });
  if (choices.isReversed) entries.reverse();
  return Object.fromEntries(entries) as Attributes & Record<string, AttributeValue>;
}
