import type { ExponentialHistogram, Histogram } from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from 'vitest';
import { attr, buckets, counter, gauge, histogram, upDownCounter } from '../../src/index.js';
import { collect, onlyValueOf, pointsOf } from '../support/collected.js';
import { openRegistry } from '../support/open-registry.js';

const declare = () =>
  openRegistry({
    counter: counter({ name: 'counter', unit: '1' }),
    sum: upDownCounter({ name: 'sum', unit: '1' }),
    gauge: gauge({ name: 'gauge', unit: '1' }),
    explicit: histogram({ name: 'explicit', unit: '1', buckets: buckets.explicit([1, 2]) }),
    base2: histogram({ name: 'base2', unit: '1', buckets: buckets.base2() }),
  });

type Declared = ReturnType<typeof declare>['metrics'];

const recorders: readonly (readonly [string, (metrics: Declared, value: number) => void])[] = [
  ['counter', (metrics, value) => metrics.counter.add(value)],
  ['sum', (metrics, value) => metrics.sum.add(value)],
  ['gauge', (metrics, value) => metrics.gauge.record(value)],
  ['explicit', (metrics, value) => metrics.explicit.record(value)],
  ['base2', (metrics, value) => metrics.base2.record(value)],
];

const countOf = (value: number | Histogram | ExponentialHistogram) =>
  typeof value === 'number' ? value : value.count;

describe.each(recorders)('%s', (name, record) => {
  /**
   * In the official SDK one NaN makes a counter or gauge NaN, and an infinity a sum infinite, for as
   * long as a cumulative reader lasts (2.12, 3.1).
   */
  it.each([
    [Number.NaN, 'not_a_number'],
    [Number.POSITIVE_INFINITY, 'not_finite'],
    [Number.NEGATIVE_INFINITY, 'not_finite'],
  ])('drops %s, counts it as %s and stays right', async (value, reason) => {
    const { metrics } = declare();
    const [cumulative, delta] = [metrics.producer(), metrics.producer({ temporality: 'delta' })];
    for (const it of [value, 1, value]) record(metrics, it);
    for (const reader of [cumulative, delta])
      expect(countOf(await onlyValueOf(reader, name))).toBe(1);
    expect(metrics.dropped()).toEqual([
      { instrument: name, measurements: { [reason]: 2 }, undeclaredAttributes: 0 },
    ]);
  });

  it('alone does not make a series of what is dropped', async () => {
    const { metrics } = declare();
    record(metrics, Number.NaN);
    expect((await collect(metrics.producer())).size).toBe(0);
  });
});

describe('negative values', () => {
  it.each(recorders)('%s', async (name, record) => {
    const { metrics } = declare();
    record(metrics, -1);
    const exported = await collect(metrics.producer());
    if (name === 'sum' || name === 'gauge') {
      expect(exported.get(name)?.points[0]?.value).toBe(-1);
      expect(metrics.dropped()).toEqual([]);
      return;
    }
    expect(exported.size).toBe(0);
    expect(metrics.dropped()).toMatchObject([{ measurements: { negative_value: 1 } }]);
  });
});

describe('sums at the end of the range of a double', () => {
  it.each(recorders.filter(([name]) => name !== 'gauge'))(
    '%s: what would make it infinite is dropped and counted',
    async (name, record) => {
      const { metrics } = declare();
      for (const value of [Number.MAX_VALUE, Number.MAX_VALUE, 1]) record(metrics, value);
      const value = await onlyValueOf(metrics.producer(), name);
      expect(typeof value === 'number' ? value : value.sum).toBe(Number.MAX_VALUE);
      if (typeof value !== 'number') expect(value.count).toBe(2);
      expect(metrics.dropped()).toMatchObject([{ measurements: { sum_overflow: 1 } }]);
    },
  );

  it('the sums of several intervals stay finite for a reader that adds them up', async () => {
    const { metrics } = declare();
    const [often, seldom] = [metrics.producer({ temporality: 'delta' }), metrics.producer()];
    for (let i = 0; i < 2; i++) {
      metrics.counter.add(Number.MAX_VALUE);
      metrics.explicit.record(Number.MAX_VALUE);
      metrics.base2.record(Number.MAX_VALUE);
      await often.collect();
    }
    const exported = await collect(seldom);
    expect(exported.get('counter')?.points[0]?.value).toBe(Number.MAX_VALUE);
    for (const name of ['explicit', 'base2'])
      expect(exported.get(name)?.points[0]?.value).toMatchObject({
        count: 2,
        sum: Number.MAX_VALUE,
      });
  });
});

describe('the attribute object of the caller', () => {
  /** The official SDK keeps it, and exports what it has become (2.12, 3.1). */
  it('is not kept', async () => {
    const { metrics } = openRegistry({
      c: counter({ name: 'c', unit: '1', attributes: { key: attr.string() } }),
    });
    const given = { key: 'a' };
    metrics.c.add(1, given);
    const bound = metrics.c.bind(given);
    given.key = 'b';
    bound.add(1);
    metrics.c.add(10, given);
    const points = await pointsOf(metrics.producer(), 'c');
    expect(points.map(({ attributes, value }) => [attributes, value])).toEqual([
      [{ key: 'a' }, 2],
      [{ key: 'b' }, 10],
    ]);
  });
});

describe('values of the same text', () => {
  it('and of different type are different series', async () => {
    const { metrics } = openRegistry({
      c: counter({
        name: 'c',
        unit: '1',
        attributes: {
          text: attr.string().optional(),
          int: attr.int().optional(),
          flag: attr.boolean().optional(),
        },
      }),
    });
    metrics.c.add(1, { text: '1' });
    metrics.c.add(2, { int: 1 });
    metrics.c.add(4, { text: 'true' });
    metrics.c.add(8, { flag: true });
    metrics.c.add(16, { text: '' });
    metrics.c.add(32);
    const points = await pointsOf(metrics.producer(), 'c');
    expect(points.map(({ attributes, value }) => [attributes, value])).toEqual([
      [{ text: '1' }, 1],
      [{ int: 1 }, 2],
      [{ text: 'true' }, 4],
      [{ flag: true }, 8],
      [{ text: '' }, 16],
      [{}, 32],
    ]);
  });
});
