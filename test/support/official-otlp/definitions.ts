/**
 * The official protocol definitions, as the code that `protobufjs` generates from them.
 *
 * `otlp-definitions` is an alias of `@opentelemetry/otlp-transformer` 0.217.0, the last version
 * whose package carries the generated decoders; later ones write protobuf by hand and can only
 * encode. The types below name what a decoder leaves behind: a field that was not sent is `null`.
 */
import root from 'otlp-definitions/build/src/generated/root.js';

/** A 64-bit integer as `protobufjs` keeps it: `high` and `low` are 32 bits each. */
export interface Long {
  readonly high: number;
  readonly low: number;
}

/** `AnyValue` on the wire. */
export interface WireValue {
  readonly stringValue: string | null;
  readonly boolValue: boolean | null;
  readonly intValue: Long | number | null;
  readonly doubleValue: number | null;
  readonly arrayValue: { readonly values: readonly WireValue[] } | null;
  readonly kvlistValue: { readonly values: readonly WireKeyValue[] } | null;
  readonly bytesValue: Uint8Array | null;
}

/** `KeyValue` on the wire. */
export interface WireKeyValue {
  readonly key: string | null;
  readonly value: WireValue | null;
}

/** `Exemplar` on the wire. */
export interface WireExemplar {
  readonly filteredAttributes: readonly WireKeyValue[];
  readonly timeUnixNano: Long | number | null;
  readonly asDouble: number | null;
  readonly asInt: Long | number | null;
  readonly spanId: Uint8Array | null;
  readonly traceId: Uint8Array | null;
}

interface WirePoint {
  readonly attributes: readonly WireKeyValue[];
  readonly startTimeUnixNano: Long | number | null;
  readonly timeUnixNano: Long | number | null;
  readonly exemplars: readonly WireExemplar[];
  readonly flags: number | null;
}

/** `NumberDataPoint` on the wire. */
export interface WireNumberPoint extends WirePoint {
  readonly asDouble: number | null;
  readonly asInt: Long | number | null;
}

interface WireDistributionPoint extends WirePoint {
  readonly count: Long | number | null;
  readonly sum: number | null;
  readonly min: number | null;
  readonly max: number | null;
}

/** `HistogramDataPoint` on the wire. */
export interface WireHistogramPoint extends WireDistributionPoint {
  readonly explicitBounds: readonly number[];
  readonly bucketCounts: readonly (Long | number)[];
}

/** `ExponentialHistogramDataPoint.Buckets` on the wire. */
export interface WireExponentialBuckets {
  readonly offset: number | null;
  readonly bucketCounts: readonly (Long | number)[];
}

/** `ExponentialHistogramDataPoint` on the wire. */
export interface WireExponentialPoint extends WireDistributionPoint {
  readonly scale: number | null;
  readonly zeroCount: Long | number | null;
  readonly zeroThreshold: number | null;
  readonly positive: WireExponentialBuckets | null;
  readonly negative: WireExponentialBuckets | null;
}

/** `Metric` on the wire: one of the data fields is set. */
export interface WireMetric {
  readonly name: string | null;
  readonly description: string | null;
  readonly unit: string | null;
  readonly gauge: { readonly dataPoints: readonly WireNumberPoint[] } | null;
  readonly sum: {
    readonly dataPoints: readonly WireNumberPoint[];
    readonly aggregationTemporality: number | null;
    readonly isMonotonic: boolean | null;
  } | null;
  readonly histogram: {
    readonly dataPoints: readonly WireHistogramPoint[];
    readonly aggregationTemporality: number | null;
  } | null;
  readonly exponentialHistogram: {
    readonly dataPoints: readonly WireExponentialPoint[];
    readonly aggregationTemporality: number | null;
  } | null;
  readonly summary: object | null;
}

/** `ScopeMetrics` on the wire. */
export interface WireScopeMetrics {
  readonly scope: {
    readonly name: string | null;
    readonly version: string | null;
    readonly attributes: readonly WireKeyValue[];
  } | null;
  readonly metrics: readonly WireMetric[];
  readonly schemaUrl: string | null;
}

/** `ExportMetricsServiceRequest` on the wire. */
export interface WireRequest {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: readonly WireKeyValue[] } | null;
    readonly scopeMetrics: readonly WireScopeMetrics[];
    readonly schemaUrl: string | null;
  }[];
}

/** A message as protobufjs takes and gives it: fields by their names in lowerCamelCase. */
export type Message = Readonly<Record<string, unknown>>;

interface OfficialType {
  fromObject(message: Message): unknown;
  encode(message: unknown): { finish(): Uint8Array };
  decode(bytes: Uint8Array): unknown;
  toObject(message: unknown, options: Message): Message;
}

interface Generated {
  readonly opentelemetry: {
    readonly proto: {
      readonly collector: {
        readonly metrics: {
          readonly v1: {
            readonly ExportMetricsServiceRequest: OfficialType;
            readonly ExportMetricsServiceResponse: OfficialType;
          };
        };
      };
    };
  };
}

/**
 * The protocol's official definitions, as the code that protobufjs generates from them, which no
 * part of the package uses: an oracle for what does.
 */
export const official = (root as unknown as Generated).opentelemetry.proto.collector.metrics.v1;

/** Decodes an `ExportMetricsServiceRequest`; throws if the bytes are none. */
export function decodeWireRequest(bytes: Uint8Array): WireRequest {
  return official.ExportMetricsServiceRequest.decode(bytes) as WireRequest;
}
