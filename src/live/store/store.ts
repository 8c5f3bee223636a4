import type {
  DecodedMetric,
  DecodedPoint,
  DecodedResourceMetrics,
  DecodedScopeMetrics,
} from '../otlp/types.js';
import { Instrument } from './instrument.js';
import { Resource, resourceKey } from './resource.js';
import type { RowBudget } from './rows.js';
import { type Series, SLOT_MILLIS, type When } from './series.js';

/** How much is kept. */
export interface StoreOptions {
  /** Default an hour. */
  readonly maxSeconds?: number | undefined;
  /** Of the history; default 256 MiB. */
  readonly maxBytes?: number | undefined;
  /** Of all instruments and services together; default 50,000. */
  readonly maxSeries?: number | undefined;
  /** Wall-clock time, ms. */
  readonly now?: (() => number) | undefined;
}

/** What became of the points of a request. */
export interface Added {
  readonly rejectedPoints: number;
  /** Why, of the last one that was not taken. */
  readonly reason?: string;
}

/** How often what is old is forgotten, milliseconds. */
const SWEEP_MILLIS = 5_000;
/** Clocks of other machines may be that far ahead, milliseconds. */
const AHEAD_MILLIS = 5_000;
/** Of the history that is dropped at a time when there is too much of it. */
const SHARE_DROPPED = 0.1;

/**
 * What has been received lately, in memory: bounded by time, by bytes and by the number of series. Takes
 * the metrics of any OpenTelemetry SDK, delta and cumulative.
 */
export class Store {
  readonly maxSeconds: number;
  readonly maxBytes: number;
  readonly maxSeries: number;
  readonly now: () => number;
  readonly dropped: Record<string, number> = {};
  private readonly budget: RowBudget = { bytes: 0 };
  private readonly since: number;
  private readonly resourceIds = new Map<string, number>();
  private readonly resourceList: Resource[] = [];
  private readonly byName = new Map<string, Instrument>();
  private sweptAt: number;
  private horizon = 0;
  private seriesCount = 0;
  /** Points of the seconds of the last minute. */
  private readonly perSecond = new Map<number, number>();

  constructor(options: StoreOptions = {}) {
    this.maxSeconds = options.maxSeconds ?? 3_600;
    this.maxBytes = options.maxBytes ?? 256 * 1024 * 1024;
    this.maxSeries = options.maxSeries ?? 50_000;
    this.now = options.now ?? Date.now;
    this.since = this.now();
    this.sweptAt = this.since;
  }

  get bytes(): number {
    return this.budget.bytes;
  }

  get series(): number {
    return this.seriesCount;
  }

  get resources(): readonly Resource[] {
    return this.resourceList;
  }

  get instruments(): readonly Instrument[] {
    return [...this.byName.values()].filter(({ series }) => series.size > 0);
  }

  /** Time of the oldest row, ms; `undefined` where there is none. */
  get oldest(): number | undefined {
    let slot = Number.POSITIVE_INFINITY;
    for (const { series } of this.byName.values()) {
      for (const { rows } of series) if (rows.length > 0) slot = Math.min(slot, rows.slotOf(0));
    }
    return slot === Number.POSITIVE_INFINITY ? undefined : slot * SLOT_MILLIS;
  }

  get pointsPerMinute(): number {
    const from = Math.floor(this.now() / 1_000) - 60;
    let points = 0;
    for (const [second, count] of this.perSecond) {
      if (second > from) points += count;
      else this.perSecond.delete(second);
    }
    return points;
  }

  /**
   * Takes the points of one request. What is too old for the history, or of a series too many, is not taken
   * and told.
   */
  add(resources: readonly DecodedResourceMetrics[], receivedAt: number): Added {
    const rejected = { points: 0, reason: '' };
    let taken = 0;
    const reject = (reason: string): void => {
      rejected.points += 1;
      rejected.reason = reason;
      this.dropped[reason] = (this.dropped[reason] ?? 0) + 1;
    };
    for (const { resource: attributes, scopes } of resources) {
      const { resource, id } = this.resourceOf(attributes, receivedAt);
      for (const { scope, metrics } of scopes) {
        for (const metric of metrics) {
          const instrument = this.instrumentOf(scope, metric);
          for (const point of metric.points) {
            taken += 1;
            this.take(instrument, metric, point, resource, id, receivedAt, reject);
          }
        }
      }
    }
    const second = Math.floor(this.now() / 1_000);
    this.perSecond.set(second, (this.perSecond.get(second) ?? 0) + taken - rejected.points);
    if (this.now() - this.sweptAt >= SWEEP_MILLIS || this.bytes > this.maxBytes) this.sweep();
    const { points, reason } = rejected;
    return { rejectedPoints: points, ...(points > 0 && { reason }) };
  }

  private resourceOf(
    attributes: DecodedResourceMetrics['resource'],
    at: number,
  ): { readonly resource: Resource; readonly id: number } {
    const { key, labels } = resourceKey(attributes);
    const known = this.resourceIds.get(key);
    const id = known ?? this.resourceList.length;
    const resource = this.resourceList[id] ?? new Resource(labels, at);
    if (known === undefined) {
      this.resourceIds.set(key, id);
      this.resourceList.push(resource);
    } else resource.seen(at);
    return { resource, id };
  }

  private instrumentOf(scope: DecodedScopeMetrics['scope'], metric: DecodedMetric): Instrument {
    const made = () => new Instrument(scope.name, metric, this.budget, this.since);
    const monotonic = metric.kind === 'sum' && metric.monotonic;
    const key = `${scope.name}\u0000${metric.name}\u0000${metric.kind}\u0000${monotonic}\u0000${metric.unit}`;
    const instrument = this.byName.get(key) ?? made();
    this.byName.set(key, instrument);
    if ('temporality' in metric && metric.temporality !== 'unspecified') {
      instrument.temporalities.add(metric.temporality);
    }
    return instrument;
  }

  private take(
    instrument: Instrument,
    metric: DecodedMetric,
    point: DecodedPoint,
    resource: Resource,
    resourceId: number,
    receivedAt: number,
    reject: (reason: string) => void,
  ): void {
    if (point.noRecordedValue) return;
    const when = this.whenOf(point, receivedAt);
    if (when === undefined) {
      reject('older than what is kept');
      return;
    }
    const series = instrument.seriesOf(
      resource,
      resourceId,
      point.attributes,
      boundsOf(metric, point),
      receivedAt,
      () => this.seriesCount < this.maxSeries && this.grow(),
    );
    if (series === undefined) {
      reject('more series than are kept');
      return;
    }
    series.lastSeen = receivedAt;
    record(series, metric, point, when);
    if (metric.kind === 'histogram') instrument.bounds = series.bounds;
    if (point.exemplars.length > 0) instrument.keep(point.exemplars, series.labels);
  }

  private grow(): true {
    this.seriesCount += 1;
    return true;
  }

  private whenOf({ startTime, time }: DecodedPoint, receivedAt: number): When | undefined {
    const measured = Number(time) / 1e6;
    const isAhead = measured > receivedAt + AHEAD_MILLIS;
    const at = measured === 0 || isAhead ? receivedAt : measured;
    const slot = Math.floor(at / SLOT_MILLIS);
    if (at < this.now() - this.maxSeconds * 1_000 || slot < this.horizon) return undefined;
    return { start: Number(startTime) / 1e6, time: measured, slot };
  }

  /** Forgets what is older than is kept, and more where that is too much. */
  sweep(): void {
    const now = this.now();
    this.sweptAt = now;
    const end = Math.ceil(now / SLOT_MILLIS);
    this.forget(Math.floor((now - this.maxSeconds * 1_000) / SLOT_MILLIS));
    for (let from = this.horizon; this.bytes > this.maxBytes && from < end; ) {
      const oldest = Math.max(from, Math.floor((this.oldest ?? now) / SLOT_MILLIS));
      from = oldest + Math.max(1, Math.ceil((end - oldest) * SHARE_DROPPED));
      this.forget(from);
      this.horizon = from;
    }
    this.seriesCount = 0;
    for (const instrument of this.byName.values()) {
      instrument.forgetSilent(now - Math.min(this.maxSeconds * 1_000, 600_000));
      this.seriesCount += instrument.series.size;
    }
  }

  private forget(slot: number): void {
    for (const { series } of this.byName.values()) {
      for (const { rows } of series) rows.forgetBefore(slot);
    }
  }
}

function boundsOf(metric: DecodedMetric, point: DecodedPoint): readonly number[] | undefined {
  if (metric.kind === 'histogram') return (point as { readonly bounds: readonly number[] }).bounds;
  return metric.kind === 'exponentialHistogram' || metric.kind === 'summary' ? [] : undefined;
}

function record(series: Series, metric: DecodedMetric, point: DecodedPoint, when: When): void {
  if (metric.kind === 'histogram') {
    const { count, sum = 0, bucketCounts } = point as (typeof metric.points)[number];
    series.distribute(metric.temporality, when, { count, sum, buckets: bucketCounts });
  } else if (metric.kind === 'exponentialHistogram') {
    series.distributeBase2(metric.temporality, when, point as (typeof metric.points)[number]);
  } else if (metric.kind === 'summary') {
    const { count, sum } = point as (typeof metric.points)[number];
    series.distribute('cumulative', when, { count, sum, buckets: [] });
  } else {
    const { value } = point as (typeof metric.points)[number];
    if (metric.kind === 'gauge') series.set(when, value);
    else if (metric.monotonic) series.count(metric.temporality, when, value);
    else if (metric.temporality === 'delta') series.change(when, value);
    else series.set(when, value);
  }
}
