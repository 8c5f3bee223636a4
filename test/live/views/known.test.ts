import { beforeEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../../src/declare/index.js';
import { counter, defineRegistry } from '../../../src/index.js';
import type { DecodedMetric, OtlpAttributes } from '../../../src/live/otlp/types.js';
import { Store } from '../../../src/live/store/index.js';
import { knownOf } from '../../../src/live/views/known.js';
import * as points from '../store/support/points.js';

const DECLARED: readonly Manifest[] = [];

function named(metric: DecodedMetric, change: Partial<DecodedMetric>): DecodedMetric {
  return { ...metric, ...change } as DecodedMetric;
}

function counted(attributes: OtlpAttributes, time = 1_000): DecodedMetric {
  const point = points.numberPoint({ start: time - 1_000, time, attributes }, 1);
  return points.counter('delta', [point]);
}

function timed(bounds: readonly number[], time = 1_000): DecodedMetric {
  const counts = [...bounds, 0].map(() => 1);
  const point = points.histogramPoint({ start: time - 1_000, time }, bounds, counts);
  return points.histogram('delta', [point]);
}

describe('what is known of a store', () => {
  let store: Store;
  const clock = { at: 0 };
  const add = (...metrics: DecodedMetric[]) =>
    store.add(points.request(metrics), points.BEGIN + clock.at);
  const instruments = () =>
    knownOf(store, DECLARED).manifests.flatMap((manifest) => manifest.instruments);

  beforeEach(() => {
    clock.at = 10_000;
    store = new Store({ now: () => points.BEGIN + clock.at, maxSeconds: 60 });
    add(counted({ a: '1' }), timed([1, 2]));
  });

  it('is made once, however much is measured', () => {
    const known = knownOf(store, DECLARED);
    expect(known.plans.length).toBeGreaterThan(0);
    add(counted({ a: '1' }, 2_000), timed([1, 2], 2_000));
    add(counted({ a: 'another value' }, 3_000));
    expect(knownOf(store, DECLARED)).toBe(known);
  });

  it.each<[what: string, metric: DecodedMetric]>([
    ['an instrument', named(counted({ a: '1' }), { name: 'another' })],
    ['a unit', named(counted({ a: '1' }), { unit: 's' })],
    ['an attribute', counted({ a: '1', b: '2' })],
    ['a bucket', timed([1, 2, 3])],
  ])('is made anew for %s', (_, metric) => {
    const before = knownOf(store, DECLARED);
    add(metric);
    const after = knownOf(store, DECLARED);
    expect(after).not.toBe(before);
    expect(after.manifests).not.toEqual(before.manifests);
    expect(knownOf(store, DECLARED)).toBe(after);
  });

  it('has what is new in the next answer, and what is gone no longer', () => {
    expect(instruments().map(({ name }) => name)).toEqual(['c', 'h']);
    add(counted({ a: '1', b: '2' }));
    expect(instruments()[0]?.attributes.map(({ key }) => key)).toEqual(['a', 'b']);
    clock.at += 700_000;
    add(counted({ a: '1' }, clock.at));
    store.sweep();
    expect(instruments().map(({ name }) => name)).toEqual(['c']);
    expect(instruments()[0]?.attributes.map(({ key }) => key)).toEqual(['a']);
  });

  it('is of its store and its registries alone', () => {
    const known = knownOf(store, DECLARED);
    const other = new Store({ now: () => points.BEGIN + clock.at });
    expect(knownOf(other, DECLARED).manifests.flatMap((it) => it.instruments)).toEqual([]);
    expect(knownOf(store, DECLARED)).toBe(known);
    const registry = defineRegistry({
      scope: { name: 'shop' },
      instruments: { c: counter({ name: 'c', unit: '1', description: 'Told by its registry.' }) },
    });
    const declared = knownOf(store, [registry.manifest()]).manifests[0]?.instruments;
    expect(declared?.map(({ description }) => description)).toEqual(['Told by its registry.']);
  });
});
