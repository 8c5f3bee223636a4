import type { DataPoint, MetricData } from '@opentelemetry/sdk-metrics';
import type { MetricSnapshot, Steps } from '../core/index.js';
import { toDataPoint, withoutPoints } from './metric-data.js';

/** Some of the rows of a snapshot: from `from` up to and without `to`. */
export interface RowRange {
  readonly snapshot: MetricSnapshot;
  readonly from: number;
  readonly to: number;
}

/** What metric data stands for as long as nobody has asked for its points. */
const ranges = new WeakMap<MetricData, RowRange>();

/**
 * Metric data without objects for its points. Whoever reads `dataPoints` gets them, made at that
 * moment and at one go; from then on they are what the metric is, and the rows are let go.
 */
// biome-ignore lint/correctness/useYield: nothing is done that could be interrupted
export function* toRowMetric(snapshot: MetricSnapshot): Steps<MetricData> {
  return rowMetric({ snapshot, from: 0, to: snapshot.rows.starts.length });
}

function rowMetric(range: RowRange): MetricData {
  const metric = withoutPoints(range.snapshot) as MetricData;
  Object.defineProperty(metric, 'dataPoints', {
    configurable: true,
    enumerable: true,
    get() {
      const value = [...pointsOf(range)];
      ranges.delete(metric);
      Object.defineProperty(metric, 'dataPoints', { value, enumerable: true, writable: true });
      return value;
    },
  });
  ranges.set(metric, range);
  return metric;
}

/** The rows that metric data stands for; `undefined` where it has points, as anybody else's. */
export function rowsOf(metric: MetricData): RowRange | undefined {
  return ranges.get(metric);
}

/** How many points metric data has. */
export function sizeOf(metric: MetricData): number {
  const range = ranges.get(metric);
  return range === undefined ? metric.dataPoints.length : range.to - range.from;
}

/** The points of metric data one after the other; of rows each is made when it is asked for. */
export function dataPointsOf(metric: MetricData): Iterable<DataPoint<unknown>> {
  const range = ranges.get(metric);
  return range === undefined ? metric.dataPoints : pointsOf(range);
}

/** The same metric with the points from `from` up to and without `to`. */
export function partOf(metric: MetricData, from: number, to: number): MetricData {
  const range = ranges.get(metric);
  if (range === undefined) return withPoints(metric, metric.dataPoints.slice(from, to));
  return rowMetric({ ...range, from: range.from + from, to: range.from + to });
}

/** The same metric with other points of its own kind. */
export function withPoints(
  metric: MetricData,
  dataPoints: readonly DataPoint<unknown>[],
): MetricData {
  const range = ranges.get(metric);
  return {
    ...(range === undefined ? metric : withoutPoints(range.snapshot)),
    dataPoints,
  } as MetricData;
}

function* pointsOf({ snapshot, from, to }: RowRange): Generator<DataPoint<unknown>> {
  for (let i = from; i < to; i++) yield toDataPoint(snapshot, i);
}
