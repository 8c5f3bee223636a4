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
  type HistogramValue,
  type MetricSnapshot,
  type Point,
  type PointValue,
  SERIES_PER_STEP,
  type Steps,
} from '../core/index.js';

/** Milliseconds since the Unix epoch as OpenTelemetry's pair of seconds and nanoseconds, to the microsecond. */
export function toHrTime(millis: number): HrTime {
  const micros = Math.round(millis * 1_000);
  const seconds = Math.floor(micros / 1e6);
  return [seconds, (micros - seconds * 1e6) * 1_000];
}

/** A snapshot as the metric data that OpenTelemetry's readers and exporters take. */
export function* toMetricData(snapshot: MetricSnapshot): Steps<MetricData> {
  const { declaration, temporality, points } = snapshot;
  const { kind, name, description, unit, buckets } = declaration;
  const base = {
    descriptor: { name, description, unit, valueType: ValueType.DOUBLE },
    aggregationTemporality:
      temporality === 'delta' ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE,
  };
  if (buckets?.type === 'explicit') {
    const dataPoints = yield* toDataPoints(points, (it) => toHistogram(it as HistogramValue));
    return { ...base, dataPointType: DataPointType.HISTOGRAM, dataPoints };
  }
  if (buckets?.type === 'base2') {
    const dataPoints = yield* toDataPoints(points, (it) => toExponential(it as Base2Value));
    return { ...base, dataPointType: DataPointType.EXPONENTIAL_HISTOGRAM, dataPoints };
  }
  const dataPoints = yield* toDataPoints(points, (it) => it as number);
  if (kind === 'gauge' || kind === 'observableGauge') {
    return { ...base, dataPointType: DataPointType.GAUGE, dataPoints };
  }
  const isMonotonic = kind === 'counter' || kind === 'observableCounter';
  return { ...base, dataPointType: DataPointType.SUM, isMonotonic, dataPoints };
}

function* toDataPoints<Value>(
  points: readonly Point[],
  toValue: (value: PointValue) => Value,
): Steps<DataPoint<Value>[]> {
  const dataPoints: DataPoint<Value>[] = [];
  for (const point of points) {
    if (dataPoints.length % SERIES_PER_STEP === SERIES_PER_STEP - 1) yield;
    dataPoints.push(toDataPoint(point, toValue(point.value)));
  }
  return dataPoints;
}

function toDataPoint<Value>(point: Point, value: Value): DataPoint<Value> {
  return {
    startTime: toHrTime(point.startMillis),
    endTime: toHrTime(point.endMillis),
    attributes: point.attributes,
    value,
  };
}

function toHistogram({ count, sum, min, max, boundaries, counts }: HistogramValue): Histogram {
  return {
    count,
    sum,
    min,
    max,
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
