/**
 * What a decoded OTLP metrics request looks like: plain objects, the
 * numbers as numbers, the times as nanoseconds since the Unix epoch.
 *
 * @see https://opentelemetry.io/docs/specs/otel/metrics/data-model/
 */

/** An OTLP `AnyValue`. Integers are numbers, or bigints where a number would not be exact. */
export type OtlpValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | readonly OtlpValue[]
  | { readonly [key: string]: OtlpValue };

/** Attributes by key. */
export type OtlpAttributes = Readonly<Record<string, OtlpValue>>;

/** What a point's numbers cover: the time since the last export, or since the series started. */
export type Temporality = 'delta' | 'cumulative' | 'unspecified';

/** What every data point has. */
export interface DecodedPointBase {
  readonly attributes: OtlpAttributes;
  /** Start of what the point covers, nanoseconds since the Unix epoch; 0n if not sent. */
  readonly startTime: bigint;
  /** End of what the point covers, nanoseconds since the Unix epoch. */
  readonly time: bigint;
  /** `true` for a point that only says that there is no value (flag `NO_RECORDED_VALUE`). */
  readonly noRecordedValue: boolean;
  readonly exemplars: readonly DecodedExemplar[];
}

/** One sampled measurement. */
export interface DecodedExemplar {
  readonly value: number;
  /** Nanoseconds since the Unix epoch. */
  readonly time: bigint;
  /** The attributes that the series itself does not carry. */
  readonly attributes: OtlpAttributes;
  /** Lower-case hexadecimal; empty if the measurement was made outside a trace. */
  readonly traceId: string;
  /** Lower-case hexadecimal; empty if the measurement was made outside a trace. */
  readonly spanId: string;
}

/** A point of a gauge or a sum, in the metric's unit. */
export interface DecodedNumberPoint extends DecodedPointBase {
  readonly value: number;
  /** `true` if it was sent as an integer (`as_int`). */
  readonly integer: boolean;
}

/** A point of a histogram with explicit boundaries. */
export interface DecodedHistogramPoint extends DecodedPointBase {
  readonly count: number;
  readonly sum: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  /** Upper bounds, inclusive, in the metric's unit. */
  readonly bounds: readonly number[];
  /** One more than there are bounds: the last counts what is above them all. */
  readonly bucketCounts: readonly number[];
}

/** A point of a summary: quantiles that its sender computed, over a time that only it knows. */
export interface DecodedSummaryPoint extends DecodedPointBase {
  readonly count: number;
  readonly sum: number;
  /** `quantile` is 0 to 1; `value` in the metric's unit. */
  readonly quantiles: readonly { readonly quantile: number; readonly value: number }[];
}

/** One sign's buckets of an exponential histogram: index `i` counts `(base^(offset+i), base^(offset+i+1)]`. */
export interface DecodedExponentialBuckets {
  readonly offset: number;
  readonly bucketCounts: readonly number[];
}

/** A point of a base-2 exponential histogram: `base = 2 ^ (2 ^ -scale)`. */
export interface DecodedExponentialPoint extends DecodedPointBase {
  readonly count: number;
  readonly sum: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly scale: number;
  readonly zeroCount: number;
  readonly zeroThreshold: number;
  readonly positive: DecodedExponentialBuckets;
  readonly negative: DecodedExponentialBuckets;
}

interface DecodedMetricBase {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
}

/** A gauge: the last value read. */
export interface DecodedGauge extends DecodedMetricBase {
  readonly kind: 'gauge';
  readonly points: readonly DecodedNumberPoint[];
}

/** A sum: a counter if monotonic, an up-down counter if not. */
export interface DecodedSum extends DecodedMetricBase {
  readonly kind: 'sum';
  readonly temporality: Temporality;
  readonly monotonic: boolean;
  readonly points: readonly DecodedNumberPoint[];
}

/** A histogram with explicit boundaries. */
export interface DecodedHistogram extends DecodedMetricBase {
  readonly kind: 'histogram';
  readonly temporality: Temporality;
  readonly points: readonly DecodedHistogramPoint[];
}

/** A base-2 exponential histogram. */
export interface DecodedExponentialHistogram extends DecodedMetricBase {
  readonly kind: 'exponentialHistogram';
  readonly temporality: Temporality;
  readonly points: readonly DecodedExponentialPoint[];
}

/** Quantiles as another system computed them. Cumulative since `startTime`, where that is known. */
export interface DecodedSummary extends DecodedMetricBase {
  readonly kind: 'summary';
  readonly points: readonly DecodedSummaryPoint[];
}

/** A metric with its points; narrow on `kind`. */
export type DecodedMetric =
  | DecodedGauge
  | DecodedSum
  | DecodedHistogram
  | DecodedExponentialHistogram
  | DecodedSummary;

/** A point of any kind. */
export type DecodedPoint = DecodedMetric['points'][number];

/** The metrics of one instrumentation scope. */
export interface DecodedScopeMetrics {
  readonly scope: {
    readonly name: string;
    readonly version: string;
    readonly attributes: OtlpAttributes;
  };
  readonly schemaUrl: string;
  readonly metrics: readonly DecodedMetric[];
}

/** The metrics of one resource, as a rule one process. */
export interface DecodedResourceMetrics {
  readonly resource: OtlpAttributes;
  readonly schemaUrl: string;
  readonly scopes: readonly DecodedScopeMetrics[];
}
