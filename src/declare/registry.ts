import { MeterbookError, show } from '../errors.js';
import { isAttributeDeclaration } from './attributes.js';
import { problemOf } from './buckets.js';
import type { InstrumentDeclaration, InstrumentDeclarations } from './instruments.js';
import { checkRename } from './renames.js';
import { checkSlo, type SloDeclarations } from './slo.js';
import { checkUnit } from './units.js';

/**
 * The instrumentation scope: who owns the instruments.
 * Source: OpenTelemetry glossary, "Instrumentation scope".
 */
export interface Scope {
  /** Name of the library or service. */
  readonly name: string;
  readonly version?: string;
  readonly schemaUrl?: string;
}

/** A checked registry declaration: frozen data, the one thing that everything else is made from. */
export interface RegistryDeclaration<I extends InstrumentDeclarations = InstrumentDeclarations> {
  readonly scope: Scope;
  readonly instruments: I;
  readonly slos: SloDeclarations;
}

/** Property names that a live registry has for itself. */
export const RESERVED_NAMES = [
  'cardinality',
  'dropped',
  'manifest',
  'producer',
  'scope',
  'usage',
] as const;

const KINDS = new Set([
  'counter',
  'upDownCounter',
  'gauge',
  'histogram',
  'observableCounter',
  'observableUpDownCounter',
  'observableGauge',
]);

/** OpenTelemetry metrics API, "Instrument name syntax". */
const NAME = /^[A-Za-z][A-Za-z0-9_.\-/]{0,254}$/;

/**
 * Checks a registry definition and freezes it. Cold: runs once per registry.
 *
 * Throws a `MeterbookError` that names the instrument, the cause and the fix.
 */
export function declareRegistry<I extends InstrumentDeclarations>(definition: {
  readonly scope: Scope;
  readonly instruments: I;
  readonly slos?: SloDeclarations | undefined;
}): RegistryDeclaration<I> {
  const { scope, instruments, slos = {} } = definition ?? {};
  if (typeof instruments !== 'object' || instruments === null) {
    throw new MeterbookError('INVALID_REGISTRY', { cause: `instruments is ${show(instruments)}.` });
  }
  checkScope(scope);
  const byName = new Map<string, { property: string; declaration: InstrumentDeclaration }>();
  for (const [property, declaration] of Object.entries(instruments)) {
    checkInstrument(property, declaration);
    // A former name is exported too, so that nothing else can have it.
    for (const name of [declaration.name, declaration.renamedFrom?.name]) {
      const key = name?.toLowerCase();
      if (key === undefined) continue;
      const other = byName.get(key);
      if (other !== undefined) {
        throw conflict(`"${other.property}"`, other.declaration, `"${property}"`, declaration);
      }
      byName.set(key, { property, declaration });
    }
  }
  for (const [name, slo] of Object.entries(slos)) checkSlo(name, slo, instruments);
  return Object.freeze({
    scope: Object.freeze({ ...scope }),
    instruments: Object.freeze({ ...instruments }),
    slos: Object.freeze({ ...slos }),
  });
}

function checkScope(scope: Scope | undefined): void {
  const { name, version = '', schemaUrl = '' } = scope ?? {};
  for (const [field, value] of Object.entries({ name, version, schemaUrl })) {
    if (typeof value === 'string' && (value !== '' || field !== 'name')) continue;
    throw new MeterbookError('INVALID_SCOPE', { cause: `scope.${field} is ${show(value)}.` });
  }
}

/** The error for two declarations of one name: it shows both sides. */
export function conflict(
  hereName: string,
  here: InstrumentDeclaration,
  thereName: string,
  there: InstrumentDeclaration,
): MeterbookError {
  const differing = describeDeclaration(here) !== describeDeclaration(there);
  return new MeterbookError('CONFLICTING_INSTRUMENTS', {
    instrument: here.name,
    cause: `it is declared twice: ${hereName} is ${describeDeclaration(here)}; ${thereName} is ${describeDeclaration(there)}.`,
    fix: differing
      ? 'Rename one of the two, or make one declaration and record through it in both places.'
      : 'Declare it once and record through that declaration in both places.',
  });
}

/** A declaration in one line: what two conflicting ones are told apart by. */
function describeDeclaration(declaration: InstrumentDeclaration): string {
  const { kind, name, unit, attributes, buckets, renamedFrom } = declaration;
  const keys = Object.entries(attributes).map(
    ([key, a]) => `${key}${a.isOptional ? '?' : ''}:${a.type}`,
  );
  const bounds =
    buckets === undefined
      ? ''
      : buckets.type === 'explicit'
        ? `, buckets [${buckets.boundaries.join(' ')}]`
        : `, base-2 buckets of size ${buckets.maxSize}`;
  const former = renamedFrom === undefined ? '' : `, renamed from "${renamedFrom.name}"`;
  return `a ${kind} "${name}" in "${unit}" with attributes {${keys.join(', ')}}${bounds}${former}`;
}

function checkInstrument(property: string, declaration: InstrumentDeclaration): void {
  if ((RESERVED_NAMES as readonly string[]).includes(property)) {
    throw new MeterbookError('RESERVED_NAME', {
      instrument: property,
      cause: `the property name ${show(property)} is a method of the registry.`,
      fix: `Rename the property; reserved are ${RESERVED_NAMES.join(', ')}.`,
    });
  }
  if (typeof declaration !== 'object' || declaration === null || !KINDS.has(declaration.kind)) {
    throw new MeterbookError('INVALID_INSTRUMENT', {
      instrument: property,
      cause: `its declaration is ${show(declaration)}.`,
    });
  }
  const { name, unit, description } = declaration;
  if (!isName(name)) {
    throw new MeterbookError('INVALID_INSTRUMENT_NAME', {
      instrument: property,
      cause: `its name is ${show(name)}.`,
    });
  }
  if (typeof description !== 'string') {
    throw new MeterbookError('INVALID_INSTRUMENT', {
      instrument: name,
      cause: `its description is ${show(description)}.`,
      fix: 'Write the description as a string.',
    });
  }
  checkUnit(unit, name);
  checkBuckets(declaration);
  checkAttributes(declaration);
  checkLimits(declaration);
  if (declaration.seedZero) checkSeed(declaration);
  checkRename(declaration, isName);
}

function isName(name: unknown): boolean {
  return typeof name === 'string' && NAME.test(name);
}

function checkBuckets({ kind, name, buckets }: InstrumentDeclaration): void {
  const isMade = buckets?.type === 'explicit' || buckets?.type === 'base2';
  if ((kind === 'histogram') !== isMade) {
    throw new MeterbookError('INVALID_BUCKETS', {
      instrument: name,
      cause:
        kind === 'histogram' ? `its buckets are ${show(buckets)}.` : `a ${kind} has no buckets.`,
      fix:
        kind === 'histogram'
          ? 'Set buckets: buckets.exponential({ start, factor, count }) or another of buckets.*.'
          : 'Remove them, or declare a histogram.',
    });
  }
  const problem = isMade ? problemOf(buckets) : undefined;
  if (problem !== undefined) {
    throw new MeterbookError('INVALID_BUCKETS', { instrument: name, ...problem });
  }
}

function checkAttributes({ name, attributes }: InstrumentDeclaration): void {
  for (const [key, attribute] of Object.entries(attributes)) {
    if (key === '' || key in Object.prototype || key === 'otel.metric.overflow') {
      throw new MeterbookError('INVALID_ATTRIBUTE_KEY', {
        instrument: name,
        cause: `the attribute key ${show(key)} cannot be used.`,
      });
    }
    if (!isAttributeDeclaration(attribute)) {
      throw new MeterbookError('INVALID_ATTRIBUTE', {
        instrument: name,
        cause: `the attribute ${show(key)} is ${show(attribute)}.`,
      });
    }
  }
}

function checkLimits({
  name,
  kind,
  maxSeries,
  idleSeconds,
  sampleOneIn,
}: InstrumentDeclaration): void {
  const refuse = (limit: string, value: unknown, fix?: string): void => {
    throw new MeterbookError('INVALID_LIMIT', {
      instrument: name,
      cause: `${limit} is ${show(value)}.`,
      fix,
    });
  };
  if (!(Number.isSafeInteger(maxSeries) && maxSeries >= 1 && maxSeries <= 1_000_000)) {
    refuse('maxSeries', maxSeries);
  }
  if (idleSeconds !== undefined && !(Number.isFinite(idleSeconds) && idleSeconds > 0)) {
    refuse('idleSeconds', idleSeconds);
  }
  if (!(Number.isSafeInteger(sampleOneIn) && sampleOneIn >= 1)) {
    refuse('sampleOneIn', sampleOneIn);
  }
  if (sampleOneIn > 1 && kind !== 'counter' && kind !== 'histogram') {
    refuse(
      'sampleOneIn',
      sampleOneIn,
      `Only counters and histograms can be sampled; remove it from this ${kind}.`,
    );
  }
}

function checkSeed({ name, kind, attributes, maxSeries }: InstrumentDeclaration): void {
  const required = Object.entries(attributes).filter(([, attribute]) => !attribute.isOptional);
  const open = required.find(([, { type }]) => type !== 'oneOf' && type !== 'boolean');
  if (kind !== 'counter' || open !== undefined) {
    throw new MeterbookError('INVALID_SEED', {
      instrument: name,
      cause:
        open === undefined
          ? `seedZero is set on a ${kind}.`
          : `seedZero is set, but the values of the required attribute "${open[0]}" are not known beforehand.`,
    });
  }
  const combinations = required.reduce(
    (product, [, a]) => product * (a.type === 'boolean' ? 2 : a.values.length),
    1,
  );
  if (combinations > maxSeries) {
    throw new MeterbookError('INVALID_SEED', {
      instrument: name,
      cause: `seedZero would make ${combinations} series, more than maxSeries (${maxSeries}).`,
      fix: 'Make attributes optional, seed fewer, or raise maxSeries.',
    });
  }
}
