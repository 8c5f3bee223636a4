import { describe, expect, it } from 'vitest';
import {
  attr,
  observableCounter,
  observableGauge,
  observableUpDownCounter,
} from '../../src/index.js';
import { collect, onlyValueOf, pointsOf } from '../support/collected.js';
import { untyped } from '../support/hostile.js';
import { openRegistry } from '../support/open-registry.js';

const attributes = { key: attr.string() };
const options = (name: string) => ({ name, unit: '1', attributes }) as const;

describe('observed series', () => {
  /**
   * Metrics SDK, "Collect": of asynchronous instruments, cumulative or delta, only what was measured
   * since the previous collection. The official SDK goes on exporting series to a cumulative reader
   * that are not observed any more, and to each of two readers those that only the other's collection
   * saw (2.12, 3.1).
   */
  it.each(['cumulative', 'delta', 'lowmemory'] as const)(
    'that are not observed are not exported: %s',
    async (temporality) => {
      const { metrics } = openRegistry({
        counter: observableCounter(options('counter')),
        sum: observableUpDownCounter(options('sum')),
        gauge: observableGauge(options('gauge')),
      });
      let keys = ['a', 'b'];
      for (const it of [metrics.counter, metrics.sum, metrics.gauge]) {
        it.addCallback((result: { observe(value: number, of: { key: string }): void }) => {
          for (const key of keys) result.observe(1, { key });
        });
      }
      const [one, other] = [metrics.producer({ temporality }), metrics.producer({ temporality })];
      await collect(one);
      keys = ['b', 'c'];
      for (const reader of [one, other]) {
        const exported = await collect(reader);
        for (const name of ['counter', 'sum', 'gauge']) {
          const points = exported.get(name)?.points ?? [];
          expect(points.map((point) => point.attributes['key'])).toEqual(['b', 'c']);
        }
      }
    },
  );

  it('that were away count on from where they were', async () => {
    const { metrics } = openRegistry({ c: observableCounter({ name: 'c', unit: '1' }) });
    let total: number | undefined = 10;
    metrics.c.addCallback((result) => {
      if (total !== undefined) result.observe(total);
    });
    const delta = metrics.producer({ temporality: 'delta' });
    expect(await onlyValueOf(delta, 'c')).toBe(10);
    total = undefined;
    expect(await pointsOf(delta, 'c')).toEqual([]);
    total = 14;
    expect(await onlyValueOf(delta, 'c')).toBe(4);
  });

  /** The official SDK adds differences up, which drift where doubles round (2.12, 3.1). */
  it('are exported as observed, to the last digit', async () => {
    const { metrics } = openRegistry({
      sum: observableUpDownCounter({ name: 'sum', unit: '1' }),
    });
    let total = 1e16;
    metrics.sum.addCallback((result) => result.observe(total));
    const producer = metrics.producer();
    expect(await onlyValueOf(producer, 'sum')).toBe(1e16);
    total = 0.1;
    expect(await onlyValueOf(producer, 'sum')).toBe(0.1);
  });

  /**
   * The official SDK forgets that a total began anew when the second reader collects later, and adds
   * the old total to the new one (2.12, 3.1).
   */
  it('that begin anew do so for every reader', async () => {
    const { metrics } = openRegistry({ c: observableCounter({ name: 'c', unit: '1' }) });
    let total = 10;
    metrics.c.addCallback((result) => result.observe(total));
    const [often, seldom] = [metrics.producer(), metrics.producer()];
    const delta = metrics.producer({ temporality: 'delta' });
    for (const reader of [often, seldom, delta]) expect(await onlyValueOf(reader, 'c')).toBe(10);
    total = 5;
    expect(await onlyValueOf(often, 'c')).toBe(5);
    total = 8;
    for (const reader of [often, seldom, delta]) expect(await onlyValueOf(reader, 'c')).toBe(8);
    total = 9;
    expect(await onlyValueOf(delta, 'c')).toBe(1);
  });

  /** The official SDK exports a zero in the place of a negative total of a counter (2.12, 3.1). */
  it('of a counter are never negative', async () => {
    const { metrics } = openRegistry({
      counter: observableCounter({ name: 'counter', unit: '1' }),
      sum: observableUpDownCounter({ name: 'sum', unit: '1' }),
    });
    metrics.counter.addCallback((result) => result.observe(-1));
    metrics.sum.addCallback((result) => result.observe(-1));
    const exported = await collect(metrics.producer());
    expect([...exported.keys()]).toEqual(['sum']);
    expect(metrics.dropped()).toMatchObject([
      { instrument: 'counter', measurements: { negative_value: 1 } },
    ]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1n, '1', null, undefined])(
    'of the value %s are dropped',
    async (value) => {
      const { metrics } = openRegistry({ g: observableGauge({ name: 'g', unit: '1' }) });
      metrics.g.addCallback((result) => result.observe(untyped<number>(value)));
      expect((await collect(metrics.producer())).size).toBe(0);
      expect(Object.values(metrics.dropped()[0]?.measurements ?? {})).toEqual([1]);
    },
  );
});
