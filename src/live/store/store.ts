import type {
  DecodedMetric,
  DecodedPoint,
  DecodedResourceMetrics,
  DecodedScopeMetrics,
} from '../otlp/types.js';
import { Instrument } from './instrument.js';
import { boundsOf, fold, isFoldable, isSound, record } from './record.js';
import { Resolution } from './resolution.js';
import { Resource, resourceKey } from './resource.js';
import type { Shared } from './rows.js';
import { type Series, SLOT_MILLIS, type When } from './series.js';

/** How much is kept. */
export interface StoreOptions {
  /** Default an hour. */
  readonly maxSeconds?: number | undefined;
  /** Of the history; default 256 MiB. Series get half of it at most, the rest is for what they measure. */
  readonly maxBytes?: number | undefined;
  /**
   * Of all instruments and services together; default 50,000. An instrument may have as many as are left, so
   * that one that explodes leaves half of them to the others.
   */
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
/** Of the history that is dropped at a time when there is too much of it, coarse as it is. */
const SHARE_DROPPED = 0.1;
/** Of its bytes that a history is brought down to then, so that it is not swept for each request. */
const SHARE_LEFT = 0.9;
/** Of its bytes that it may reach within one request. */
const SHARE_AT_MOST = 1.25;
/** Of its bytes that series may take without what they measure, and with the overflow's. */
const SHARE_OF_SERIES = 0.5;
const SHARE_OF_OVERFLOW = 0.6;
/** Series past the most that there may be, for what is folded into the overflow. */
const OVERFLOW_SERIES = 1_000;
/** A series is forgotten when it has nothing left and has been silent for so long, milliseconds. */
const SILENT_MILLIS = 600_000;

/**
 * What has been received lately, in memory: bounded by time, by bytes and by the number of series. Where bytes are
 * short, what is old is kept coarser before it is dropped. Takes the metrics of any OpenTelemetry SDK, delta and
 * cumulative.
 */
export class Store {
  readonly maxSeconds: number;
  readonly maxBytes: number;
  readonly maxSeries: number;
  readonly now: () => number;
  readonly resolution = new Resolution();
  readonly dropped: Record<string, number> = {};
  /** Points since the start that count in an overflow, since their series would have been too many. */
  folded = 0;
  private readonly shared: Shared;
  private readonly byIdentity = new Map<string, Resource>();
  private resourcesSeen = 0;
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
    this.sweptAt = this.now();
    this.shared = { rowBytes: 0, seriesBytes: 0, since: this.sweptAt };
  }

  get bytes(): number {
    return this.shared.rowBytes + this.shared.seriesBytes;
  }

  get series(): number {
    return this.seriesCount;
  }

  get resources(): readonly Resource[] {
    return [...this.byIdentity.values()];
  }

  get instruments(): readonly Instrument[] {
    return [...this.byName.values()].filter(({ series }) => series.size > 0);
  }

  /** Time of the oldest row, ms; `undefined` where there is none. */
  get oldest(): number | undefined {
    const slot = this.oldestSlot;
    return slot === undefined ? undefined : slot * SLOT_MILLIS;
  }

  private get oldestSlot(): number | undefined {
    let slot = Number.POSITIVE_INFINITY;
    for (const { series } of this.byName.values()) {
      for (const { rows } of series) if (rows.length > 0) slot = Math.min(slot, rows.slotOf(0));
    }
    return slot === Number.POSITIVE_INFINITY ? undefined : slot;
  }

  get pointsPerMinute(): number {
    this.forgetSeconds();
    let points = 0;
    for (const count of this.perSecond.values()) points += count;
    return points;
  }

  /**
   * Takes the points of one request. What is malformed, too old for the history, or of a series too many, is
   * not taken and told.
   */
  add(resources: readonly DecodedResourceMetrics[], receivedAt: number): Added {
    // What was kept on disk comes again with the time at which it came first.
    this.shared.since = Math.min(this.shared.since, receivedAt);
    const rejected = { points: 0, reason: '' };
    let taken = 0;
    const reject = (reason: string): void => {
      rejected.points += 1;
      rejected.reason = reason;
      this.dropped[reason] = (this.dropped[reason] ?? 0) + 1;
    };
    for (const { resource: attributes, scopes } of resources) {
      const { key, labels } = resourceKey(attributes);
      const resource = this.resourceOf(key, labels, receivedAt);
      for (const { scope, metrics } of scopes) {
        for (const metric of metrics) {
          taken += metric.points.length;
          this.takeMetric(scope, metric, resource, receivedAt, reject);
        }
      }
      if (resource.series === 0) this.byIdentity.delete(key);
    }
    const second = Math.floor(this.now() / 1_000);
    this.perSecond.set(second, (this.perSecond.get(second) ?? 0) + taken - rejected.points);
    if (this.now() - this.sweptAt >= SWEEP_MILLIS || this.bytes > this.maxBytes) this.sweep();
    const { points, reason } = rejected;
    return { rejectedPoints: points, ...(points > 0 && { reason }) };
  }

  private resourceOf(
    key: string,
    labels: Readonly<Record<string, string>>,
    receivedAt: number,
  ): Resource {
    let resource = this.byIdentity.get(key);
    if (resource === undefined) {
      resource = new Resource(this.resourcesSeen++, labels, receivedAt);
      this.byIdentity.set(key, resource);
    } else resource.seen(receivedAt);
    return resource;
  }

  private takeMetric(
    scope: DecodedScopeMetrics['scope'],
    metric: DecodedMetric,
    resource: Resource,
    receivedAt: number,
    reject: (reason: string) => void,
  ): void {
    const { name, kind, unit } = metric;
    const monotonic = kind === 'sum' && metric.monotonic;
    const key = JSON.stringify([scope.name, name, kind, monotonic, unit]);
    let instrument = this.byName.get(key);
    if (instrument === undefined) {
      instrument = new Instrument(scope.name, metric, this.shared);
      this.byName.set(key, instrument);
    }
    if ('temporality' in metric && metric.temporality !== 'unspecified') {
      instrument.temporalities.add(metric.temporality);
    }
    for (const point of metric.points) {
      const why = this.take(instrument, metric, point, resource, receivedAt);
      if (why !== undefined) reject(why);
    }
    // Names of what was never taken would add up.
    if (instrument.series.size === 0) this.byName.delete(key);
  }

  /** Takes a point; why not, if not. */
  private take(
    instrument: Instrument,
    metric: DecodedMetric,
    point: DecodedPoint,
    resource: Resource,
    receivedAt: number,
  ): string | undefined {
    if (point.noRecordedValue) return undefined;
    if (!isSound(metric, point)) return 'malformed';
    if (!this.hasRoom()) return 'more than there is memory for';
    const when = this.whenOf(point, receivedAt);
    if (when === undefined) return 'older than what is kept';
    const bounds = boundsOf(metric, point);
    const { attributes, exemplars } = point;
    const own = instrument.seriesOf(resource, attributes, bounds, receivedAt, (bytes) =>
      this.grow(bytes, this.maxSeries - instrument.series.size),
    );
    const series = own ?? this.overflowOf(instrument, metric, resource, bounds, receivedAt);
    if (series === undefined) return 'more series than are kept';
    series.lastSeen = receivedAt;
    if (own !== undefined) record(series, metric, point, when);
    else {
      fold(series, metric, point, when);
      this.folded += 1;
    }
    if (metric.kind === 'histogram') instrument.bounds = series.bounds;
    if (exemplars.length > 0) instrument.keep(exemplars, series.labels);
    return undefined;
  }

  /** Whether there is, if need be after the oldest has been forgotten in the middle of a request. */
  private hasRoom(): boolean {
    const most = this.maxBytes * SHARE_AT_MOST;
    if (this.bytes > most) this.sweep();
    return this.bytes <= most;
  }

  private overflowOf(
    instrument: Instrument,
    metric: DecodedMetric,
    resource: Resource,
    bounds: readonly number[] | undefined,
    receivedAt: number,
  ): Series | undefined {
    instrument.isOverflowing = true;
    if (!isFoldable(metric)) return undefined;
    return instrument.overflowOf(resource, bounds, receivedAt, (bytes) =>
      this.grow(bytes, this.maxSeries + OVERFLOW_SERIES, SHARE_OF_OVERFLOW),
    );
  }

  /** Counts one more series, if there are fewer than `most` and room for it. */
  private grow(bytes: number, most: number, share = SHARE_OF_SERIES): boolean {
    if (this.seriesCount >= most) return false;
    if (this.shared.seriesBytes + bytes > this.maxBytes * share) return false;
    this.seriesCount += 1;
    return true;
  }

  private whenOf({ startTime, time }: DecodedPoint, receivedAt: number): When | undefined {
    const measured = Number(time) / 1e6;
    const isAhead = measured > receivedAt + AHEAD_MILLIS;
    const at = measured === 0 || isAhead ? receivedAt : measured;
    const slot = Math.floor(at / SLOT_MILLIS);
    if (at < this.now() - this.maxSeconds * 1_000 || slot < this.horizon) return undefined;
    return { start: Number(startTime) / 1e6, time: measured === 0 ? receivedAt : measured, slot };
  }

  /** Forgets what is older than is kept. Where that leaves too much, makes it coarser, or else forgets more. */
  sweep(): void {
    const { resolution } = this;
    const now = this.now();
    this.sweptAt = now;
    const end = Math.ceil(now / SLOT_MILLIS);
    this.forget(resolution.startOf(Math.floor((now - this.maxSeconds * 1_000) / SLOT_MILLIS)));
    const most = this.maxBytes * (this.bytes > this.maxBytes ? SHARE_LEFT : 1);
    // What came late, or was kept on disk, may lie in rows that are wider already.
    if (this.bytes > most) this.merge();
    while (this.bytes > most && resolution.coarsen(this.oldestSlot ?? end, end)) this.merge();
    for (let from = this.horizon; this.bytes > most && from < end; ) {
      const oldest = Math.max(from, this.oldestSlot ?? end);
      const wished = oldest + Math.ceil((end - oldest) * SHARE_DROPPED);
      from = resolution.startOf(Math.max(wished, resolution.endOf(oldest)));
      this.forget(from);
      this.horizon = from;
    }
    const silent = now - Math.min(this.maxSeconds * 1_000, SILENT_MILLIS);
    this.seriesCount = 0;
    for (const [key, instrument] of this.byName) {
      instrument.forgetSilent(silent);
      this.seriesCount += instrument.series.size;
      if (instrument.series.size === 0) this.byName.delete(key);
    }
    for (const [key, resource] of this.byIdentity) {
      if (resource.series === 0) this.byIdentity.delete(key);
    }
    this.forgetSeconds();
  }

  /** Puts together what is in one row. */
  private merge(): void {
    const startOf = (slot: number) => this.resolution.startOf(slot);
    for (const { series, isLevel } of this.byName.values()) {
      for (const { rows } of series) {
        if (isLevel) rows.thin(startOf);
        else rows.merge(startOf);
      }
    }
  }

  private forgetSeconds(): void {
    const from = Math.floor(this.now() / 1_000) - 60;
    for (const second of this.perSecond.keys()) if (second <= from) this.perSecond.delete(second);
  }

  private forget(slot: number): void {
    for (const { series } of this.byName.values()) {
      for (const one of series) one.forgetBefore(slot);
    }
  }
}
