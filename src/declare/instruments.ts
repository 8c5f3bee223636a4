import type { AttributeDeclarations } from './attributes.js';
import type { Buckets } from './buckets.js';
import type { FormerName } from './renames.js';
import type { Unit } from './units.js';

/** The kinds of instrument, by OpenTelemetry's names. */
export type InstrumentKind =
  | 'counter'
  | 'upDownCounter'
  | 'gauge'
  | 'histogram'
  | 'observableCounter'
  | 'observableUpDownCounter'
  | 'observableGauge';

/** What every instrument is declared with. */
export interface InstrumentOptions<
  U extends Unit = Unit,
  A extends AttributeDeclarations = AttributeDeclarations,
> {
  /**
   * The exported name: a letter, then up to 254 letters, digits, `_ . - /`; case-insensitive.
   * Source: OpenTelemetry metrics API, "Instrument name syntax".
   */
  readonly name: string;
  /** What is measured, from where to where. */
  readonly description?: string | undefined;
  /** UCUM unit of every value recorded: `s`, `By`, `1`, `{request}`. */
  readonly unit: U;
  /** The attributes that a measurement may carry; no others leave the process. */
  readonly attributes?: A | undefined;
  /**
   * Most series kept, for the life of the process (default 2,000). Measurements with further
   * attribute sets go to the one series marked `otel.metric.overflow`; totals stay exact.
   */
  readonly maxSeries?: number | undefined;
  /**
   * Seconds without a measurement after which a series is retired and gives its place to live
   * traffic (default: never). A retired series that comes back starts again from zero with a new
   * start time; an upDownCounter is retired only at zero.
   */
  readonly idleSeconds?: number | undefined;
  /**
   * The name that the instrument had before: until the date given, everything is also exported under
   * that name, so that dashboards and alerts can follow in their own time.
   */
  readonly renamedFrom?: FormerName | undefined;
}

/** Options of counters and histograms. */
export interface SampledOptions {
  /**
   * Record on average one measurement in this many, chosen at random, and weigh it by the same
   * number: counts, sums and buckets stay unbiased estimates, at the price of their exactness (the
   * relative error of a count n is about `sqrt(sampleOneIn / n)`); min and max are those of the
   * sample. Default 1: every measurement.
   */
  readonly sampleOneIn?: number | undefined;
}

/** Options of a counter. */
export interface CounterOptions<
  U extends Unit = Unit,
  A extends AttributeDeclarations = AttributeDeclarations,
> extends InstrumentOptions<U, A>,
    SampledOptions {
  /**
   * Export a zero for every combination of the required attributes from the start, so that the
   * first increment is a visible increase and not a series that appears out of nowhere. The
   * required attributes must be `oneOf` or `boolean`; optional ones are left out.
   */
  readonly seedZero?: boolean | undefined;
}

/** Options of a histogram. */
export interface HistogramOptions<
  U extends Unit = Unit,
  A extends AttributeDeclarations = AttributeDeclarations,
  B extends Buckets = Buckets,
> extends InstrumentOptions<U, A>,
    SampledOptions {
  /** Bucket boundaries in the instrument's unit, made by `buckets`. */
  readonly buckets: B;
}

/** One declared instrument: what the options said, with the defaults filled in. Plain data. */
export interface InstrumentDeclaration<
  K extends InstrumentKind = InstrumentKind,
  U extends string = string,
  A extends AttributeDeclarations = AttributeDeclarations,
  B extends Buckets | undefined = Buckets | undefined,
> {
  readonly kind: K;
  readonly name: string;
  readonly description: string;
  readonly unit: U;
  readonly attributes: A;
  readonly buckets: B;
  readonly maxSeries: number;
  readonly idleSeconds: number | undefined;
  readonly sampleOneIn: number;
  readonly seedZero: boolean;
  readonly renamedFrom: FormerName | undefined;
}

/** Property name to instrument: the `instruments` of a registry. */
export type InstrumentDeclarations = Readonly<Record<string, InstrumentDeclaration>>;

/** The attributes of an instrument that declares none. */
export type NoAttributes = Readonly<Record<never, never>>;

/** Default of `maxSeries`, as in the metrics SDK specification ("Cardinality limits"). */
export const DEFAULT_MAX_SERIES = 2_000;

interface AllOptions extends InstrumentOptions, SampledOptions {
  readonly seedZero?: boolean | undefined;
  readonly buckets?: Buckets | undefined;
}

function declare<
  K extends InstrumentKind,
  U extends string,
  A extends AttributeDeclarations,
  B extends Buckets | undefined,
>(kind: K, given: AllOptions): InstrumentDeclaration<K, U, A, B> {
  // What is missing is reported by the registry, which knows the property.
  const options = given ?? {};
  return Object.freeze({
    kind,
    name: options.name,
    description: options.description ?? '',
    unit: options.unit as string as U,
    attributes: Object.freeze({ ...options.attributes }) as A,
    buckets: options.buckets as B,
    maxSeries: options.maxSeries ?? DEFAULT_MAX_SERIES,
    idleSeconds: options.idleSeconds,
    sampleOneIn: options.sampleOneIn ?? 1,
    seedZero: options.seedZero ?? false,
    renamedFrom: options.renamedFrom && Object.freeze({ ...options.renamedFrom }),
  });
}

// `NoInfer`: inside defineRegistry() the compiler would otherwise infer the attributes of an
// instrument without any from where it stands, and allow every key.

/** A sum that only grows: requests, tokens, bytes. Recorded with `add(value)`, value ≥ 0. */
export function counter<const U extends Unit, const A extends AttributeDeclarations = NoAttributes>(
  options: CounterOptions<U, A>,
): InstrumentDeclaration<'counter', U, NoInfer<A>, undefined> {
  return declare('counter', options);
}

/** A sum that goes up and down: requests in flight, queue length. Recorded with `add(change)`. */
export function upDownCounter<
  const U extends Unit,
  const A extends AttributeDeclarations = NoAttributes,
>(
  options: InstrumentOptions<U, A>,
): InstrumentDeclaration<'upDownCounter', U, NoInfer<A>, undefined> {
  return declare('upDownCounter', options);
}

/** A value that is set: a temperature, a readiness. Recorded with `record(value)`; the last wins. */
export function gauge<const U extends Unit, const A extends AttributeDeclarations = NoAttributes>(
  options: InstrumentOptions<U, A>,
): InstrumentDeclaration<'gauge', U, NoInfer<A>, undefined> {
  return declare('gauge', options);
}

/** A distribution: latencies, sizes. Recorded with `record(value)`, value ≥ 0, or a timer. */
export function histogram<
  const U extends Unit,
  const A extends AttributeDeclarations = NoAttributes,
  const B extends Buckets = Buckets,
>(options: HistogramOptions<U, A, B>): InstrumentDeclaration<'histogram', U, NoInfer<A>, B> {
  return declare('histogram', options);
}

/** A growing total that is read by a callback at collection. */
export function observableCounter<
  const U extends Unit,
  const A extends AttributeDeclarations = NoAttributes,
>(
  options: InstrumentOptions<U, A>,
): InstrumentDeclaration<'observableCounter', U, NoInfer<A>, undefined> {
  return declare('observableCounter', options);
}

/** A total that goes up and down and is read by a callback at collection. */
export function observableUpDownCounter<
  const U extends Unit,
  const A extends AttributeDeclarations = NoAttributes,
>(
  options: InstrumentOptions<U, A>,
): InstrumentDeclaration<'observableUpDownCounter', U, NoInfer<A>, undefined> {
  return declare('observableUpDownCounter', options);
}

/** A value that is read by a callback at collection. */
export function observableGauge<
  const U extends Unit,
  const A extends AttributeDeclarations = NoAttributes,
>(
  options: InstrumentOptions<U, A>,
): InstrumentDeclaration<'observableGauge', U, NoInfer<A>, undefined> {
  return declare('observableGauge', options);
}
