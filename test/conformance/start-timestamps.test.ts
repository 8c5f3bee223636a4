import { describe, expect, it } from 'vitest';
import {
  attr,
  buckets,
  counter,
  histogram,
  observableCounter,
  observableUpDownCounter,
  upDownCounter,
} from '../../src/index.js';
import { collect, pointsOf, pointWith } from '../support/collected.js';
import { EPOCH } from '../support/fake-clock.js';
import { openRegistry } from '../support/open-registry.js';

const attributes = { key: attr.string() };

/** Metrics SDK specification, "Start timestamps". */
describe('start timestamps', () => {
  /**
   * The official SDK starts a series that is new in the interval at its first measurement (2.12, 3.1),
   * which leaves a gap between two deltas.
   */
  it('delta: every point of an instrument starts at the previous collection', async () => {
    const { metrics, clock } = openRegistry({
      c: counter({ name: 'c', unit: '1', attributes }),
      h: histogram({ name: 'h', unit: '1', attributes, buckets: buckets.explicit([1]) }),
    });
    const producer = metrics.producer({ temporality: 'delta' });
    let previous = EPOCH;
    for (const keys of [['a'], ['a', 'b'], ['c']]) {
      for (const key of keys) {
        clock.advance(1_000);
        metrics.c.add(1, { key });
        metrics.h.record(1, { key });
      }
      clock.advance(1_000);
      const points = [...(await collect(producer)).values()].flatMap((it) => it.points);
      expect(points).toHaveLength(2 * keys.length);
      for (const { start, end } of points) {
        expect(start).toBe(previous);
        expect(end).toBe(clock.now());
      }
      previous = clock.now();
    }
  });

  it('delta: the first interval starts at the creation of the instrument', async () => {
    const { metrics, clock } = openRegistry({ c: counter({ name: 'c', unit: '1' }) });
    clock.advance(5_000);
    const producer = metrics.producer({ temporality: 'delta' });
    clock.advance(5_000);
    metrics.c.add(1);
    expect(await pointsOf(producer, 'c')).toMatchObject([{ start: EPOCH, end: EPOCH + 10_000 }]);
  });

  it('cumulative, synchronous: the first measurement, at every collection', async () => {
    const { metrics, clock } = openRegistry({
      c: upDownCounter({ name: 'c', unit: '1', attributes }),
    });
    const [one, other] = [metrics.producer(), metrics.producer()];
    for (const key of ['a', 'b', 'c']) {
      clock.advance(1_000);
      metrics.c.add(1, { key });
      clock.advance(1_000);
      await one.collect();
    }
    for (const reader of [one, other, one]) {
      const points = await pointsOf(reader, 'c');
      expect(points.map(({ start }) => start - EPOCH)).toEqual([1_000, 3_000, 5_000]);
    }
  });

  /** The official SDK starts an observed series when it is first observed (2.12, 3.1). */
  it('cumulative, observed: the creation, or the collection before the first value', async () => {
    const { metrics, clock } = openRegistry({
      c: observableCounter({ name: 'c', unit: '1', attributes }),
    });
    const keys = ['a'];
    metrics.c.addCallback((result) => {
      for (const key of keys) result.observe(1, { key });
    });
    const producer = metrics.producer();
    clock.advance(1_000);
    await producer.collect();
    clock.advance(1_000);
    keys.push('b');
    for (let i = 0; i < 3; i++) {
      const points = await pointsOf(producer, 'c');
      expect(pointWith(points, { key: 'a' })?.start).toBe(EPOCH);
      expect(pointWith(points, { key: 'b' })?.start).toBe(EPOCH + 1_000);
      clock.advance(1_000);
    }
  });

  it('cumulative, observed: a total that began anew starts at the collection before', async () => {
    const { metrics, clock } = openRegistry({ c: observableCounter({ name: 'c', unit: '1' }) });
    let total = 10;
    metrics.c.addCallback((result) => result.observe(total));
    const producer = metrics.producer();
    clock.advance(1_000);
    await producer.collect();
    clock.advance(1_000);
    total = 3;
    for (let i = 0; i < 2; i++) {
      const [point] = await pointsOf(producer, 'c');
      expect(point).toMatchObject({ start: EPOCH + 1_000, value: 3 });
      clock.advance(1_000);
    }
  });

  it('a sum that goes down is no new beginning where it may go down', async () => {
    const { metrics, clock } = openRegistry({
      c: observableUpDownCounter({ name: 'c', unit: '1' }),
    });
    let total = 10;
    metrics.c.addCallback((result) => result.observe(total));
    const producer = metrics.producer({ temporality: 'delta' });
    await producer.collect();
    clock.advance(1_000);
    total = 3;
    expect(await pointsOf(producer, 'c')).toMatchObject([{ start: EPOCH, value: 3 }]);
  });
});
