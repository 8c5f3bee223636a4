import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Accumulator } from '../../../demo/received/accumulator.js';
import type { DecodedMetric, Temporality } from '../../../src/live/otlp/types.js';
import { Store } from '../../../src/live/store/index.js';
import { PROPERTY_TIMEOUT, tries } from '../../support/property.js';
import {
  BEGIN,
  counter,
  exponential,
  exponentialPoint,
  histogram,
  histogramPoint,
  type Kept,
  keptOf,
  numberPoint,
  request,
  seriesNamed,
} from './support/points.js';

const BOUNDS = [0.25, 1, 4, 16];
const KINDS = ['a', 'b'] as const;
/** Time between two exports, milliseconds. */
const INTERVAL = 700;

/** One measurement: of which attribute value, and how much. Eighths add up exactly. */
const measurement = fc.record({
  kind: fc.constantFrom(...KINDS),
  value: fc.integer({ min: 1, max: 400 }).map((eighths) => eighths / 8),
});

/** What becomes of an export on its way. */
const fate = fc.constantFrom('arrives', 'arrives', 'twice', 'again later', 'lost', 'late');

const life = fc.array(fc.record({ measured: fc.array(measurement, { maxLength: 6 }), fate }), {
  minLength: 1,
  maxLength: 8,
});
/** A process and its restarts. */
const process = fc.array(life, { minLength: 1, maxLength: 3 });
const service = fc.array(process, { minLength: 1, maxLength: 3 });

interface Export {
  readonly instance: number;
  readonly metrics: readonly DecodedMetric[];
  readonly measured: readonly { readonly kind: string; readonly value: number }[];
  readonly fate: string;
}

type Process = readonly (readonly {
  readonly measured: Export['measured'];
  readonly fate: string;
}[])[];

/** What a process exports. A cumulative run has to arrive in the end: what is never told is not known. */
function exportsOf(lives: Process, instance: number, temporality: Temporality): Export[] {
  const made: Export[] = [];
  let now = 1_000 + instance;
  for (const exports of lives) {
    const born = now;
    const all: { kind: string; value: number }[] = [];
    for (const [i, { measured, fate }] of exports.entries()) {
      const start = temporality === 'delta' ? now : born;
      now += INTERVAL;
      all.push(...measured);
      const told = temporality === 'delta' ? measured : all;
      const isLast = temporality === 'cumulative' && i === exports.length - 1;
      const metrics = metricsOf(told, { start, time: now }, temporality);
      made.push({ instance, metrics, measured, fate: isLast ? 'arrives' : fate });
    }
    now += INTERVAL;
  }
  return made;
}

function metricsOf(
  told: Export['measured'],
  span: { readonly start: number; readonly time: number },
  temporality: Temporality,
): readonly DecodedMetric[] {
  const kinds = KINDS.map((kind) => ({
    at: { ...span, attributes: { kind } },
    values: told.filter((it) => it.kind === kind).map(({ value }) => value),
  }));
  return [
    counter(
      temporality,
      kinds.map(({ at, values }) => numberPoint(at, sumOf(values))),
    ),
    histogram(
      temporality,
      kinds.map(({ at, values }) =>
        histogramPoint(at, BOUNDS, bucketed(values, BOUNDS), sumOf(values)),
      ),
    ),
    exponential(
      temporality,
      kinds.map(({ at, values }) => exponentialPoint(at, 3, values)),
    ),
  ];
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function bucketed(values: readonly number[], bounds: readonly number[]): number[] {
  const counts = new Array<number>(bounds.length + 1).fill(0);
  for (const value of values) {
    const above = bounds.findIndex((bound) => value <= bound);
    const i = above < 0 ? bounds.length : above;
    counts[i] = (counts[i] ?? 0) + 1;
  }
  return counts;
}

/** The order in which exports get to the store, each as often as it comes. */
function delivered(exports: readonly Export[]): Export[] {
  const order: { readonly at: number; readonly it: Export }[] = [];
  for (const [at, it] of exports.entries()) {
    if (it.fate === 'lost') continue;
    order.push({ at: it.fate === 'late' ? at + 2.5 : at, it });
    if (it.fate === 'twice') order.push({ at, it });
    if (it.fate === 'again later') order.push({ at: at + 4.5, it });
  }
  return order.sort((a, b) => a.at - b.at).map(({ it }) => it);
}

function resourceOf(instance: number) {
  return { 'service.name': 's', 'service.instance.id': String(instance) };
}

/** All series of one attribute value, of all processes. */
function keptBy(store: Store, name: string, kind: string): Kept {
  const own = seriesNamed(store, name).filter(({ labels }) => labels['kind'] === kind);
  return own.map(keptOf).reduce((a, b) => ({
    count: a.count + b.count,
    sum: a.sum + b.sum,
    buckets: b.buckets.map((it, i) => it + (a.buckets[i] ?? 0)),
  }));
}

/** A rank's value and the bucket that it is counted in: every percentile is right to its bucket. */
function expectRightBuckets(store: Store, name: string, kind: string, values: readonly number[]) {
  const own = seriesNamed(store, name).filter(({ labels }) => labels['kind'] === kind);
  const counted = own.flatMap((series) => {
    const { buckets } = keptOf(series);
    return buckets.map((count, i) => ({
      count,
      low: i === 0 ? Number.NEGATIVE_INFINITY : (series.bounds[i - 1] as number),
      high: series.bounds[i] ?? Number.POSITIVE_INFINITY,
    }));
  });
  expect(counted.reduce((sum, { count }) => sum + count, 0)).toBe(values.length);
  const isExact = name === 'h';
  const sorted = [...values].sort((a, b) => a - b);
  const buckets = counted.filter(({ count }) => count > 0).sort((a, b) => a.high - b.high);
  let rank = 0;
  for (const { count, low, high } of buckets) {
    for (const value of sorted.slice(rank, rank + count)) {
      // Bounds of base-2 buckets are no exact numbers.
      expect(value).toBeGreaterThanOrEqual(isExact ? low : low * (1 - 1e-9));
      expect(value).toBeLessThanOrEqual(isExact ? high : high * (1 + 1e-9));
    }
    rank += count;
  }
}

describe.each(['delta', 'cumulative'] as const)('%s streams', (temporality) => {
  it('amount to what was measured, through restarts, repetitions, gaps and delays', {
    timeout: PROPERTY_TIMEOUT,
  }, () => {
    fc.assert(
      fc.property(service, (processes) => {
        const store = new Store({ now: () => BEGIN + 60_000 });
        // The store is there before the first process.
        store.add([], BEGIN);
        const exports = processes.flatMap((it, i) => exportsOf(it, i, temporality));
        for (const { metrics, instance } of delivered(exports)) {
          const { rejectedPoints } = store.add(
            request(metrics, resourceOf(instance)),
            BEGIN + 60_000,
          );
          expect(rejectedPoints).toBe(0);
        }
        // Of deltas what got lost is lost; a later cumulative point says it again.
        const counted = exports.filter(
          ({ fate }) => temporality === 'cumulative' || fate !== 'lost',
        );
        if (counted.length === 0) return;
        for (const kind of KINDS) {
          const values = counted
            .flatMap(({ measured }) => measured)
            .filter((it) => it.kind === kind)
            .map(({ value }) => value);
          expect(keptBy(store, 'c', kind).count).toBe(sumOf(values));
          const kept = keptBy(store, 'h', kind);
          expect(kept).toEqual({
            count: values.length,
            sum: sumOf(values),
            buckets: bucketed(values, BOUNDS),
          });
          const base2 = keptBy(store, 'e', kind);
          expect(base2).toMatchObject({ count: values.length, sum: sumOf(values) });
          expectRightBuckets(store, 'h', kind, values);
          expectRightBuckets(store, 'e', kind, values);
        }
      }),
      tries(150),
    );
  });

  it('amount to what the accumulator of the demo makes of them', {
    timeout: PROPERTY_TIMEOUT,
  }, () => {
    fc.assert(
      fc.property(service, (processes) => {
        const store = new Store({ now: () => BEGIN + 60_000 });
        store.add([], BEGIN);
        const accumulator = new Accumulator();
        for (const [i, lives] of processes.entries()) {
          for (const { metrics, fate } of exportsOf(lives, i, temporality)) {
            // It knows a repetition only if nothing came in between.
            const times = fate === 'lost' ? 0 : fate === 'twice' ? 2 : 1;
            for (let n = 0; n < times; n++) {
              store.add(request(metrics, resourceOf(i)), BEGIN + 60_000);
              accumulator.add(request(metrics, resourceOf(i)));
            }
          }
        }
        for (const { instance, metric, attributes, total } of accumulator.series()) {
          const series = seriesNamed(store, metric).find(
            ({ resource, labels }) =>
              resource.instance === instance && labels['kind'] === attributes['kind'],
          );
          const kept = series === undefined ? undefined : keptOf(series);
          if (typeof total === 'number') expect(kept?.count).toBe(total);
          else {
            expect(kept).toMatchObject({ count: total.count, sum: total.sum });
            if (total.buckets === 'explicit') expect(kept?.buckets).toEqual(total.counts);
          }
        }
      }),
      tries(100),
    );
  });
});
