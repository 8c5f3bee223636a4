import { describe, expect, it } from 'vitest';
import {
  attr,
  buckets,
  counter,
  defineRegistry,
  gauge,
  histogram,
  observableGauge,
  slo,
} from '../../src/index.js';
import { untyped } from '../support/hostile.js';

const registry = defineRegistry({
  scope: {
    name: 'service',
    version: '1.2.3',
    schemaUrl: 'https://opentelemetry.io/schemas/1.44.0',
  },
  instruments: {
    latency: histogram({
      name: 'latency',
      description: 'How long.',
      unit: 's',
      buckets: buckets.explicit([0.1, 1]),
      attributes: {
        model: attr.string({ maxValues: 50 }).fromContext().optional(),
        kind: attr.oneOf('a', 'b'),
      },
      maxSeries: 500,
      idleSeconds: 60,
      sampleOneIn: 10,
    }),
    smooth: histogram({ name: 'smooth', unit: 's', buckets: buckets.base2({ maxSize: 20 }) }),
    seeded: counter({
      name: 'seeded',
      unit: '{call}',
      attributes: { ok: attr.boolean() },
      seedZero: true,
    }),
    depth: observableGauge({ name: 'depth', unit: '{item}', attributes: { id: attr.int() } }),
    plain: gauge({ name: 'plain', unit: '1' }),
  },
  slos: {
    fast: slo({ instrument: 'latency', objective: 0.99, threshold: 1, window: '30d' }),
    slow: slo({
      instrument: 'smooth',
      objective: 0.5,
      threshold: 9,
      window: '4w',
      description: undefined,
    }),
  },
});

describe('the manifest', () => {
  it('says all that was declared, in declared order', () => {
    expect(registry.manifest()).toEqual({
      manifestVersion: 1,
      scope: {
        name: 'service',
        version: '1.2.3',
        schemaUrl: 'https://opentelemetry.io/schemas/1.44.0',
      },
      instruments: [
        {
          property: 'latency',
          name: 'latency',
          kind: 'histogram',
          unit: 's',
          description: 'How long.',
          attributes: [
            { key: 'model', type: 'string', maxValues: 50, optional: true, fromContext: true },
            { key: 'kind', type: 'oneOf', values: ['a', 'b'], optional: false, fromContext: false },
          ],
          boundaries: [0.1, 1],
          maxSeries: 500,
          idleSeconds: 60,
          sampleOneIn: 10,
          // 50 models, the others, and none; times two kinds.
          worstCaseSeries: 104,
        },
        {
          property: 'smooth',
          name: 'smooth',
          kind: 'histogram',
          unit: 's',
          description: '',
          attributes: [],
          base2MaxSize: 20,
          maxSeries: 2_000,
          worstCaseSeries: 1,
        },
        {
          ...{
            property: 'seeded',
            name: 'seeded',
            kind: 'counter',
            unit: '{call}',
            description: '',
          },
          attributes: [{ key: 'ok', type: 'boolean', optional: false, fromContext: false }],
          maxSeries: 2_000,
          seedZero: true,
          worstCaseSeries: 2,
        },
        {
          property: 'depth',
          name: 'depth',
          kind: 'observableGauge',
          unit: '{item}',
          description: '',
          attributes: [{ key: 'id', type: 'int', optional: false, fromContext: false }],
          // Unbounded: as many as there are places, and the overflow series.
          maxSeries: 2_000,
          worstCaseSeries: 2_001,
        },
        {
          property: 'plain',
          name: 'plain',
          kind: 'gauge',
          unit: '1',
          description: '',
          attributes: [],
          maxSeries: 2_000,
          worstCaseSeries: 1,
        },
      ],
      slos: [
        { name: 'fast', instrument: 'latency', objective: 0.99, threshold: 1, window: '30d' },
        { name: 'slow', instrument: 'smooth', objective: 0.5, threshold: 9, window: '4w' },
      ],
    });
  });

  it('is plain JSON', () => {
    const manifest = registry.manifest();
    expect(JSON.parse(JSON.stringify(manifest))).toStrictEqual(manifest);
  });

  it('is made anew each time, and changes nothing when it is changed', () => {
    const manifest = registry.manifest();
    const [latency] = manifest.instruments;
    untyped<number[]>(latency?.boundaries).push(99);
    untyped<string[]>(latency?.attributes[1]?.values).push('c');
    (manifest.scope as { name: string }).name = 'other';
    expect(registry.manifest().instruments[0]?.boundaries).toEqual([0.1, 1]);
    expect(registry.manifest().instruments[0]?.attributes[1]?.values).toEqual(['a', 'b']);
    expect(registry.scope.name).toBe('service');
  });
});
