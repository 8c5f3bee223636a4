import { describe, expect, it } from 'vitest';
import { attr, counter, gauge, observableGauge, upDownCounter } from '../../src/index.js';
import { pointsOf, pointWith } from '../support/collected.js';
import { EPOCH } from '../support/fake-clock.js';
import { openRegistry } from '../support/open-registry.js';

const OVERFLOW = { 'otel.metric.overflow': true };

describe('maxValues', () => {
  const declare = () =>
    openRegistry({
      c: counter({
        name: 'c',
        unit: '1',
        attributes: {
          user: attr.string({ maxValues: 2 }),
          code: attr.int({ maxValues: 1 }).optional(),
          method: attr.oneOf('GET', '_OTHER').optional(),
        },
      }),
    });

  it('keeps the first values apart and records others as _OTHER, the rest being true', async () => {
    const { metrics } = declare();
    for (const user of ['a', 'b', 'c', 'd', 'a']) metrics.c.add(1, { user, code: 200 });
    metrics.c.add(10, { user: 'c', code: 500 });
    metrics.c.add(100, { user: 'a' });
    const points = await pointsOf(metrics.producer(), 'c');
    expect(points.map(({ attributes, value }) => [attributes, value])).toEqual([
      [{ user: 'a', code: 200 }, 2],
      [{ user: 'b', code: 200 }, 1],
      [{ user: '_OTHER', code: 200 }, 2],
      [{ user: '_OTHER', code: '_OTHER' }, 10],
      [{ user: 'a' }, 100],
    ]);
    expect(metrics.cardinality()[0]?.attributes).toEqual([
      { key: 'user', values: 3, maxValues: 2, isSaturated: true },
      { key: 'code', values: 2, maxValues: 1, isSaturated: true },
      { key: 'method', values: 0, maxValues: undefined, isSaturated: false },
    ]);
  });

  it('lets "_OTHER" itself through, in no one’s place', async () => {
    const { metrics } = declare();
    for (const user of ['_OTHER', 'a', 'b', 'c']) metrics.c.add(1, { user });
    const points = await pointsOf(metrics.producer(), 'c');
    expect(pointWith(points, { user: '_OTHER' })?.value).toBe(2);
    expect(points).toHaveLength(3);
  });

  it('takes values outside a closed set for _OTHER where that is in it', async () => {
    const { metrics } = declare();
    metrics.c.add(1, { user: 'a', method: 'BREW' });
    const [point] = await pointsOf(metrics.producer(), 'c');
    expect(point?.attributes).toEqual({ user: 'a', method: '_OTHER' });
  });
});

describe('maxSeries', () => {
  const declare = (maxSeries: number) =>
    openRegistry({
      c: counter({
        name: 'c',
        unit: '1',
        attributes: { user: attr.string(), kind: attr.oneOf('a', 'b') },
        maxSeries,
      }),
    });

  it('of one leaves one series and the overflow', async () => {
    const { metrics } = declare(1);
    metrics.c.add(1, { user: 'x', kind: 'a' });
    metrics.c.add(2, { user: 'x', kind: 'b' });
    metrics.c.add(4, { user: 'y', kind: 'a' });
    const points = await pointsOf(metrics.producer(), 'c');
    expect(points.map(({ attributes, value }) => [attributes, value])).toEqual([
      [{ user: 'x', kind: 'a' }, 1],
      [OVERFLOW, 6],
    ]);
  });

  it('is told of in full by cardinality()', () => {
    const { metrics } = declare(3);
    for (const user of ['1', '2', '3']) metrics.c.add(1, { user, kind: 'a' });
    expect(metrics.cardinality()).toEqual([
      {
        instrument: 'c',
        series: 3,
        maxSeries: 3,
        isOverflowing: false,
        attributes: [
          { key: 'user', values: 3, maxValues: undefined, isSaturated: false },
          { key: 'kind', values: 1, maxValues: undefined, isSaturated: false },
        ],
      },
    ]);
    metrics.c.add(1, { user: '4', kind: 'a' });
    expect(metrics.cardinality()[0]).toMatchObject({ series: 3, isOverflowing: true });
  });

  it('overflows for a bound series too, until it finds a place', async () => {
    const { metrics, clock } = openRegistry({
      c: counter({
        name: 'c',
        unit: '1',
        attributes: { user: attr.string() },
        maxSeries: 1,
        idleSeconds: 60,
      }),
    });
    const producer = metrics.producer({ temporality: 'delta' });
    metrics.c.add(1, { user: 'first' });
    const bound = metrics.c.bind({ user: 'bound' });
    bound.add(2);
    await producer.collect();
    clock.advance(60_000);
    await producer.collect();
    bound.add(4);
    const points = await pointsOf(producer, 'c');
    expect(points.map(({ attributes, value }) => [attributes, value])).toEqual([
      [{ user: 'bound' }, 4],
    ]);
  });
});

describe('idleSeconds', () => {
  const shared = { unit: '1', attributes: { user: attr.string() }, idleSeconds: 60 } as const;
  const declare = () =>
    openRegistry({
      c: counter({ name: 'c', ...shared, maxSeries: 2 }),
      u: upDownCounter({ name: 'u', ...shared }),
      g: gauge({ name: 'g', ...shared }),
    });

  it('retires what has been idle for as long, and gives its place away', async () => {
    const { metrics, clock } = declare();
    const producer = metrics.producer();
    metrics.c.add(1, { user: 'a' });
    metrics.c.add(1, { user: 'b' });
    await producer.collect();
    clock.advance(59_999);
    metrics.c.add(1, { user: 'b' });
    await producer.collect();
    expect(metrics.cardinality()[0]?.series).toBe(2);
    clock.advance(1);
    await producer.collect();
    expect(metrics.cardinality()[0]?.series).toBe(1);
    metrics.c.add(1, { user: 'c' });
    const points = await pointsOf(producer, 'c');
    expect(points.map((it) => it.attributes['user'])).toEqual(['b', 'c']);
    expect(metrics.cardinality()[0]?.isOverflowing).toBe(false);
  });

  it('starts a series that comes back from zero, with a new start', async () => {
    const { metrics, clock } = declare();
    const producer = metrics.producer();
    metrics.c.add(5, { user: 'a' });
    await producer.collect();
    clock.advance(60_000);
    expect(await pointsOf(producer, 'c')).toMatchObject([{ value: 5, start: EPOCH }]);
    clock.advance(1_000);
    metrics.c.add(2, { user: 'a' });
    expect(await pointsOf(producer, 'c')).toMatchObject([{ value: 2, start: EPOCH + 61_000 }]);
  });

  it('waits until every reader has collected', async () => {
    const { metrics, clock } = declare();
    const [often, seldom] = [metrics.producer(), metrics.producer({ temporality: 'delta' })];
    metrics.c.add(5, { user: 'a' });
    for (let i = 0; i < 10; i++) {
      await often.collect();
      clock.advance(60_000);
    }
    expect(metrics.cardinality()[0]?.series).toBe(1);
    expect(await pointsOf(seldom, 'c')).toMatchObject([{ value: 5 }]);
    await often.collect();
    expect(metrics.cardinality()[0]?.series).toBe(0);
  });

  it('leaves an upDownCounter alone that is not at zero, and a gauge not', async () => {
    const { metrics, clock } = declare();
    const producer = metrics.producer();
    metrics.u.add(1, { user: 'open' });
    metrics.u.add(1, { user: 'done' });
    metrics.u.add(-1, { user: 'done' });
    metrics.g.record(1, { user: 'a' });
    await producer.collect();
    clock.advance(60_000);
    await producer.collect();
    expect(metrics.cardinality().map((it) => it.series)).toEqual([0, 1, 0]);
    metrics.u.add(-1, { user: 'open' });
    expect(await pointsOf(producer, 'u')).toMatchObject([{ value: 0 }]);
  });

  it('retires observed series that are not observed any more', async () => {
    const { metrics, clock } = openRegistry({ o: observableGauge({ name: 'o', ...shared }) });
    let users = ['a', 'b'];
    metrics.o.addCallback((result) => {
      for (const user of users) result.observe(1, { user });
    });
    const producer = metrics.producer();
    await producer.collect();
    users = ['b'];
    clock.advance(60_000);
    await producer.collect();
    expect(metrics.cardinality()[0]?.series).toBe(1);
  });

  it('gives the places of values away, once no series holds them', async () => {
    const { metrics, clock } = openRegistry({
      c: counter({
        name: 'c',
        unit: '1',
        attributes: { user: attr.string({ maxValues: 2 }), kind: attr.oneOf('a', 'b') },
        idleSeconds: 60,
      }),
    });
    const producer = metrics.producer();
    const record = (user: string, kind: 'a' | 'b') => metrics.c.add(1, { user, kind });
    record('first', 'a');
    record('first', 'b');
    record('second', 'a');
    await producer.collect();
    clock.advance(59_000);
    record('first', 'b');
    await producer.collect();
    clock.advance(1_000);
    await producer.collect();
    for (const user of ['third', 'fourth']) record(user, 'a');
    const points = await pointsOf(producer, 'c');
    expect(points.map((it) => it.attributes['user']).sort()).toEqual(['_OTHER', 'first', 'third']);
  });

  it('retires nothing without it', async () => {
    const { metrics, clock } = openRegistry({
      c: counter({ name: 'c', unit: '1', attributes: { user: attr.string() } }),
    });
    const producer = metrics.producer();
    metrics.c.add(1, { user: 'a' });
    for (let i = 0; i < 3; i++) {
      await producer.collect();
      clock.advance(1e9);
    }
    expect(metrics.cardinality()[0]?.series).toBe(1);
  });
});
