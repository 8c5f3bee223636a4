/** What to do about each error, where the place that throws it does not know better. */
const HINTS = {
  INVALID_REGISTRY: 'Pass { scope: { name }, instruments: { … } } to defineRegistry().',
  INVALID_SCOPE:
    'Set scope.name to the library or service that owns the instruments; version and schemaUrl are strings.',
  RESERVED_NAME:
    'Rename the property; the exported metric name is set by the declaration and stays.',
  INVALID_INSTRUMENT:
    'Declare it with counter(), upDownCounter(), gauge(), histogram() or an observable form.',
  INVALID_INSTRUMENT_NAME:
    'Start with a letter, then up to 254 letters, digits, "_", ".", "-" or "/".',
  INVALID_UNIT: 'Use "s", "By", "1", "{request}", "By/s" or the like; case matters.',
  INVALID_BUCKETS:
    'Give finite, strictly increasing numbers, or use buckets.linear() or .exponential().',
  INVALID_ATTRIBUTE_KEY:
    'Use a non-empty dotted name that is no property of every JavaScript object.',
  INVALID_ATTRIBUTE: 'Declare it with attr.string(), attr.oneOf(), attr.int() or attr.boolean().',
  INVALID_LIMIT:
    'maxSeries is a whole number from 1 to 1000000, sampleOneIn one from 1, idleSeconds a number above 0.',
  INVALID_RENAME:
    'Give name, last day ("2027-01-31"), and unit and factor together; no factor for base2().',
  INVALID_SEED:
    'Only counters whose required attributes are all oneOf() or boolean() can be seeded.',
  CONFLICTING_INSTRUMENTS: 'Keep one declaration and share it, or rename one of the two.',
  INVALID_SLO: 'Name a histogram, an objective between 0 and 1, and a window such as "30d".',
  SLO_THRESHOLD_NOT_A_BOUNDARY:
    'Choose a boundary as threshold, or add the threshold to the boundaries.',
  INVALID_SETUP: 'Correct the option that the message names.',
  MEASUREMENT_REFUSED:
    'Correct the record call; without strict mode it is dropped and counted by its reason.',
  TEST_EXPECTATION: 'Pass a registry made by defineRegistry(), and attributes that it declares.',
} as const;

/** What each error means. Apart from the hints, which every error needs, so that a bundler can drop it. */
const TITLES: Readonly<Record<ErrorCode, string>> = {
  INVALID_REGISTRY: 'The registry definition is malformed.',
  INVALID_SCOPE: 'The instrumentation scope is malformed.',
  RESERVED_NAME: 'An instrument is declared under a property name the registry itself uses.',
  INVALID_INSTRUMENT: 'A registry entry was not made by an instrument function.',
  INVALID_INSTRUMENT_NAME: 'The instrument name breaks the OpenTelemetry syntax.',
  INVALID_UNIT: 'The unit is not a UCUM unit as OpenTelemetry writes them.',
  INVALID_BUCKETS: 'The bucket boundaries cannot be used.',
  INVALID_ATTRIBUTE_KEY: 'An attribute key cannot be used.',
  INVALID_ATTRIBUTE: 'An attribute declaration is malformed.',
  INVALID_LIMIT: 'A limit of an instrument is out of range.',
  INVALID_RENAME: 'The former name of an instrument cannot be exported.',
  INVALID_SEED: 'The counter cannot be seeded with zeros.',
  CONFLICTING_INSTRUMENTS: 'Two declarations claim one instrument name.',
  INVALID_SLO: 'A service level objective is malformed.',
  SLO_THRESHOLD_NOT_A_BOUNDARY: 'The SLO threshold is no bucket boundary of its histogram.',
  INVALID_SETUP:
    'An option of setupMetrics(), producer(), an observer, job timings or a generator cannot be used.',
  MEASUREMENT_REFUSED:
    'Strict mode: a measurement or attribute that production would drop and count.',
  TEST_EXPECTATION: 'The test kit was asked for something that is not there.',
};

/**
 * Every error that meterbook throws, in one table: code, what it means, how to mend it.
 *
 * `docs/errors.md` explains each code at length; a test proves that the page and this table name the
 * same codes with the same titles and hints.
 */
export const ERRORS = /* @__PURE__ */ makeTable();

function makeTable(): Readonly<
  Record<ErrorCode, { readonly title: string; readonly hint: string }>
> {
  const codes = Object.keys(HINTS) as ErrorCode[];
  const rows = codes.map((code) => [code, { title: TITLES[code], hint: HINTS[code] }] as const);
  return Object.freeze(Object.fromEntries(rows) as Record<ErrorCode, (typeof rows)[number][1]>);
}

/** A code of the error table. */
export type ErrorCode = keyof typeof HINTS;

/** What a {@link MeterbookError} is made from. */
export interface MeterbookErrorDetails {
  /** The instrument at fault: its exported name, or its property name where it has none. */
  readonly instrument?: string | undefined;
  /** What is wrong, with the offending value in it: one sentence. */
  readonly cause: string;
  /** What to do about it: one sentence. The table's hint when left out. */
  readonly fix?: string | undefined;
}

/** Marks the errors of every copy of the package. */
const BRAND = Symbol.for('meterbook.error.1');

/**
 * The one error class of meterbook. Thrown while something is defined, and at run time only in
 * strict mode; recording in production never throws.
 */
export class MeterbookError extends Error {
  /** True across copies of the package too, such as the ESM and the CommonJS build in one process. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return (value as { [BRAND]?: true } | null | undefined)?.[BRAND] === true;
  }

  readonly [BRAND] = true;
  override readonly name = 'MeterbookError';
  /** Which row of the error table this is. */
  readonly code: ErrorCode;
  /** The instrument at fault, where there is one. */
  readonly instrument: string | undefined;
  /** What is wrong, in one sentence. */
  override readonly cause: string;
  /** What to do about it, in one sentence. */
  readonly fix: string;

  constructor(code: ErrorCode, details: MeterbookErrorDetails) {
    const fix = details.fix ?? HINTS[code];
    const where = details.instrument === undefined ? '' : `Instrument "${details.instrument}": `;
    super(`[${code}] ${where}${details.cause} Fix: ${fix}`);
    this.code = code;
    this.instrument = details.instrument;
    this.cause = details.cause;
    this.fix = fix;
  }
}

/**
 * The error for an argument that cannot be used.
 *
 * @param role what it was given as, behind its value: ` as source`; empty where the caller says it
 * @param fix what to pass instead, in one sentence
 */
export function wrongArgument(
  caller: string,
  given: unknown,
  role: string,
  fix: string,
): MeterbookError {
  return new MeterbookError('INVALID_SETUP', {
    cause: `${caller} was given ${show(given)}${role}.`,
    fix,
  });
}

/** A value as it reads in an error message: quoted, short, and never a throwing `toString`. */
export function show(value: unknown): string {
  try {
    if (typeof value === 'string')
      return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
    if (typeof value === 'bigint') return `${value}n`;
    if (typeof value === 'function') return 'a function';
    if (typeof value === 'object' && value !== null)
      return Array.isArray(value) ? 'an array' : 'an object';
    return String(value);
  } catch {
    return 'a value that cannot be shown';
  }
}
