import { describe, expect, it } from 'vitest';
import {
  attr,
  buckets,
  counter,
  gauge,
  histogram,
  observableCounter,
  upDownCounter,
} from '../../src/index.js';
import { onlyValueOf, pointsOf } from '../support/collected.js';
import { EPOCH } from '../support/fake-clock.js';
import { openRegistry } from '../support/open-registry.js';

const TEMPORALITIES = ['cumulative', 'delta'] as const;
const PAIRS = TEMPORALITIES.flatMap((gone) =>
  TEMPORALITIES.map((next) => ({ gone, next }) as const),
);

/** A pipeline that ends and one that follows it must not both claim one measurement. */
describe.each(PAIRS)('after the last reader, a $gone one, a $next one', ({ gone, next }) => {
  it('is given what nobody has collected, and nothing else', async () => {
    const { metrics, clock } = openRegistry({
      c: counter({ name: 'c', unit: '1' }),
      h: histogram({ name: 'h', unit: '1', buckets: buckets.explicit([1, 10]) }),
    });
    const first = metrics.producer({ temporality: gone });
    metrics.c.add(1);
    metrics.h.record(1);
    clock.advance(1_000);
    await first.collect();
    metrics.c.add(10);
    metrics.h.record(5);
    const heir = metrics.producer();
    clock.advance(1_000);
    expect(await onlyValueOf(first, 'c')).toBe(gone === 'delta' ? 10 : 11);
    metrics.c.add(100);
    metrics.h.record(50);
    first.detach();
    heir.detach();
    metrics.c.add(1_000);
    clock.advance(1_000);

    const second = metrics.producer({ temporality: next });
    expect(await pointsOf(second, 'c')).toMatchObject([
      { value: 1_100, start: EPOCH + 2_000, end: EPOCH + 3_000 },
    ]);
    metrics.h.record(2);
    const { count, sum, min, max } = (await onlyValueOf(second, 'h')) as {
      count: number;
      sum: number;
      min: number;
      max: number;
    };
    expect({ count, sum, min, max }).toEqual(
      next === 'delta'
        ? { count: 1, sum: 2, min: 2, max: 2 }
        : { count: 2, sum: 52, min: 2, max: 50 },
    );
  });

  it('goes on from the total that a callback has reported', async () => {
    let total = 100;
    const { metrics, clock } = openRegistry({ c: observableCounter({ name: 'c', unit: '1' }) });
    metrics.c.addCallback((result) => result.observe(total));
    const first = metrics.producer({ temporality: gone });
    clock.advance(1_000);
    await first.collect();
    first.detach();
    total = 130;
    clock.advance(1_000);
    const [point] = await pointsOf(metrics.producer({ temporality: next }), 'c');
    // A total is what the callback says it is; only a delta can leave out what was sent before.
    expect(point).toMatchObject(
      next === 'delta' ? { value: 30, start: EPOCH + 1_000 } : { value: 130, start: EPOCH },
    );
  });

  it('is told the levels as they are', async () => {
    const { metrics, clock } = openRegistry({
      inFlight: upDownCounter({ name: 'in_flight', unit: '1' }),
    });
    const first = metrics.producer({ temporality: gone });
    metrics.inFlight.add(5);
    clock.advance(1_000);
    await first.collect();
    const heir = metrics.producer();
    metrics.inFlight.add(2);
    await first.collect();
    metrics.inFlight.add(-1);
    first.detach();
    heir.detach();
    metrics.inFlight.add(-2);
    const second = metrics.producer({ temporality: next });
    expect(await pointsOf(second, 'in_flight')).toMatchObject([{ value: 4, start: EPOCH }]);
  });
});

describe('the readers of one registry', () => {
  it('leave nothing twice when several go one after the other', async () => {
    const { metrics } = openRegistry({ c: counter({ name: 'c', unit: '1' }) });
    const [one, other] = [metrics.producer(), metrics.producer({ temporality: 'delta' })];
    metrics.c.add(1);
    await one.collect();
    metrics.c.add(10);
    one.detach();
    other.detach();
    expect(await onlyValueOf(metrics.producer(), 'c')).toBe(10);
  });

  it('leave everything when none has collected', async () => {
    const { metrics } = openRegistry({ c: counter({ name: 'c', unit: '1' }) });
    metrics.c.add(1);
    const readers = [metrics.producer(), metrics.producer()];
    metrics.c.add(1);
    for (const reader of readers) reader.detach();
    expect(await pointsOf(metrics.producer(), 'c')).toMatchObject([{ value: 2, start: EPOCH }]);
  });

  it('lose only what a lone cumulative one, detached without an heir, has not collected', async () => {
    const { metrics } = openRegistry({ c: counter({ name: 'c', unit: '1' }) });
    const lone = metrics.producer();
    metrics.c.add(1);
    await lone.collect();
    metrics.c.add(10);
    lone.detach();
    metrics.c.add(100);
    expect(await onlyValueOf(metrics.producer(), 'c')).toBe(100);
  });

  it('share the level with one that comes late', async () => {
    const { metrics } = openRegistry({
      inFlight: upDownCounter({ name: 'in_flight', unit: '1' }),
      ready: gauge({ name: 'ready', unit: '1' }),
    });
    metrics.inFlight.add(5);
    metrics.ready.record(1);
    const first = metrics.producer();
    await first.collect();
    const late = metrics.producer();
    metrics.inFlight.add(-2);
    for (const reader of [first, late]) {
      expect(await onlyValueOf(reader, 'in_flight')).toBe(3);
      expect(await onlyValueOf(reader, 'ready')).toBe(1);
    }
  });

  it('hand on the zeros of a seeded counter', async () => {
    const { metrics } = openRegistry({
      c: counter({
        name: 'c',
        unit: '1',
        attributes: { outcome: attr.oneOf('ok', 'failed') },
        seedZero: true,
      }),
    });
    for (const temporality of [...TEMPORALITIES, ...TEMPORALITIES]) {
      const reader = metrics.producer({ temporality });
      const points = await pointsOf(reader, 'c');
      expect(points.map(({ value }) => value)).toEqual([0, 0]);
      reader.detach();
    }
  });
});
