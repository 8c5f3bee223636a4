import { Accumulator, type Total } from '../../demo/received/accumulator.js';
import { attributesKey } from '../../demo/received/series-key.js';
import type { DecodedMetric, DecodedResourceMetrics } from '../../demo/receiver.js';

type Request = {
  readonly resourceMetrics: readonly DecodedResourceMetrics[];
  readonly digest: string;
};
type Point = DecodedMetric['points'][number];

/** Which records: of one scope, of one metric, of all. */
interface Wanted {
  readonly scope?: string;
  readonly metric?: string;
}

/** What a receiver has taken, and what it has refused for good; numbers of records. */
export class ReceivedLedger {
  /** What was taken, each request once. */
  readonly taken = new Accumulator();
  /** Requests taken, less the ones sent again. */
  distinct = 0;
  /** Requests taken that were the same bytes as one before. */
  duplicates = 0;
  /** Points in the requests that came again. */
  private readonly again: Found[] = [];
  /** Points refused for good and never taken, by what tells them apart. */
  private readonly refusedPoints = new Map<string, Found>();
  private readonly digests = new Set<string>();

  /** A request was taken: but for its first `rejected` points, which are refused for good. */
  take({ resourceMetrics, digest }: Request, rejected = 0): void {
    if (this.digests.has(digest)) {
      this.duplicates += 1;
      this.again.push(...pointsOf(resourceMetrics));
      return;
    }
    this.digests.add(digest);
    this.distinct += 1;
    this.taken.add(rejected === 0 ? resourceMetrics : this.reject(resourceMetrics, rejected));
    if (this.refusedPoints.size === 0 || rejected > 0) return;
    for (const { key } of pointsOf(resourceMetrics)) this.refusedPoints.delete(key);
  }

  /** A request was refused, and must not be sent again. */
  refuse(resourceMetrics: readonly DecodedResourceMetrics[]): void {
    for (const found of pointsOf(resourceMetrics)) this.refusedPoints.set(found.key, found);
  }

  /** Records taken. */
  arrived({ scope, metric }: Wanted = {}): number {
    return this.taken
      .series(metric)
      .filter((series) => series.kind !== 'gauge' && (scope ?? series.scope) === series.scope)
      .reduce((sum, { total }) => sum + countOf(total), 0);
  }

  /** Records refused for good and never taken. */
  refused(wanted?: Wanted): number {
    return recordsIn(this.refusedPoints.values(), wanted);
  }

  /** Records in requests that were taken before. */
  takenAgain(wanted?: Wanted): number {
    return recordsIn(this.again, wanted);
  }

  /** Refuses the first `count` points; returns the rest. */
  private reject(
    resourceMetrics: readonly DecodedResourceMetrics[],
    count: number,
  ): readonly DecodedResourceMetrics[] {
    const rejected = pointsOf(resourceMetrics).slice(0, count);
    for (const found of rejected) this.refusedPoints.set(found.key, found);
    const points = new Set<Point>(rejected.map(({ point }) => point));
    return resourceMetrics.map((resource) => ({
      ...resource,
      scopes: resource.scopes.map((scope) => ({
        ...scope,
        metrics: scope.metrics.map(
          (metric) =>
            ({ ...metric, points: metric.points.filter((it) => !points.has(it)) }) as DecodedMetric,
        ),
      })),
    }));
  }
}

interface Found {
  /** The same for a point that is sent again with its times, in whatever request. */
  readonly key: string;
  readonly scope: string;
  readonly metric: string;
  readonly records: number;
  readonly point: Point;
}

function pointsOf(resourceMetrics: readonly DecodedResourceMetrics[]): readonly Found[] {
  const found: Found[] = [];
  for (const { resource, scopes } of resourceMetrics) {
    const instance = String(resource['service.instance.id'] ?? '');
    for (const { scope, metrics } of scopes) {
      for (const metric of metrics) {
        for (const point of metric.points) {
          const times = `${point.startTime} ${point.time}`;
          const series = [instance, scope.name, metric.name, attributesKey(point.attributes)];
          found.push({
            key: JSON.stringify([...series, times]),
            scope: scope.name,
            metric: metric.name,
            records: recordsOf(metric, point),
            point,
          });
        }
      }
    }
  }
  return found;
}

function recordsIn(points: Iterable<Found>, { scope, metric }: Wanted = {}): number {
  let sum = 0;
  for (const found of points) {
    if ((scope ?? found.scope) !== found.scope || (metric ?? found.metric) !== found.metric)
      continue;
    sum += found.records;
  }
  return sum;
}

/** A sum counts records where each has added 1. */
function recordsOf({ kind }: DecodedMetric, point: Point): number {
  if (kind === 'gauge') return 0;
  return 'count' in point ? point.count : point.value;
}

function countOf(total: Total): number {
  return typeof total === 'number' ? total : total.count;
}
