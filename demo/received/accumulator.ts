import type {
  DecodedMetric,
  DecodedPointBase,
  DecodedResourceMetrics,
  OtlpAttributes,
  Temporality,
} from '../../src/live/otlp/types.js';
import { type Distribution, distributionOf, mergeDistributions } from './distribution.js';
import { attributesKey } from './series-key.js';

/** A number for sums and gauges, otherwise a distribution; in the metric's unit. */
export type Total = number | Distribution;

/** What one series amounts to, from its first received point to its last. */
export interface SeriesTotal {
  /** `service.instance.id` of the process that sent it. */
  readonly instance: string;
  readonly scope: string;
  readonly metric: string;
  readonly unit: string;
  readonly kind: DecodedMetric['kind'];
  readonly attributes: OtlpAttributes;
  readonly total: Total;
}

interface Stream extends Omit<SeriesTotal, 'total'> {
  /** What is final: deltas added up, and cumulative runs that a later start time has ended. */
  settled: Total | undefined;
  /** The latest point of the cumulative run that goes on; replaced by each later one. */
  running: Total | undefined;
  startTime: bigint;
  time: bigint;
}

/**
 * Adds up received points to one total per series.
 *
 * A delta point is added. A cumulative point replaces the one before it; if its start time is later,
 * the process restarted the series, and what the earlier run had reached stays counted. A point that
 * was sent twice (same start and end) counts once. A gauge keeps its latest value.
 *
 * @see https://opentelemetry.io/docs/specs/otel/metrics/data-model/#resets-and-gaps
 */
export class Accumulator {
  private readonly streams = new Map<string, Stream>();
  /** Points that were ignored because they had been received before. */
  duplicates = 0;
  /** Cumulative runs that ended because a later start time appeared. */
  resets = 0;

  /** Adds one request's points. */
  add(resourceMetrics: readonly DecodedResourceMetrics[]): void {
    for (const { resource, scopes } of resourceMetrics) {
      const instance = String(resource['service.instance.id'] ?? '');
      for (const { scope, metrics } of scopes) {
        for (const metric of metrics) this.addMetric(instance, scope.name, metric);
      }
    }
  }

  /** Every series, or those of one metric, with what they amount to so far. */
  series(metric?: string): SeriesTotal[] {
    const found: SeriesTotal[] = [];
    for (const stream of this.streams.values()) {
      if (metric !== undefined && stream.metric !== metric) continue;
      const { settled, running, startTime: _start, time: _time, ...identity } = stream;
      const total = addTotals(settled, running);
      if (total !== undefined) found.push({ ...identity, total });
    }
    return found;
  }

  private addMetric(instance: string, scope: string, metric: DecodedMetric): void {
    // Nothing here sends summaries, and quantiles do not add up.
    if (metric.kind === 'summary') return;
    const temporality = metric.kind === 'gauge' ? 'gauge' : metric.temporality;
    const { name, unit, kind } = metric;
    for (const point of metric.points) {
      if (point.noRecordedValue) continue;
      const { attributes } = point;
      const key = JSON.stringify([instance, scope, name, kind, attributesKey(attributes)]);
      let stream = this.streams.get(key);
      if (stream === undefined) {
        const identity = { instance, scope, metric: name, unit, kind, attributes };
        const nothing = { settled: undefined, running: undefined };
        stream = { ...identity, ...nothing, startTime: -1n, time: -1n };
        this.streams.set(key, stream);
      }
      const total = 'count' in point ? distributionOf(point) : point.value;
      this.addPoint(stream, point, total, temporality);
    }
  }

  private addPoint(
    stream: Stream,
    { startTime, time }: DecodedPointBase,
    total: Total,
    temporality: Temporality | 'gauge',
  ): void {
    if (startTime === stream.startTime && time === stream.time) {
      this.duplicates += 1;
      return;
    }
    if (temporality === 'delta') {
      stream.settled = addTotals(stream.settled, total);
    } else {
      if (time < stream.time) return;
      if (temporality === 'cumulative' && startTime > stream.startTime && stream.startTime >= 0n) {
        this.resets += 1;
        stream.settled = addTotals(stream.settled, stream.running);
      }
      stream.running = total;
    }
    stream.startTime = startTime;
    stream.time = time;
  }
}

function addTotals(a: Total | undefined, b: Total | undefined): Total | undefined {
  if (a === undefined) return b;
  if (b === undefined) return a;
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (typeof a === 'number' || typeof b === 'number') {
    throw new Error('a number and a distribution cannot be added');
  }
  return mergeDistributions(a, b);
}
