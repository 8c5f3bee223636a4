import type {
  DecodedExemplar,
  DecodedExponentialBuckets,
  DecodedExponentialPoint,
  DecodedHistogramPoint,
  DecodedMetric,
  DecodedNumberPoint,
  DecodedPointBase,
  DecodedResourceMetrics,
  OtlpAttributes,
  OtlpValue,
  Temporality,
} from '../../../src/live/otlp/types.js';
import type {
  Long,
  WireExemplar,
  WireExponentialBuckets,
  WireExponentialPoint,
  WireHistogramPoint,
  WireKeyValue,
  WireMetric,
  WireNumberPoint,
  WireValue,
} from './definitions.js';
import { decodeWireRequest } from './definitions.js';

/**
 * Decodes the body of an OTLP metrics request (protobuf, uncompressed) with the official definitions: the
 * oracle of what writes such requests, since the package reads them by hand. Throws if it is none.
 */
export function decodeMetricsRequest(bytes: Uint8Array): readonly DecodedResourceMetrics[] {
  return decodeWireRequest(bytes).resourceMetrics.map((resource) => ({
    resource: attributesOf(resource.resource?.attributes ?? []),
    schemaUrl: resource.schemaUrl ?? '',
    scopes: resource.scopeMetrics.map((scope) => ({
      scope: {
        name: scope.scope?.name ?? '',
        version: scope.scope?.version ?? '',
        attributes: attributesOf(scope.scope?.attributes ?? []),
      },
      schemaUrl: scope.schemaUrl ?? '',
      metrics: scope.metrics.map(metricOf),
    })),
  }));
}

function metricOf(metric: WireMetric): DecodedMetric {
  const base = {
    name: metric.name ?? '',
    description: metric.description ?? '',
    unit: metric.unit ?? '',
  };
  if (metric.sum) {
    return {
      ...base,
      kind: 'sum',
      temporality: temporalityOf(metric.sum.aggregationTemporality),
      monotonic: metric.sum.isMonotonic ?? false,
      points: metric.sum.dataPoints.map(numberPointOf),
    };
  }
  if (metric.histogram) {
    return {
      ...base,
      kind: 'histogram',
      temporality: temporalityOf(metric.histogram.aggregationTemporality),
      points: metric.histogram.dataPoints.map(histogramPointOf),
    };
  }
  if (metric.exponentialHistogram) {
    return {
      ...base,
      kind: 'exponentialHistogram',
      temporality: temporalityOf(metric.exponentialHistogram.aggregationTemporality),
      points: metric.exponentialHistogram.dataPoints.map(exponentialPointOf),
    };
  }
  if (metric.gauge) {
    return { ...base, kind: 'gauge', points: metric.gauge.dataPoints.map(numberPointOf) };
  }
  throw new Error(`metric '${base.name}' has no data of a kind that this receiver reads`);
}

const NO_RECORDED_VALUE = 1;

function pointBaseOf(
  point: WireNumberPoint | WireHistogramPoint | WireExponentialPoint,
): DecodedPointBase {
  return {
    attributes: attributesOf(point.attributes),
    startTime: bigintOf(point.startTimeUnixNano),
    time: bigintOf(point.timeUnixNano),
    noRecordedValue: ((point.flags ?? 0) & NO_RECORDED_VALUE) !== 0,
    exemplars: point.exemplars.map(exemplarOf),
  };
}

function numberPointOf(point: WireNumberPoint): DecodedNumberPoint {
  return {
    ...pointBaseOf(point),
    value: point.asDouble ?? numberOf(point.asInt),
    integer: point.asInt !== null,
  };
}

function histogramPointOf(point: WireHistogramPoint): DecodedHistogramPoint {
  return {
    ...pointBaseOf(point),
    count: numberOf(point.count),
    sum: point.sum ?? undefined,
    min: point.min ?? undefined,
    max: point.max ?? undefined,
    bounds: [...point.explicitBounds],
    bucketCounts: point.bucketCounts.map(numberOf),
  };
}

function exponentialPointOf(point: WireExponentialPoint): DecodedExponentialPoint {
  return {
    ...pointBaseOf(point),
    count: numberOf(point.count),
    sum: point.sum ?? undefined,
    min: point.min ?? undefined,
    max: point.max ?? undefined,
    scale: point.scale ?? 0,
    zeroCount: numberOf(point.zeroCount),
    zeroThreshold: point.zeroThreshold ?? 0,
    positive: exponentialBucketsOf(point.positive),
    negative: exponentialBucketsOf(point.negative),
  };
}

function exponentialBucketsOf(buckets: WireExponentialBuckets | null): DecodedExponentialBuckets {
  return {
    offset: buckets?.offset ?? 0,
    bucketCounts: (buckets?.bucketCounts ?? []).map(numberOf),
  };
}

function exemplarOf(exemplar: WireExemplar): DecodedExemplar {
  return {
    value: exemplar.asDouble ?? numberOf(exemplar.asInt),
    time: bigintOf(exemplar.timeUnixNano),
    attributes: attributesOf(exemplar.filteredAttributes),
    traceId: Buffer.from(exemplar.traceId ?? []).toString('hex'),
    spanId: Buffer.from(exemplar.spanId ?? []).toString('hex'),
  };
}

function attributesOf(entries: readonly WireKeyValue[]): OtlpAttributes {
  // `fromEntries` defines own properties, so that a key `__proto__` stays a key.
  return Object.fromEntries(entries.map((entry) => [entry.key ?? '', anyValueOf(entry.value)]));
}

function anyValueOf(value: WireValue | null): OtlpValue {
  if (value === null) return null;
  if (value.stringValue !== null) return value.stringValue;
  if (value.boolValue !== null) return value.boolValue;
  if (value.doubleValue !== null) return value.doubleValue;
  if (value.intValue !== null) {
    const exact = bigintOf(value.intValue);
    const number = Number(exact);
    return Number.isSafeInteger(number) ? number : exact;
  }
  if (value.arrayValue !== null) return value.arrayValue.values.map(anyValueOf);
  if (value.kvlistValue !== null) return attributesOf(value.kvlistValue.values);
  return value.bytesValue;
}

function temporalityOf(code: number | null): Temporality {
  if (code === 1) return 'delta';
  return code === 2 ? 'cumulative' : 'unspecified';
}

function numberOf(value: Long | number | null): number {
  if (value === null) return 0;
  return typeof value === 'number' ? value : value.high * 2 ** 32 + (value.low >>> 0);
}

function bigintOf(value: Long | number | null): bigint {
  if (value === null) return 0n;
  if (typeof value === 'number') return BigInt(value);
  return (BigInt(value.high) << 32n) + BigInt(value.low >>> 0);
}
