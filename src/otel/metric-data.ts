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
  type Exemplar,
  type MetricSnapshot,
  type PointValue,
  SERIES_PER_STEP,
  type Steps,
} from '../core/index.js';
import type { InstrumentDeclaration } from '../declare/index.js';
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
  for (let i = 0; i < snapshot.rows.starts.length; i++) {
    if (i % SERIES_PER_STEP === 0) yield;
    dataPoints.push(toDataPoint(snapshot, i));
  }
  return { ...withoutPoints(snapshot), dataPoints } as MetricData;
}

/** Everything that metric data says but its points. */
export function withoutPoints({ declaration, temporality }: MetricSnapshot): MetricData {
  const { kind, name, description, unit } = declaration;
  const dataPointType = typeOf(declaration);
  return {
    descriptor: { name, description, unit, valueType: ValueType.DOUBLE },
    aggregationTemporality:
      temporality === 'delta' ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE,
    dataPointType,
    ...(dataPointType === DataPointType.SUM && {
      isMonotonic: kind === 'counter' || kind === 'observableCounter',
    }),
    dataPoints: [],
  } as MetricData;
}

function typeOf({ kind, buckets }: InstrumentDeclaration): DataPointType {
  if (buckets?.type === 'explicit') return DataPointType.HISTOGRAM;
  if (buckets?.type === 'base2') return DataPointType.EXPONENTIAL_HISTOGRAM;
  return kind === 'gauge' || kind === 'observableGauge' ? DataPointType.GAUGE : DataPointType.SUM;
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
    value: toValue(snapshot, rows.aggregation.read(rows.numbers(i), rows.at(i))),
    ...(exemplars !== undefined && {
      exemplars: exemplars.map((it) => ({ ...it, value: scaled(it.value, factor) })),
    }),
  };
}

function toValue(
  { declaration, factor }: MetricSnapshot,
  value: PointValue,
): number | Histogram | ExponentialHistogram {
  if (typeof value === 'number') return scaled(value, factor);
  const { count, counts } = value;
  const sum = scaled(value.sum, factor);
  const min = scaled(value.min, factor);
  const max = scaled(value.max, factor);
  const bucketCounts = counts as number[];
  if ('scale' in value) {
    const { zeroCount, scale, offset } = value;
    const positive = { offset, bucketCounts };
    const negative = { offset: 0, bucketCounts: [] };
    return { count, sum, min, max, zeroCount, scale, positive, negative };
  }
  const boundaries = boundariesOf(declaration.buckets) as number[];
  return { count, sum, min, max, buckets: { boundaries, counts: bucketCounts } };
}
