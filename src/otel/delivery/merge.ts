import type { Attributes, HrTime } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type ExponentialHistogram,
  type Histogram,
  type MetricData,
  type ResourceMetrics,
  type ScopeMetrics,
} from '@opentelemetry/sdk-metrics';
import { newestExemplars, SERIES_PER_STEP, type Steps } from '../../core/index.js';
import type { PointWithExemplars } from '../metric-data.js';
import { dataPointsOf, sizeOf, withPoints } from '../row-metrics.js';
import { addExponential, addHistogram } from './merge-values.js';

/** Series of one metric that are held, where no batch had more: the SDK's own limit and the overflow. */
const LEAST_CAPACITY = 2_001;

/** Where deltas go that find no place (metrics SDK, "Overflow attribute"). */
const OVERFLOW: Attributes = /* @__PURE__ */ Object.freeze({ 'otel.metric.overflow': true });

/**
 * Batches that have not arrived as the one that goes in their place, oldest first: deltas are added
 * up, from the oldest start to the newest end, and of gauges and totals the newest is kept. So the
 * memory that an outage takes is bounded by the number of series, whatever its length.
 *
 * No metric holds more series than its largest batch had, or 2,001. Deltas past that go to the series
 * `otel.metric.overflow=true`, where the sums stay exact; of others the oldest gives way.
 *
 * @param onLost called with the number of points that gave way
 */
export function* mergeBatches(
  batches: readonly ResourceMetrics[],
  onLost: (points: number) => void,
): Steps<ResourceMetrics> {
  const scopes = new Map<string, { scope: ScopeMetrics['scope']; metrics: MergedMetrics }>();
  for (const batch of batches) {
    for (const { scope, metrics } of batch.scopeMetrics) {
      const key = JSON.stringify([scope.name, scope.version, scope.schemaUrl]);
      const into = scopes.get(key) ?? { scope, metrics: new Map() };
      scopes.set(key, into);
      for (const metric of metrics)
        yield* mergedFor(metric, into.metrics).add(metric, batch, onLost);
    }
  }
  return {
    resource: (batches.at(-1) as ResourceMetrics).resource,
    scopeMetrics: [...scopes.values()].map(({ scope, metrics }) => ({
      scope,
      metrics: [...metrics.values()].map((it) => it.metric()),
    })),
  };
}

type MergedMetrics = Map<string, MergedMetric>;

/** Metrics of one name that differ in anything else stay apart. */
function mergedFor(metric: MetricData, into: MergedMetrics): MergedMetric {
  const { name, unit, description } = metric.descriptor;
  const isMonotonic = metric.dataPointType === DataPointType.SUM && metric.isMonotonic;
  const boundaries = metric.dataPointType === DataPointType.HISTOGRAM && boundariesIn(metric);
  const kind = [metric.dataPointType, metric.aggregationTemporality, isMonotonic, boundaries];
  const key = JSON.stringify([name, unit, description, ...kind]);
  const merged = into.get(key) ?? new MergedMetric(metric);
  into.set(key, merged);
  return merged;
}

function boundariesIn(metric: MetricData): readonly number[] | undefined {
  const [first] = dataPointsOf(metric) as Iterable<DataPoint<Histogram>>;
  return first?.value.buckets.boundaries;
}

/** The points of one metric, by series. */
class MergedMetric {
  private readonly points = new Map<string, PointWithExemplars>();
  private readonly isDelta: boolean;
  /** Whether a point is the whole truth about its series, so that a newer one takes its place. */
  private readonly isGauge: boolean;
  private capacity = LEAST_CAPACITY;
  /** Points that the batch has brought so far, of which one metric may come in several parts. */
  private brought = { by: undefined as ResourceMetrics | undefined, points: 0 };

  constructor(private newest: MetricData) {
    this.isGauge = newest.dataPointType === DataPointType.GAUGE;
    this.isDelta = !this.isGauge && newest.aggregationTemporality === AggregationTemporality.DELTA;
  }

  *add(metric: MetricData, batch: ResourceMetrics, onLost: (points: number) => void): Steps<void> {
    this.newest = metric;
    if (this.brought.by !== batch) this.brought = { by: batch, points: 0 };
    this.brought.points += sizeOf(metric);
    this.capacity = Math.max(this.capacity, this.brought.points);
    let i = 0;
    for (const point of dataPointsOf(metric)) {
      if (i++ % SERIES_PER_STEP === SERIES_PER_STEP - 1) yield;
      this.put(point, onLost);
    }
  }

  metric(): MetricData {
    return withPoints(this.newest, [...this.points.values()]);
  }

  private put(point: PointWithExemplars, onLost: (points: number) => void): void {
    const key = this.keyOf(point);
    const held = this.points.get(key);
    if (held !== undefined) {
      const newest = this.isDelta ? this.sum(held, point) : point;
      this.points.set(key, withExemplarsOf(held, newest));
    } else if (this.points.size < this.capacity) {
      this.points.set(key, point);
    } else if (this.isDelta) {
      this.overflow(point);
    } else {
      const [oldest] = this.points.keys();
      this.points.delete(oldest as string);
      this.points.set(key, point);
      onLost(1);
    }
  }

  private overflow(point: PointWithExemplars): void {
    const key = attributesKey(OVERFLOW);
    const held = this.points.get(key);
    const own = { ...point, attributes: OVERFLOW };
    this.points.set(key, held === undefined ? own : withExemplarsOf(held, this.sum(held, own)));
  }

  /** A total that has begun anew is another one: its last reading before that has not arrived. */
  private keyOf({ attributes, startTime }: PointWithExemplars): string {
    const key = attributesKey(attributes);
    return this.isDelta || this.isGauge ? key : `${key}${startTime.join('.')}`;
  }

  private sum(a: PointWithExemplars, b: PointWithExemplars): PointWithExemplars {
    return {
      startTime: isBefore(b.startTime, a.startTime) ? b.startTime : a.startTime,
      endTime: isBefore(a.endTime, b.endTime) ? b.endTime : a.endTime,
      attributes: b.attributes,
      ...(b.exemplars !== undefined && { exemplars: b.exemplars }),
      value: this.sumOfValues(a.value, b.value),
    };
  }

  private sumOfValues(a: unknown, b: unknown): unknown {
    switch (this.newest.dataPointType) {
      case DataPointType.HISTOGRAM:
        return addHistogram(a as Histogram, b as Histogram);
      case DataPointType.EXPONENTIAL_HISTOGRAM:
        return addExponential(a as ExponentialHistogram, b as ExponentialHistogram);
      default:
        return (a as number) + (b as number);
    }
  }
}

/** The newer point, with what the older one has of buckets of which it has none itself. */
function withExemplarsOf(older: PointWithExemplars, newer: PointWithExemplars): PointWithExemplars {
  if (older.exemplars === undefined) return newer;
  return { ...newer, exemplars: newestExemplars(older.exemplars, newer.exemplars) };
}

function isBefore(a: HrTime, b: HrTime): boolean {
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
}

/** Our own series have one attributes object for their whole life, so its key is made once. */
const keys = new WeakMap<Attributes, string>();

function attributesKey(attributes: Attributes): string {
  let key = keys.get(attributes);
  if (key === undefined) {
    const names = Object.keys(attributes).sort();
    key = JSON.stringify(names.map((name) => [name, attributes[name]]));
    keys.set(attributes, key);
  }
  return key;
}
