import { describe, expect, it } from 'vitest';
import { attr, counter } from '../../src/index.js';
import { collect, pointsOf } from '../support/collected.js';
import { EPOCH } from '../support/fake-clock.js';
import { openRegistry } from '../support/open-registry.js';

const declare = () =>
  openRegistry({
    errors: counter({
      name: 'errors',
      unit: '{error}',
      attributes: {
        kind: attr.oneOf('timeout', 'refused'),
        retried: attr.boolean(),
        model: attr.string().optional(),
      },
      seedZero: true,
      idleSeconds: 60,
    }),
    plain: counter({ name: 'plain', unit: '1', seedZero: true }),
  });

const sets = [
  { kind: 'timeout', retried: false },
  { kind: 'timeout', retried: true },
  { kind: 'refused', retried: false },
  { kind: 'refused', retried: true },
];

describe('a counter seeded with zeros', () => {
  it.each(['cumulative', 'delta'] as const)(
    'exports each combination from the start: %s',
    async (temporality) => {
      const { metrics } = declare();
      const producer = metrics.producer({ temporality });
      const points = await pointsOf(producer, 'errors');
      expect(points.map((it) => it.attributes)).toEqual(sets);
      expect(points.map((it) => [it.value, it.start])).toEqual(sets.map(() => [0, EPOCH]));
    },
  );

  it('counts on from the zeros, and repeats them to a cumulative reader', async () => {
    const { metrics, clock } = declare();
    const producer = metrics.producer();
    await producer.collect();
    clock.advance(1_000);
    metrics.errors.add(1, { kind: 'timeout', retried: true });
    const points = await pointsOf(producer, 'errors');
    expect(points.map((it) => it.value)).toEqual([0, 1, 0, 0]);
    expect(new Set(points.map((it) => it.start))).toEqual(new Set([EPOCH]));
  });

  it('sends a zero once to a delta reader', async () => {
    const { metrics } = declare();
    const producer = metrics.producer({ temporality: 'delta' });
    await producer.collect();
    expect(await pointsOf(producer, 'errors')).toEqual([]);
    expect(await pointsOf(producer, 'plain')).toEqual([]);
  });

  it('gives the zeros to each reader', async () => {
    const { metrics } = declare();
    for (const it of [metrics.producer(), metrics.producer({ temporality: 'delta' })]) {
      const exported = await collect(it);
      expect(exported.get('errors')?.points).toHaveLength(4);
      expect(exported.get('plain')?.points).toMatchObject([{ attributes: {}, value: 0 }]);
    }
  });

  it('never retires them', async () => {
    const { metrics, clock } = declare();
    const producer = metrics.producer();
    await producer.collect();
    clock.advance(3_600_000);
    await producer.collect();
    expect(await pointsOf(producer, 'errors')).toHaveLength(4);
  });
});
