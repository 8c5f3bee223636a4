import type { DecodedExemplar, DecodedMetric, OtlpAttributes } from '../otlp/types.js';
import type { Resource } from './resource.js';
import type { Shared } from './rows.js';
import { Series } from './series.js';
import { seriesKey, sortedSeriesKey } from './series-key.js';
import { labelsOf } from './text.js';

/** What an instrument's points are, as the catalogue says it. */
export type InstrumentType = 'histogram' | 'counter' | 'upDownCounter' | 'gauge' | 'summary';

/** One measurement with the trace that it is from. */
export interface KeptExemplar {
  readonly value: number;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The attribute of the SDK's series for what is past a limit. */
export const OVERFLOW = 'otel.metric.overflow';

/** Exemplars of an instrument that are kept, the newest. */
const MOST_EXEMPLARS = 40;
/** Roughly what a series takes beside its rows: objects, keys, texts. */
const SERIES_BYTES = 1_000;
/** Keys of a series, on the average. */
const MOST_KEYS = 4;
/** Values of one attribute that are listed; more are only counted. */
const MOST_VALUES = 10_000;

/** One instrument of one scope, of all services that record it. */
export class Instrument {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly type: InstrumentType;
  readonly temporalities = new Set<'delta' | 'cumulative'>();
  readonly series = new Set<Series>();
  /** Values of each attribute with the time, ms, at which they were first seen. */
  readonly values = new Map<string, Map<string, number>>();
  readonly exemplars: KeptExemplar[] = [];
  isOverflowing = false;
  /** Upper bounds of the buckets, as the last series with buckets has them. */
  bounds: readonly number[] | undefined;
  /** By the attributes in the order in which they come: a series may have several keys. */
  private readonly byKey = new Map<string, Series>();
  private readonly hasExplicitBuckets: boolean;

  constructor(
    readonly scope: string,
    metric: DecodedMetric,
    private readonly shared: Shared,
  ) {
    this.name = metric.name;
    this.unit = metric.unit;
    this.description = metric.description;
    this.type = typeOf(metric);
    this.hasExplicitBuckets = metric.kind === 'histogram';
  }

  /** Whether it tells how much there is, not how much more. */
  get isLevel(): boolean {
    return this.type === 'gauge' || this.type === 'upDownCounter';
  }

  get lastSeen(): number {
    let last = 0;
    for (const { lastSeen } of this.series) last = Math.max(last, lastSeen);
    return last;
  }

  get services(): readonly string[] {
    return [...new Set([...this.series].map(({ resource }) => resource.service))].sort();
  }

  /** The series of a point, made if `mayGrow`; `undefined` for one that may not be made. */
  seriesOf(
    resource: Resource,
    attributes: OtlpAttributes,
    bounds: readonly number[] | undefined,
    now: number,
    mayGrow: (bytes: number) => boolean,
  ): Series | undefined {
    let key = seriesKey(resource.id, attributes);
    const known = this.byKey.get(key);
    if (known !== undefined && this.hasBounds(known, bounds)) return known;
    let sorted = sortedSeriesKey(resource.id, attributes);
    if (known !== undefined || !this.hasBounds(this.byKey.get(sorted), bounds)) {
      // Other buckets than before: a series of its own, or two kinds of counts would be mixed up.
      const suffix = `#${bounds?.join()}`;
      key += suffix;
      sorted += suffix;
    }
    const same = this.byKey.get(key) ?? this.byKey.get(sorted);
    const bytes = SERIES_BYTES + 2 * key.length;
    if (same === undefined && !mayGrow(bytes)) return undefined;
    const series = same ?? this.make(resource, labelsOf(attributes), bounds, now, bytes);
    this.byKey.set(sorted, series);
    // Every order of the same attributes would be a key: a few are enough.
    if (this.byKey.size < MOST_KEYS * this.series.size) this.byKey.set(key, series);
    return series;
  }

  /** The series that takes what is of no series of its own any more, but counts; the SDK's, if it has one. */
  overflowOf(
    resource: Resource,
    bounds: readonly number[] | undefined,
    now: number,
    mayGrow: (bytes: number) => boolean,
  ): Series | undefined {
    this.isOverflowing = true;
    return this.seriesOf(resource, { [OVERFLOW]: true }, bounds, now, mayGrow);
  }

  /** Whether there is no such series yet, or it has these buckets. */
  private hasBounds(series: Series | undefined, bounds: readonly number[] | undefined): boolean {
    if (series === undefined || bounds === undefined || !this.hasExplicitBuckets) return true;
    return sameBounds(series.bounds, bounds);
  }

  private make(
    resource: Resource,
    labels: Readonly<Record<string, string>>,
    bounds: readonly number[] | undefined,
    now: number,
    bytes: number,
  ): Series {
    const series = new Series(resource, labels, bounds, this.shared, bytes);
    this.series.add(series);
    resource.series += 1;
    this.shared.seriesBytes += bytes;
    if (labels[OVERFLOW] === 'true') this.isOverflowing = true;
    for (const [key, value] of Object.entries(labels)) {
      const values = this.values.get(key) ?? new Map<string, number>();
      this.values.set(key, values);
      if (!values.has(value) && values.size < MOST_VALUES) values.set(value, now);
    }
    return series;
  }

  keep(exemplars: readonly DecodedExemplar[], labels: Readonly<Record<string, string>>): void {
    for (const { value, time, traceId, spanId, attributes } of exemplars) {
      if (traceId === '') continue;
      const at = Number(time) / 1e6;
      const own = { ...labels, ...labelsOf(attributes) };
      this.exemplars.push({ value, at, traceId, spanId, labels: own });
    }
    if (this.exemplars.length > MOST_EXEMPLARS) {
      this.exemplars.splice(0, this.exemplars.length - MOST_EXEMPLARS);
    }
  }

  /** Forgets series that have nothing left and nothing new since `before`. */
  forgetSilent(before: number): void {
    const gone = new Set<Series>();
    for (const series of this.series) {
      if (series.rows.length === 0 && series.lastSeen < before) gone.add(series);
    }
    if (gone.size === 0) return;
    for (const series of gone) {
      this.series.delete(series);
      series.resource.series -= 1;
      this.shared.seriesBytes -= series.ownBytes;
    }
    for (const [key, series] of this.byKey) if (gone.has(series)) this.byKey.delete(key);
    const seenFirst = new Map(this.values);
    this.values.clear();
    for (const { labels } of this.series) {
      for (const [key, value] of Object.entries(labels)) {
        const values = this.values.get(key) ?? new Map<string, number>();
        this.values.set(key, values.set(value, seenFirst.get(key)?.get(value) ?? 0));
      }
    }
    this.isOverflowing = this.values.get(OVERFLOW)?.has('true') ?? false;
  }
}

function sameBounds(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((bound, i) => bound === b[i]);
}

function typeOf(metric: DecodedMetric): InstrumentType {
  switch (metric.kind) {
    case 'sum':
      return metric.monotonic ? 'counter' : 'upDownCounter';
    case 'histogram':
    case 'exponentialHistogram':
      return 'histogram';
    default:
      return metric.kind;
  }
}
