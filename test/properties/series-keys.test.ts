import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AttributeDeclaration,
  type Attributes,
  type AttributeValue,
  attr,
  counter,
} from '../../src/declare/index.js';
import { pointsOf } from '../support/collected.js';
import { untyped } from '../support/hostile.js';
import { openRegistry } from '../support/open-registry.js';
import { PROPERTY_TIMEOUT, tries } from '../support/property.js';

/** Texts that joining, escaping or sorting would confuse, and any others. */
const text = fc.oneof(
  fc.constantFrom('', ' ', ',', '|', '"', '\\', '\u0000', '\n', '=', '{}', 'null', 'undefined'),
  fc.constantFrom('_OTHER', 'true', 'false', '0', '1', '-1', 'NaN', '__proto__', 'constructor'),
  fc.constantFrom('é', 'e\u0301', '😀', '\ud83d', '\ude00', '\ufffd', 'ﬁ', '\u202e'),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.integer({ min: 254, max: 260 }).map((length) => 'long '.padEnd(length, 'x')),
  fc.tuple(fc.constantFrom('a', 'b'), fc.nat({ max: 3 })).map(([it, n]) => it.repeat(255 + n)),
);
const value: Readonly<Record<AttributeDeclaration['type'], fc.Arbitrary<AttributeValue>>> = {
  string: text,
  oneOf: fc.constantFrom('true', '1', '', '_OTHER'),
  int: fc.oneof(fc.constantFrom(0, 1, -1), fc.maxSafeInteger()),
  boolean: fc.boolean(),
};
const DECLARED: Readonly<Record<AttributeDeclaration['type'], AttributeDeclaration>> = {
  string: attr.string().optional(),
  oneOf: attr.oneOf('true', '1', '', '_OTHER').optional(),
  int: attr.int().optional(),
  boolean: attr.boolean().optional(),
};

const types = fc.array(fc.constantFrom('string', 'oneOf', 'int', 'boolean'), {
  minLength: 1,
  maxLength: 4,
  size: 'max',
});
const keys = ['a', 'b,c', '1', 'ab'];

/** A registry's attributes, and sets of values for them; pools are small, so that sets recur. */
const given = types.chain((chosen) =>
  fc.record({
    types: fc.constant(chosen),
    sets: fc.array(
      fc.tuple(...chosen.map((type) => fc.option(value[type as 'int'], { nil: undefined }))),
      { minLength: 1, maxLength: 60, size: 'max' },
    ),
    isReversed: fc.boolean(),
  }),
);

/** What makes a set what it is: keys, types and values, values cut and made whole as they are to be. */
function identity(set: readonly (AttributeValue | undefined)[]): string {
  return JSON.stringify(
    set.map((it) => {
      if (typeof it !== 'string')
        return it === undefined ? null : [typeof it, `${it === 0 ? 0 : it}`];
      const isHalf = it.length > 256 && /[\ud800-\udbff]/.test(it.charAt(255));
      return ['string', Buffer.from(it.slice(0, isHalf ? 255 : 256)).toString()];
    }),
  );
}

describe('series keys', () => {
  it('are injective: as many series as sets, each with its own count', {
    timeout: PROPERTY_TIMEOUT,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(given, async ({ types: chosen, sets, isReversed }) => {
        const attributes = Object.fromEntries(
          chosen.map((type, i) => [keys[i] as string, DECLARED[type as 'int']]),
        );
        const { metrics } = openRegistry({ c: counter({ name: 'c', unit: '1', attributes }) });
        const expected = new Map<string, number>();
        const bySet = new Map<string, Attributes>();
        for (const set of sets) {
          const entries = set.flatMap((it, i) =>
            it === undefined ? [] : [[keys[i] as string, it] as const],
          );
          const passed = Object.fromEntries(isReversed ? entries.reverse() : entries);
          metrics.c.add(1, untyped<Record<string, never>>(passed));
          expected.set(identity(set), (expected.get(identity(set)) ?? 0) + 1);
          bySet.set(identity(set), passed);
        }
        const points = await pointsOf(metrics.producer(), 'c');
        const exported = new Map(
          points.map((point) => {
            const set = chosen.map((_, i) => point.attributes[keys[i] as string] as AttributeValue);
            return [identity(set), point.value];
          }),
        );
        expect(points).toHaveLength(expected.size);
        expect(exported).toEqual(expected);
        expect(metrics.dropped()).toEqual([]);
      }),
      tries(400),
    );
  });
});
