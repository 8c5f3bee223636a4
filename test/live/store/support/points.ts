import type {
  DecodedExponentialPoint,
  DecodedHistogramPoint,
  DecodedMetric,
  DecodedNumberPoint,
  DecodedResourceMetrics,
  OtlpAttributes,
  Temporality,
} from '../../../../src/live/otlp/types.js';
import {
  BUCKETS_AT,
  type Instrument,
  type Series,
  type Store,
} from '../../../../src/live/store/index.js';

/** A moment from which the tests count, milliseconds since the Unix epoch. */
export const BEGIN = 1_700_000_000_000;

/** Start and end of a point, in milliseconds after {@link BEGIN}. */
export interface Span {
  readonly start?: number;
  readonly time: number;
  readonly attributes?: OtlpAttributes;
}

function nanos(millis: number | undefined): bigint {
  return millis === undefined ? 0n : BigInt(BEGIN + millis) * 1_000_000n;
}

function baseOf({ start, time, attributes = {} }: Span) {
  const startTime = nanos(start);
  return { attributes, startTime, time: nanos(time), noRecordedValue: false, exemplars: [] };
}

export function numberPoint(span: Span, value: number): DecodedNumberPoint {
  return { ...baseOf(span), value, integer: false };
}

export function histogramPoint(
  span: Span,
  bounds: readonly number[],
  bucketCounts: readonly number[],
  sum = 0,
): DecodedHistogramPoint {
  const count = bucketCounts.reduce((total, it) => total + it, 0);
  const extremes = { min: undefined, max: undefined };
  return { ...baseOf(span), ...extremes, count, sum, bounds, bucketCounts };
}

/** The base-2 point of some positive values. */
export function exponentialPoint(
  span: Span,
  scale: number,
  values: readonly number[],
): DecodedExponentialPoint {
  const indexes = values.map((value) => Math.ceil(Math.log2(value) * 2 ** scale) - 1);
  const offset = Math.min(...indexes, Number.MAX_SAFE_INTEGER);
  const counts = new Array<number>(
    values.length === 0 ? 0 : Math.max(...indexes) - offset + 1,
  ).fill(0);
  for (const index of indexes) counts[index - offset] = (counts[index - offset] ?? 0) + 1;
  return {
    ...baseOf(span),
    count: values.length,
    sum: values.reduce((total, value) => total + value, 0),
    min: undefined,
    max: undefined,
    scale,
    zeroCount: 0,
    zeroThreshold: 0,
    positive: { offset: values.length === 0 ? 0 : offset, bucketCounts: counts },
    negative: { offset: 0, bucketCounts: [] },
  };
}

const NAMED = { description: '', unit: '1' };

export function counter(
  temporality: Temporality,
  points: readonly DecodedNumberPoint[],
  name = 'c',
): DecodedMetric {
  return { ...NAMED, name, kind: 'sum', monotonic: true, temporality, points };
}

export function level(
  temporality: Temporality,
  points: readonly DecodedNumberPoint[],
  name = 'l',
): DecodedMetric {
  return { ...NAMED, name, kind: 'sum', monotonic: false, temporality, points };
}

export function gauge(points: readonly DecodedNumberPoint[]): DecodedMetric {
  return { ...NAMED, name: 'g', kind: 'gauge', points };
}

export function histogram(
  temporality: Temporality,
  points: readonly DecodedHistogramPoint[],
): DecodedMetric {
  return { ...NAMED, name: 'h', kind: 'histogram', temporality, points };
}

export function exponential(
  temporality: Temporality,
  points: readonly DecodedExponentialPoint[],
): DecodedMetric {
  return { ...NAMED, name: 'e', kind: 'exponentialHistogram', temporality, points };
}

/** A request of one process. */
export function request(
  metrics: readonly DecodedMetric[],
  resource: OtlpAttributes = { 'service.name': 's', 'service.instance.id': 'one' },
): DecodedResourceMetrics[] {
  const scope = { name: 'scope', version: '', attributes: {} };
  return [{ resource, schemaUrl: '', scopes: [{ scope, schemaUrl: '', metrics }] }];
}

/** What is kept of a series, all rows added up. */
export interface Kept {
  readonly count: number;
  readonly sum: number;
  readonly buckets: readonly number[];
}

/** Everything that a series has; of a counter `count` is what it grew by. */
export function keptOf({ rows, bounds }: Series): Kept {
  let count = 0;
  let sum = 0;
  const buckets = new Array<number>(bounds.length + 1).fill(0);
  for (let row = 0; row < rows.length; row++) {
    const at = rows.offsetOf(row);
    count += rows.values[at + 1] as number;
    if (rows.width < BUCKETS_AT) continue;
    sum += rows.values[at + 2] as number;
    for (let i = 0; i < buckets.length; i++) {
      buckets[i] = (buckets[i] as number) + (rows.values[at + BUCKETS_AT + i] as number);
    }
  }
  return { count, sum, buckets };
}

/** The values of a gauge by slot, the seconds after {@link BEGIN}. */
export function levelsOf({ rows }: Series): readonly (readonly [number, number])[] {
  return Array.from({ length: rows.length }, (_, row) => [
    rows.slotOf(row) - BEGIN / 1_000,
    rows.values[rows.offsetOf(row) + 1] as number,
  ]);
}

export function instrumentNamed(store: Store, name: string): Instrument {
  const found = store.instruments.find((instrument) => instrument.name === name);
  if (found === undefined) throw new Error(`the store has no instrument "${name}"`);
  return found;
}

export function seriesNamed(store: Store, name: string): readonly Series[] {
  return [...instrumentNamed(store, name).series];
}

/** What an instrument's series amount to together. */
export function countOf(store: Store, name: string): number {
  return seriesNamed(store, name).reduce((total, series) => total + keptOf(series).count, 0);
}
