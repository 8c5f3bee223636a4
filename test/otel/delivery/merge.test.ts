import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atOnce } from '../../../src/core/index.js';
import {
  attr,
  buckets,
  counter,
  gauge,
  histogram,
  type TemporalityPreference,
} from '../../../src/index.js';
import { mergeBatches } from '../../../src/otel/delivery/merge.js';
import { joinedParts, partsOf, pointsIn } from '../../../src/otel/delivery/points.js';
import { openRegistry } from '../../support/open-registry.js';
import { tries } from '../../support/property.js';

const resource = resourceFromAttributes({ 'service.name': 'test' });

function declare() {
  return openRegistry({
    calls: counter({
      name: 'calls',
      unit: '1',
      attributes: { id: attr.int(), ok: attr.boolean() },
      maxSeries: 20,
    }),
    level: gauge({ name: 'level', unit: '1', attributes: { id: attr.int() } }),
    latency: histogram({
      name: 'latency',
      unit: 's',
      buckets: buckets.explicit([0.1, 1, 10]),
      attributes: { id: attr.int() },
    }),
    size: histogram({ name: 'size', unit: 'By', buckets: buckets.base2() }),
  });
}

type Declared = ReturnType<typeof declare>;

async function collect(
  producer: ReturnType<Declared['metrics']['producer']>,
): Promise<ResourceMetrics> {
  const { resourceMetrics } = await producer.collect();
  return { ...resourceMetrics, resource };
}

const merge = (batches: readonly ResourceMetrics[], lost: number[] = []): ResourceMetrics =>
  atOnce(mergeBatches(batches, (points) => void lost.push(points)));

const operation = fc.oneof(
  fc.record({
    kind: fc.constant('calls' as const),
    value: fc.nat(1_000),
    id: fc.nat(30),
    ok: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('level' as const), value: fc.integer(), id: fc.nat(3) }),
  fc.record({
    kind: fc.constant('latency' as const),
    // Powers of two, so that sums do not depend on the order.
    value: fc.integer({ min: -4, max: 6 }).map((exponent) => 2 ** exponent),
    id: fc.nat(3),
  }),
  fc.record({
    kind: fc.constant('size' as const),
    value: fc
      .integer({ min: -20, max: 30 })
      .map((exponent) => (exponent === -20 ? 0 : 2 ** exponent)),
  }),
);

type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

function record({ metrics }: Declared, it: Operation): void {
  if (it.kind === 'calls') metrics.calls.add(it.value, { id: it.id, ok: it.ok });
  else if (it.kind === 'level') metrics.level.record(it.value, { id: it.id });
  else if (it.kind === 'latency') metrics.latency.record(it.value, { id: it.id });
  else metrics.size.record(it.value);
}

/** By series, for the order in which series are is nobody's business. */
function bySeries({ scopeMetrics }: ResourceMetrics): unknown {
  const series: Record<string, unknown> = {};
  for (const { metrics } of scopeMetrics) {
    for (const { descriptor, dataPoints } of metrics) {
      for (const { attributes, ...point } of dataPoints)
        series[`${descriptor.name} ${JSON.stringify(attributes)}`] = point;
    }
  }
  return series;
}

describe('batches that are merged', () => {
  it.each<TemporalityPreference>(['delta', 'lowmemory', 'cumulative'])(
    'are what one collection in the place of all would have been: %s',
    async (temporality) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(operation, { maxLength: 30 }), { minLength: 2, maxLength: 5 }),
          async (intervals) => {
            const [often, once] = [declare(), declare()];
            const producers = [often, once].map((it) => it.metrics.producer({ temporality }));
            const batches: ResourceMetrics[] = [];
            for (const [i, operations] of intervals.entries()) {
              for (const it of [often, once]) {
                for (const one of operations) record(it, one);
                it.clock.advance(1_000);
              }
              batches.push(await collect(producers[0] as never));
              // Merged in any grouping.
              if (i % 2 === 1) batches.splice(0, 2, merge(batches.slice(0, 2)));
            }
            const merged = bySeries(merge(batches)) as Record<
              string,
              { value: unknown; startTime: [number, number]; endTime: [number, number] }
            >;
            const expected = bySeries(await collect(producers[1] as never)) as typeof merged;
            expect(Object.keys(merged).sort()).toEqual(Object.keys(expected).sort());
            for (const [series, point] of Object.entries(expected)) {
              // It speaks of the intervals in which it was recorded in, from the first to the last.
              const own = merged[series] as typeof point;
              expect(own.value).toEqual(point.value);
              expect(own.startTime >= point.startTime && own.endTime <= point.endTime).toBe(true);
            }
          },
        ),
        tries(40),
      );
    },
  );

  it('hold no more series than the largest batch or 2,001, with exact sums', async () => {
    const { metrics, clock } = openRegistry({
      calls: counter({
        name: 'calls',
        unit: '1',
        attributes: { id: attr.int() },
        maxSeries: 2_000,
        idleSeconds: 1,
      }),
    });
    const producer = metrics.producer({ temporality: 'delta' });
    const batches: ResourceMetrics[] = [];
    for (let round = 0; round < 5; round++) {
      // New ones each time, for which the old ones have made room.
      for (let i = 0; i < 1_000; i++) metrics.calls.add(1, { id: round * 1_000 + i });
      clock.advance(1_000);
      batches.push(await collect(producer));
      clock.advance(2_000);
      await collect(producer);
    }
    const [merged] = merge(batches).scopeMetrics[0]?.metrics ?? [];
    const points = (merged?.dataPoints ?? []) as { attributes: object; value: number }[];
    expect(points.length).toBe(2_002);
    expect(points.reduce((sum, { value }) => sum + value, 0)).toBe(5_000);
    expect(points.at(-1)).toMatchObject({
      attributes: { 'otel.metric.overflow': true },
      value: 2_999,
    });
  });

  it('of levels let the oldest series go, and say so', async () => {
    const lost: number[] = [];
    const batch = async (from: number): Promise<ResourceMetrics> => {
      const { metrics } = openRegistry({
        level: gauge({ name: 'level', unit: '1', attributes: { id: attr.int() } }),
      });
      for (let i = 0; i < 1_500; i++) metrics.level.record(i, { id: from + i });
      return collect(metrics.producer());
    };
    const merged = merge([await batch(0), await batch(1_500)], lost);
    expect(pointsIn(merged)).toBe(2_001);
    expect(lost).toHaveLength(999);
    const ids = merged.scopeMetrics[0]?.metrics[0]?.dataPoints.map((it) => it.attributes['id']);
    expect(ids).toContain(2_999);
    expect(ids).not.toContain(998);
  });

  it('of totals keep the last reading of a series that has begun anew since', async () => {
    const { metrics, clock } = openRegistry({
      calls: counter({ name: 'calls', unit: '1', attributes: { id: attr.int() }, idleSeconds: 1 }),
    });
    const producer = metrics.producer();
    metrics.calls.add(7, { id: 1 });
    const first = await collect(producer);
    clock.advance(5_000);
    const second = await collect(producer);
    metrics.calls.add(2, { id: 1 });
    clock.advance(1_000);
    const third = await collect(producer);
    const values = merge([first, second, third]).scopeMetrics[0]?.metrics[0]?.dataPoints;
    expect(values?.map(({ value }) => value)).toEqual([7, 2]);
  });
});

describe('a batch in parts', () => {
  it('is the batch again when joined, whatever the size of the parts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(operation, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 40 }),
        async (operations, size) => {
          const declared = declare();
          for (const one of operations) record(declared, one);
          const batch = await collect(declared.metrics.producer({ temporality: 'delta' }));
          const parts = partsOf(batch, size);
          for (const part of parts.slice(0, -1)) expect(pointsIn(part)).toBe(size);
          expect(pointsIn(joinedParts(parts))).toBe(pointsIn(batch));
          expect(bySeries(joinedParts(parts))).toEqual(bySeries(batch));
        },
      ),
    );
  });
});
