import { describe, expect, it } from 'vitest';
import { attr, buckets, counter, gauge, histogram, upDownCounter } from '../../src/index.js';
import { collect, onlyValueOf, pointsOf } from '../support/collected.js';
import { EPOCH } from '../support/fake-clock.js';
import { openRegistry } from '../support/open-registry.js';

const declare = () =>
  openRegistry({
    c: counter({ name: 'c', unit: '1', attributes: { key: attr.string().optional() } }),
    u: upDownCounter({ name: 'u', unit: '1' }),
    g: gauge({ name: 'g', unit: '1' }),
    h: histogram({ name: 'h', unit: '1', buckets: buckets.explicit([1]) }),
    e: histogram({ name: 'e', unit: '1', buckets: buckets.base2() }),
  });
type Declared = ReturnType<typeof declare>['metrics'];

const record = (metrics: Declared, value: number) => {
  metrics.c.add(value);
  metrics.u.add(value);
  metrics.g.record(value);
  metrics.h.record(value);
  metrics.e.record(value);
};
/** The number of each metric: its value, or its sum. */
const sums = async (from: Parameters<typeof collect>[0]) =>
  Object.fromEntries(
    [...(await collect(from))].map(([name, { points }]) => {
      const value = points[0]?.value;
      return [name, typeof value === 'number' ? value : value?.sum];
    }),
  );

describe('records made before there is a reader', () => {
  it.each(['cumulative', 'delta', 'lowmemory'] as const)('are kept: %s', async (temporality) => {
    const { metrics } = declare();
    record(metrics, 1);
    record(metrics, 2);
    const producer = metrics.producer({ temporality });
    expect(await sums(producer)).toEqual({ c: 3, u: 3, g: 2, h: 3, e: 3 });
  });

  it('are given to each of the readers that come before anyone collects', async () => {
    const { metrics } = declare();
    record(metrics, 1);
    const [one, other] = [metrics.producer(), metrics.producer({ temporality: 'delta' })];
    record(metrics, 2);
    for (const it of [one, other]) expect(await sums(it)).toEqual({ c: 3, u: 3, g: 2, h: 3, e: 3 });
  });

  it('stay within maxSeries', async () => {
    const { metrics } = openRegistry({
      c: counter({ name: 'c', unit: '1', attributes: { id: attr.int() }, maxSeries: 10 }),
    });
    for (let id = 0; id < 1_000; id++) metrics.c.add(1, { id });
    const points = await pointsOf(metrics.producer(), 'c');
    expect(points).toHaveLength(11);
    expect(points.reduce((total, { value }) => total + (value as number), 0)).toBe(1_000);
  });
});

describe('the temporality of a reader', () => {
  it.each([
    ['cumulative', { c: 'CUMULATIVE', u: 'CUMULATIVE', g: 'CUMULATIVE', h: 'CUMULATIVE' }],
    ['delta', { c: 'DELTA', u: 'CUMULATIVE', g: 'DELTA', h: 'DELTA' }],
    ['lowmemory', { c: 'DELTA', u: 'CUMULATIVE', g: 'CUMULATIVE', h: 'DELTA' }],
  ] as const)('%s: by kind', async (temporality, expected) => {
    const { metrics } = declare();
    record(metrics, 1);
    const exported = await collect(metrics.producer({ temporality }));
    for (const [name, it] of Object.entries({ ...expected, e: expected.h }))
      expect([name, exported.get(name)?.temporality]).toEqual([name, it]);
  });

  it('decides what is sent of series without measurements', async () => {
    const { metrics } = declare();
    record(metrics, 1);
    const readers = (['cumulative', 'delta', 'lowmemory'] as const).map((temporality) =>
      metrics.producer({ temporality }),
    );
    for (const it of readers) await it.collect();
    const [cumulative, delta, lowmemory] = await Promise.all(readers.map(sums));
    expect(cumulative).toEqual({ c: 1, u: 1, g: 1, h: 1, e: 1 });
    expect(delta).toEqual({ u: 1 });
    expect(lowmemory).toEqual({ u: 1, g: 1 });
  });

  it('is cumulative by default', async () => {
    const { metrics } = declare();
    metrics.c.add(1);
    const exported = await collect(metrics.producer());
    expect(exported.get('c')?.temporality).toBe('CUMULATIVE');
  });

  it('gives min and max of the interval, or of all time', async () => {
    const { metrics } = declare();
    const delta = metrics.producer({ temporality: 'delta' });
    const cumulative = metrics.producer();
    for (const [value, range] of [
      [5, [5, 5]],
      [1, [1, 5]],
      [9, [1, 9]],
    ] as const) {
      record(metrics, value);
      for (const name of ['h', 'e']) {
        const own = (await collect(delta)).get(name)?.points[0]?.value;
        const all = (await collect(cumulative)).get(name)?.points[0]?.value;
        expect(all).toMatchObject({ min: range[0], max: range[1] });
        if (own !== undefined) expect(own).toMatchObject({ min: value, max: value, count: 1 });
      }
    }
  });
});

describe('a second reader', () => {
  it('that comes late is given what nobody has collected, and levels as they are', async () => {
    const { metrics, clock } = declare();
    const first = metrics.producer();
    record(metrics, 1);
    clock.advance(1_000);
    await first.collect();
    clock.advance(1_000);
    record(metrics, 2);
    const late = metrics.producer();
    const attached = clock.now();
    record(metrics, 4);
    clock.advance(1_000);
    expect(await sums(late)).toEqual({ c: 4, u: 7, g: 4, h: 4, e: 4 });
    expect(await sums(first)).toEqual({ c: 7, u: 7, g: 4, h: 7, e: 7 });
    const starts = async (from: typeof first) =>
      [...(await collect(from)).values()].map(({ points }) => points[0]?.start);
    expect(await starts(late)).toEqual([attached, EPOCH, EPOCH, attached, attached]);
    expect(await starts(first)).toEqual([EPOCH, EPOCH, EPOCH, EPOCH, EPOCH]);
  });

  it('takes nothing from the first, whatever they prefer', async () => {
    const { metrics } = declare();
    const readers = (['delta', 'cumulative', 'delta'] as const).map((temporality) =>
      metrics.producer({ temporality }),
    );
    const seen: unknown[] = [];
    for (const [i, value] of [1, 2, 4, 8].entries()) {
      metrics.c.add(value);
      const reader = readers[i % 3];
      if (reader !== undefined) seen.push(await onlyValueOf(reader, 'c'));
    }
    expect(seen).toEqual([1, 3, 7, 14]);
  });
});

describe('a reader that is detached', () => {
  it('collects nothing more, and the others go on', async () => {
    const { metrics } = declare();
    const [stays, goes] = [metrics.producer({ temporality: 'delta' }), metrics.producer()];
    metrics.c.add(1);
    goes.detach();
    goes.detach();
    expect((await collect(goes)).size).toBe(0);
    metrics.c.add(2);
    expect(await onlyValueOf(stays, 'c')).toBe(3);
  });

  it('as the last one leaves what it had not collected to the next', async () => {
    const { metrics } = declare();
    const first = metrics.producer({ temporality: 'delta' });
    metrics.c.add(1);
    await first.collect();
    metrics.c.add(2);
    first.detach();
    metrics.c.add(4);
    expect(await onlyValueOf(metrics.producer(), 'c')).toBe(6);
  });

  it('while it collects gets nothing, and no error', async () => {
    const { metrics } = declare();
    metrics.c.add(1);
    const producer = metrics.producer();
    const collecting = collect(producer);
    producer.detach();
    expect((await collecting).size).toBe(0);
  });
});

describe('collections of one reader at once', () => {
  it('give each measurement once', async () => {
    const { metrics } = declare();
    const producer = metrics.producer({ temporality: 'delta' });
    metrics.c.add(1);
    const exported = await Promise.all([1, 2, 3].map(() => pointsOf(producer, 'c')));
    expect(exported.flat().map(({ value }) => value)).toEqual([1]);
  });
});
