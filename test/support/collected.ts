import type { HrTime } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type CollectionResult,
  DataPointType,
  type ExponentialHistogram,
  type Histogram,
  type MetricData,
} from '@opentelemetry/sdk-metrics';

/** One exported point, in a form that is easily compared. Times are milliseconds since the epoch. */
export interface PlainPoint {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly start: number;
  readonly end: number;
  readonly value: number | Histogram | ExponentialHistogram;
}

/** One exported metric. */
export interface PlainMetric {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly type: string;
  readonly temporality: string;
  readonly isMonotonic: boolean | undefined;
  readonly points: readonly PlainPoint[];
}

/** What can be collected from: a producer of ours, a reader of the official SDK. */
export interface Collectable {
  collect(): Promise<CollectionResult>;
}

export function toMillis([seconds, nanos]: HrTime): number {
  return seconds * 1_000 + nanos / 1e6;
}

export function plain(metric: MetricData): PlainMetric {
  const { name, description, unit } = metric.descriptor;
  return {
    name,
    description,
    unit,
    type: DataPointType[metric.dataPointType],
    temporality: AggregationTemporality[metric.aggregationTemporality],
    isMonotonic: metric.dataPointType === DataPointType.SUM ? metric.isMonotonic : undefined,
    points: metric.dataPoints.map(({ attributes, startTime, endTime, value }) => ({
      attributes: { ...attributes },
      start: toMillis(startTime),
      end: toMillis(endTime),
      value,
    })),
  };
}

/** Collects, expects no errors, and gives the metrics by exported name. */
export async function collect(from: Collectable): Promise<ReadonlyMap<string, PlainMetric>> {
  const { resourceMetrics, errors } = await from.collect();
  if (errors.length > 0) throw new AggregateError(errors, 'the collection reported errors');
  const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  return new Map(metrics.map((metric) => [metric.descriptor.name, plain(metric)]));
}

/** Collects and gives the points of one metric; none where it was not exported. */
export async function pointsOf(from: Collectable, name: string): Promise<readonly PlainPoint[]> {
  return (await collect(from)).get(name)?.points ?? [];
}

/** Collects and gives the single value exported for a metric with one point. */
export async function onlyValueOf(from: Collectable, name: string): Promise<PlainPoint['value']> {
  const points = await pointsOf(from, name);
  if (points.length !== 1) throw new Error(`${name} has ${points.length} points, expected one`);
  return (points[0] as PlainPoint).value;
}

/** An identity of an attribute set that tells types apart: `{ a: 1 }` is not `{ a: '1' }`. */
export function keyOf(attributes: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The point with these attributes. */
export function pointWith(
  points: readonly PlainPoint[],
  attributes: Readonly<Record<string, unknown>>,
): PlainPoint | undefined {
  return points.find((point) => keyOf(point.attributes) === keyOf(attributes));
}
