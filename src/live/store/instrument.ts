import type { DecodedExemplar, DecodedMetric, OtlpAttributes } from '../otlp/types.js';
import type { Resource } from './resource.js';
import type { RowBudget } from './rows.js';
import { Series } from './series.js';
import { labelsOf, textOf } from './text.js';

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
  /** By the attributes as they come; several may be one series in another order. */
  private readonly byKey = new Map<string, Series>();

  constructor(
    readonly scope: string,
    metric: DecodedMetric,
    private readonly budget: RowBudget,
    private readonly since: number,
  ) {
    this.name = metric.name;
    this.unit = metric.unit;
    this.description = metric.description;
    this.type = typeOf(metric);
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
    resourceId: number,
    attributes: OtlpAttributes,
    bounds: readonly number[] | undefined,
    now: number,
    mayGrow: () => boolean,
  ): Series | undefined {
    let key = String(resourceId);
    for (const name in attributes) {
      const value = attributes[name] ?? null;
      key += `\u0000${name}\u0001${typeof value === 'string' ? value : `${typeof value}\u0002${textOf(value)}`}`;
    }
    if (bounds !== undefined && bounds.length > 0)
      key += `\u0003${bounds.length}\u0003${bounds[0]}\u0003${bounds.at(-1)}`;
    const known = this.byKey.get(key);
    if (known !== undefined) return known;
    const labels = labelsOf(attributes);
    const same = this.find(resource, labels, bounds);
    if (same === undefined && !mayGrow()) return undefined;
    const series = same ?? this.make(resource, labels, bounds, now);
    this.byKey.set(key, series);
    return series;
  }

  private find(
    resource: Resource,
    labels: Readonly<Record<string, string>>,
    bounds: readonly number[] | undefined,
  ): Series | undefined {
    // Attributes that come in another order than before: rare, so that a search is good enough where few are.
    if (Object.keys(labels).length < 2 || this.series.size > 2_000) return undefined;
    const text = JSON.stringify(labels);
    for (const series of this.series) {
      const isSame =
        series.resource === resource &&
        JSON.stringify(series.labels) === text &&
        (bounds === undefined || sameBounds(series.bounds, bounds));
      if (isSame) return series;
    }
    return undefined;
  }

  private make(
    resource: Resource,
    labels: Readonly<Record<string, string>>,
    bounds: readonly number[] | undefined,
    now: number,
  ): Series {
    const series = new Series(resource, labels, bounds, this.budget, this.since);
    this.series.add(series);
    this.budget.bytes += SERIES_BYTES;
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
      this.budget.bytes -= SERIES_BYTES;
    }
    for (const [key, series] of this.byKey) if (gone.has(series)) this.byKey.delete(key);
    this.values.clear();
    for (const { labels } of this.series) {
      for (const [key, value] of Object.entries(labels)) {
        const values = this.values.get(key) ?? new Map<string, number>();
        this.values.set(key, values.set(value, 0));
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
