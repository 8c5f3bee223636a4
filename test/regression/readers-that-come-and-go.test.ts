import { describe, expect, it } from 'vitest';
import { attr, counter, observableCounter, upDownCounter } from '../../src/index.js';
import { coreOf } from '../../src/otel/index.js';
import { onlyValueOf, pointsOf } from '../support/collected.js';
import { EPOCH } from '../support/fake-clock.js';
import { openRegistry } from '../support/open-registry.js';

const attributes = { key: attr.string() };

describe('a reader that is detached', () => {
  /** A detached reader's rows were kept for the life of the process. */
  it('leaves nothing behind in memory', async () => {
    const { metrics } = openRegistry({ c: counter({ name: 'c', unit: '1', attributes }) });
    const stays = metrics.producer();
    for (let i = 0; i < 1_000; i++) {
      const goes = metrics.producer();
      metrics.c.add(1, { key: 'a' });
      await goes.collect();
      goes.detach();
    }
    expect(await onlyValueOf(stays, 'c')).toBe(1_000);
    const instrument = coreOf(metrics).instruments['c'];
    if (instrument === undefined || !('storage' in instrument)) throw new Error('no storage');
    expect(instrument.storage.index.list[0]?.block.ofReader.size).toBe(1);
  });

  /** What it had not collected kept an upDownCounter's series from ever being at rest. */
  it('does not keep an idle upDownCounter alive', async () => {
    const { metrics, clock } = openRegistry({
      c: upDownCounter({ name: 'c', unit: '1', attributes, idleSeconds: 60 }),
    });
    const [stays, goes] = [metrics.producer(), metrics.producer()];
    metrics.c.add(1, { key: 'a' });
    await stays.collect();
    await goes.collect();
    goes.detach();
    metrics.c.add(-1, { key: 'a' });
    await stays.collect();
    clock.advance(60_000);
    await stays.collect();
    expect(metrics.cardinality()[0]?.series).toBe(0);
  });
});

describe('a reader that comes late', () => {
  /**
   * Its arrival moved what the others had not collected out of sight of the idle clock, so that the
   * first of them to collect retired the series before the second had its share.
   */
  it('costs nobody what they have not collected', async () => {
    const { metrics, clock } = openRegistry({
      c: counter({ name: 'c', unit: '1', attributes, idleSeconds: 60 }),
    });
    const [one, other] = [
      metrics.producer({ temporality: 'delta' }),
      metrics.producer({ temporality: 'delta' }),
    ];
    metrics.c.add(1, { key: 'a' });
    await one.collect();
    await other.collect();
    clock.advance(59_000);
    metrics.c.add(10, { key: 'a' });
    metrics.producer().detach();
    clock.advance(59_000);
    expect(await onlyValueOf(one, 'c')).toBe(10);
    expect(await onlyValueOf(other, 'c')).toBe(10);
  });

  /** Its points claimed that a total of long ago had come about since its arrival. */
  it('is told of an observed total that it counts from the creation', async () => {
    const { metrics, clock } = openRegistry({ c: observableCounter({ name: 'c', unit: '1' }) });
    metrics.c.addCallback((result) => result.observe(1_000));
    await metrics.producer().collect();
    clock.advance(60_000);
    for (const temporality of ['delta', 'cumulative'] as const) {
      const late = metrics.producer({ temporality });
      clock.advance(1_000);
      const [point] = await pointsOf(late, 'c');
      expect(point).toMatchObject({ start: EPOCH, value: 1_000 });
    }
  });
});
