import type { Condition } from '../../artefacts/index.js';
import type { Filter } from '../protocol.js';
import { BUCKETS_AT, type Instrument, type Series, SLOT_MILLIS } from '../store/index.js';
import { mergedBounds, placesIn } from './distribution.js';
import { type Span, secondsOf, stepOf } from './span.js';

/** What is picked: of which services, and with which attributes. */
export interface Picked {
  /** None: all of them. */
  readonly services: readonly string[];
  readonly filters: readonly Filter[];
}

/** The measurements of the series that have the same values of some attributes. */
export interface Group {
  readonly labels: Readonly<Record<string, string>>;
  /** Over the whole span. */
  readonly count: number;
  readonly sum: number;
  /** Of the span those of which the processes told what they measured: what averages are over. */
  readonly seconds: number;
  /** The first step of which anything is known: nobody told of those before. */
  readonly firstStep: number;
  /** By step. */
  readonly counts: Float64Array;
  readonly sums: Float64Array;
  /** Upper bounds of the buckets, and counts: of the whole, and of each step one after the other. */
  readonly bounds: readonly number[];
  readonly buckets: Float64Array;
  readonly bucketsBySteps: Float64Array;
}

/** A group while it is added to. */
interface Growing {
  readonly labels: Readonly<Record<string, string>>;
  readonly series: Series[];
  bounds: readonly number[];
}

/** The series that are asked for, by the values of some attributes. */
export function groupSeries(
  instruments: readonly Instrument[],
  picked: Picked,
  where: readonly Condition[] = [],
  by: readonly string[] = [],
): readonly Growing[] {
  const groups = new Map<string, Growing>();
  for (const instrument of instruments) {
    const filters = byKey(picked.filters.filter(({ key }) => instrument.values.has(key)));
    for (const series of instrument.series) {
      if (!isPicked(series, picked.services, filters) || !holds(series, where)) continue;
      const values = by.map((key) => labelOf(series, key));
      const key = values.join('\u0000');
      const labels = Object.fromEntries(by.map((name, i) => [name, values[i] ?? '']));
      const group = groups.get(key) ?? { labels, series: [], bounds: series.bounds };
      groups.set(key, group);
      group.series.push(series);
      group.bounds = mergedBounds(group.bounds, series.bounds);
    }
  }
  return [...groups.values()];
}

/** Services are told apart like an attribute. */
export const SERVICE = 'service.name';

function labelOf(series: Series, key: string): string {
  return series.labels[key] ?? (key === SERVICE ? series.resource.service : '');
}

function byKey(filters: readonly Filter[]): ReadonlyMap<string, readonly string[]> {
  const map = new Map<string, string[]>();
  for (const { key, value } of filters) map.set(key, [...(map.get(key) ?? []), value]);
  return map;
}

function isPicked(
  series: Series,
  services: readonly string[],
  filters: ReadonlyMap<string, readonly string[]>,
): boolean {
  if (services.length > 0 && !services.includes(series.resource.service)) return false;
  for (const [key, values] of filters) if (!values.includes(labelOf(series, key))) return false;
  return true;
}

/** What the reader of a dashboard picks in a variable is a filter here. */
export function holds({ labels }: Series, where: readonly Condition[]): boolean {
  return where.every((condition) => {
    const value = labels[condition.key];
    if ('is' in condition) return (value ?? '') === condition.is;
    return 'variable' in condition || (value !== undefined && value !== '') === condition.isSet;
  });
}

/** Adds up what a group of counters or histograms has measured in the span. */
export function sumUp({ labels, series, bounds }: Growing, span: Span): Group {
  const width = bounds.length + 1;
  const counts = new Float64Array(span.steps);
  const sums = new Float64Array(span.steps);
  const buckets = new Float64Array(width);
  const bucketsBySteps = new Float64Array(width * span.steps);
  let count = 0;
  let sum = 0;
  let knownFrom = Number.POSITIVE_INFINITY;
  let measuredFrom = Number.POSITIVE_INFINITY;
  for (const { rows, bounds: own, knownFrom: ownFrom, resource } of series) {
    knownFrom = Math.min(knownFrom, ownFrom);
    measuredFrom = Math.min(measuredFrom, resource.measuredFrom);
    const isHistogram = rows.width > BUCKETS_AT - 1;
    const places = own === bounds ? undefined : placesIn(own, bounds);
    const { values } = rows;
    const first = rows.firstFrom(Math.min(span.from, span.stepsFrom));
    for (let row = first; row < rows.length; row++) {
      const at = rows.offsetOf(row);
      const slot = values[at] as number;
      if (slot >= span.to) break;
      const rowCount = values[at + 1] as number;
      const rowSum = isHistogram ? (values[at + 2] as number) : rowCount;
      const step = stepOf(span, slot);
      const isInStep = step >= 0 && step < span.steps;
      const isInSpan = slot >= span.from;
      if (isInSpan) {
        count += rowCount;
        sum += rowSum;
      }
      if (isInStep) {
        counts[step] = (counts[step] as number) + rowCount;
        sums[step] = (sums[step] as number) + rowSum;
      }
      if (!isHistogram) continue;
      for (let i = 0; i <= own.length; i++) {
        const bucket = values[at + BUCKETS_AT + i] as number;
        if (bucket === 0) continue;
        const to = places === undefined ? i : (places[i] as number);
        if (isInSpan) buckets[to] = (buckets[to] as number) + bucket;
        if (!isInStep) continue;
        const ofStep = step * width + to;
        bucketsBySteps[ofStep] = (bucketsBySteps[ofStep] as number) + bucket;
      }
    }
  }
  const firstStep = stepOf(span, knownFrom);
  const seconds = secondsFrom(span, measuredFrom);
  const ofSteps = { firstStep, counts, sums, bucketsBySteps };
  return { labels, count, sum, seconds, bounds, buckets, ...ofSteps };
}

/** Seconds of the span after a time, ms; all of them where that is not known. */
function secondsFrom(span: Span, from: number): number {
  if (from === Number.POSITIVE_INFINITY) return secondsOf(span);
  const seconds = (span.to * SLOT_MILLIS - from) / 1_000;
  return Math.min(secondsOf(span), Math.max(1, seconds));
}

/** How many or how much per second at a step; `null` for one of which nobody told. */
export function rateAt(
  group: Group,
  of: 'counts' | 'sums',
  step: number,
  span: Span,
): number | null {
  return step < group.firstStep ? null : (group[of][step] ?? 0) / span.step;
}

/** A level that nobody has told of for so many of the sender's intervals is no longer one. */
const STALE_INTERVALS = 3;
const STALE_SECONDS = 30;

/** Levels at the ends of the steps, of several series in one; `null` where nobody told one. */
export function levelsOf(
  { series }: Growing,
  across: 'sum' | 'max' | 'min',
  span: Span,
): readonly (number | null)[] {
  const levels: (number | null)[] = new Array(span.steps).fill(null);
  for (const { rows, resource } of series) {
    const stale = Math.max(
      STALE_SECONDS,
      span.step,
      (STALE_INTERVALS * (resource.interval ?? 0)) / 1_000,
    );
    const { values } = rows;
    let row = 0;
    let last: { readonly slot: number; readonly value: number } | undefined;
    for (let step = 0; step < span.steps; step++) {
      const end = span.stepsFrom + (step + 1) * span.step;
      for (; row < rows.length; row++) {
        const at = rows.offsetOf(row);
        if ((values[at] as number) >= end) break;
        last = { slot: values[at] as number, value: values[at + 1] as number };
      }
      if (last === undefined || end - last.slot > stale) continue;
      levels[step] = combined(levels[step] ?? null, last.value, across);
    }
  }
  return levels;
}

function combined(before: number | null, value: number, across: 'sum' | 'max' | 'min'): number {
  if (before === null) return value;
  if (across === 'sum') return before + value;
  return across === 'max' ? Math.max(before, value) : Math.min(before, value);
}

/** One text for the values of some attributes. */
export function labelsKey(
  labels: Readonly<Record<string, string>>,
  keys: readonly string[],
): string {
  return keys.map((key) => labels[key] ?? '').join('\u0000');
}
