import { describe, expect, it } from 'vitest';
import { attr, counter, gauge, observableGauge } from '../../src/index.js';
import { collect } from '../support/collected.js';
import { openRegistry } from '../support/open-registry.js';

const declare = () =>
  openRegistry({
    calls: counter({
      name: 'calls',
      unit: '{call}',
      attributes: {
        kind: attr.oneOf('chat', 'embeddings', '_OTHER'),
        model: attr.string().optional(),
        ok: attr.boolean().optional(),
      },
      idleSeconds: 60,
      maxSeries: 3,
    }),
    level: gauge({ name: 'level', unit: '1' }),
    depth: observableGauge({ name: 'depth', unit: '1', attributes: { of: attr.oneOf('a', 'b') } }),
    seeded: counter({ name: 'seeded', unit: '1', seedZero: true }),
  });

const never = (instrument: string) => ({
  instrument,
  isRecorded: false,
  unusedAttributes: [],
  unusedValues: [],
});

describe('usage()', () => {
  it('names what has never been recorded, and nothing that has', async () => {
    const { metrics } = declare();
    expect(metrics.usage()).toEqual(['calls', 'level', 'depth'].map(never));
    metrics.calls.add(1, { kind: 'chat', model: 'm' });
    metrics.level.record(0);
    metrics.depth.addCallback((result) => result.observe(1, { of: 'a' }));
    await collect(metrics.producer({ temporality: 'delta' }));
    expect(metrics.usage()).toEqual([
      {
        instrument: 'calls',
        isRecorded: true,
        unusedAttributes: ['ok'],
        unusedValues: [{ key: 'kind', values: ['embeddings'] }],
      },
      {
        instrument: 'depth',
        isRecorded: true,
        unusedAttributes: [],
        unusedValues: [{ key: 'of', values: ['b'] }],
      },
    ]);
    metrics.calls.add(1, { kind: 'embeddings', ok: true });
    expect(metrics.usage().map((it) => it.instrument)).toEqual(['depth']);
  });

  it('remembers what retired series have had', async () => {
    const { metrics, clock } = declare();
    const producer = metrics.producer();
    metrics.calls.add(1, { kind: 'chat', model: 'm', ok: true });
    await collect(producer);
    clock.advance(61_000);
    await collect(producer);
    expect(metrics.cardinality()[0]?.series).toBe(0);
    expect(metrics.usage()[0]).toEqual({
      instrument: 'calls',
      isRecorded: true,
      unusedAttributes: [],
      unusedValues: [{ key: 'kind', values: ['embeddings'] }],
    });
  });

  it('blames nobody for what the overflow series hides', () => {
    const { metrics } = declare();
    for (const model of ['a', 'b', 'c', 'd']) metrics.calls.add(1, { kind: 'chat', model });
    expect(metrics.usage().map((it) => it.instrument)).toEqual(['level', 'depth']);
  });
});
