import { type HrTime, ValueType } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type ExponentialHistogram,
  type Histogram,
  type MetricData,
} from '@opentelemetry/sdk-metrics';
import {
  type Base2Value,
  type Exemplar,
  type HistogramValue,
  type MetricSnapshot,
  type PointValue,
  SERIES_PER_STEP,
  type Steps,
} from '../core/index.js';
import { boundariesOf, scaled } from './former-names.js';

/** Milliseconds since the Unix epoch as OpenTelemetry's pair of seconds and nanoseconds, to the microsecond. */
export function toHrTime(millis: number): HrTime {
  const micros = Math.round(millis * 1_000);
  const seconds = Math.floor(micros / 1e6);
  return [seconds, (micros - seconds * 1e6) * 1_000];
}

/** A snapshot as the metric data that OpenTelemetry's readers and exporters take. */
export function* toMetricData(snapshot: MetricSnapshot): Steps<MetricData> {
  const dataPoints: DataPoint<unknown>[] = [];
  for (let i = 0; i < snapshot.rows.length; i++) {
    if (i % SERIES_PER_STEP === SERIES_PER_STEP - 1) yield;
    dataPoints.push(toDataPoint(snapshot, i));
  }
  return { ...withoutPoints(snapshot), dataPoints } as MetricData;
}

/** Everything that metric data says but its points. */
export function withoutPoints({
  declaration,
  temporality,
}: MetricSnapshot): Omit<MetricData, 'dataPoints'> {
  const { kind, name, description, unit, buckets } = declaration;
  const base = {
    descriptor: { name, description, unit, valueType: ValueType.DOUBLE },
    aggregationTemporality:
      temporality === 'delta' ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE,
  };
  if (buckets !== undefined) {
    const isExplicit = buckets.type === 'explicit';
    const { HISTOGRAM, EXPONENTIAL_HISTOGRAM } = DataPointType;
    return { ...base, dataPointType: isExplicit ? HISTOGRAM : EXPONENTIAL_HISTOGRAM };
  }
  if (kind === 'gauge' || kind === 'observableGauge')
    return { ...base, dataPointType: DataPointType.GAUGE };
  const isMonotonic = kind === 'counter' || kind === 'observableCounter';
  return { ...base, dataPointType: DataPointType.SUM, isMonotonic } as Omit<
    MetricData,
    'dataPoints'
  >;
}

/** A point with its exemplars, which OpenTelemetry's own has no place for. */
export interface PointWithExemplars extends DataPoint<unknown> {
  /** In the unit of the point, at most one of each bucket. */
  readonly exemplars?: readonly Exemplar[];
}

/** One row as a point, of the kind that its metric has. */
export function toDataPoint(snapshot: MetricSnapshot, i: number): PointWithExemplars {
  const { rows, factor } = snapshot;
  const exemplars = rows.exemplars.get(i);
  return {
    startTime: toHrTime(rows.starts[i] as number),
    endTime: toHrTime(rows.endMillis),
    attributes: rows.attributes[i] as DataPoint<unknown>['attributes'],
    value: toValue(snapshot, rows.value(i)),
    ...(exemplars !== undefined && {
      exemplars: exemplars.map((it) => ({ ...it, value: scaled(it.value, factor) })),
    }),
  };
}

function toValue(snapshot: MetricSnapshot, value: PointValue): unknown {
  const { declaration, factor } = snapshot;
  if (typeof value === 'number') return scaled(value, factor);
  if ('scale' in value) return toExponential(value);
  return toHistogram(value, factor, boundariesOf(declaration.buckets));
}

function toHistogram(
  { count, sum, min, max, counts }: HistogramValue,
  factor: number | undefined,
  boundaries: readonly number[],
): Histogram {
  return {
    count,
    sum: scaled(sum, factor),
    min: scaled(min, factor),
    max: scaled(max, factor),
    buckets: { boundaries: boundaries as number[], counts: counts as number[] },
  };
}

function toExponential(value: Base2Value): ExponentialHistogram {
  const { count, sum, min, max, zeroCount, scale, offset, counts } = value;
  return {
    count,
    sum,
    min,
    max,
    zeroCount,
    scale,
    positive: { offset, bucketCounts: counts as number[] },
    negative: { offset: 0, bucketCounts: [] },
  };
}
