import { describe, expect, it } from 'vitest';
import { attr, counter, observableCounter } from '../../src/index.js';
import { pointsOf, pointWith } from '../support/collected.js';
import { openRegistry } from '../support/open-registry.js';

const OVERFLOW = { 'otel.metric.overflow': true };
const attributes = { id: attr.int() };
const ids = (count: number) => Array.from({ length: count }, (_, id) => id);
const sum = (points: readonly { readonly value: unknown }[]) =>
  points.reduce((total, { value }) => total + (value as number), 0);

/** Metrics SDK specification, "Cardinality limits". */
describe('the cardinality limit', () => {
  /** The official SDK gives one of the 2,000 places to the overflow series (2.12, 3.1). */
  it('is 2,000 series by default, and none of them is the overflow series', async () => {
    const { metrics } = openRegistry({ c: counter({ name: 'c', unit: '1', attributes }) });
    const producer = metrics.producer();
    for (const id of ids(2_000)) metrics.c.add(1, { id });
    expect(pointWith(await pointsOf(producer, 'c'), OVERFLOW)).toBeUndefined();
    metrics.c.add(1, { id: 2_000 });
    const points = await pointsOf(producer, 'c');
    expect(points).toHaveLength(2_001);
    expect(pointWith(points, OVERFLOW)?.value).toBe(1);
  });

  /** In the official SDK it begins anew with every collection: no bound for a cumulative reader. */
  it.each(['cumulative', 'delta'] as const)('lasts: %s', async (temporality) => {
    const limited = { name: 'c', unit: '1', attributes, maxSeries: 10 } as const;
    const { metrics } = openRegistry({ c: counter(limited) });
    const producer = metrics.producer({ temporality });
    let exported = 0;
    for (const id of ids(100)) {
      metrics.c.add(1, { id });
      const points = await pointsOf(producer, 'c');
      expect(points.length).toBeLessThanOrEqual(11);
      exported = temporality === 'delta' ? exported + sum(points) : sum(points);
    }
    expect(exported).toBe(100);
    expect(metrics.cardinality()[0]).toMatchObject({ series: 10, isOverflowing: true });
  });

  it('never demotes a series that was there before', async () => {
    const limited = { name: 'c', unit: '1', attributes, maxSeries: 10 } as const;
    const { metrics } = openRegistry({ c: counter(limited) });
    for (const id of ids(1_000)) metrics.c.add(1, { id });
    for (const id of ids(10)) metrics.c.add(1, { id });
    const points = await pointsOf(metrics.producer(), 'c');
    for (const id of ids(10)) expect(pointWith(points, { id })?.value).toBe(2);
    expect(pointWith(points, OVERFLOW)?.value).toBe(990);
  });

  /** In the official SDK the last observed of them stands for all (2.12, 3.1). */
  it('adds up observed totals that share the overflow series', async () => {
    const limited = { name: 'c', unit: '1', attributes, maxSeries: 10 } as const;
    const { metrics } = openRegistry({ c: observableCounter(limited) });
    let total = 1;
    metrics.c.addCallback((result) => {
      for (const id of ids(100)) result.observe(total, { id });
    });
    const [cumulative, delta] = [metrics.producer(), metrics.producer({ temporality: 'delta' })];
    for (const reader of [cumulative, delta])
      expect(pointWith(await pointsOf(reader, 'c'), OVERFLOW)?.value).toBe(90);
    total = 3;
    expect(pointWith(await pointsOf(cumulative, 'c'), OVERFLOW)?.value).toBe(270);
    expect(pointWith(await pointsOf(delta, 'c'), OVERFLOW)?.value).toBe(180);
  });
});
