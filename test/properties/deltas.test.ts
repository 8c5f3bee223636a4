import type { ExponentialHistogram, Histogram } from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attr, buckets, counter, histogram, observableCounter } from '../../src/index.js';
import type { RegistryProducer } from '../../src/otel/index.js';
import { collect, keyOf, type PlainPoint } from '../support/collected.js';
import { openRegistry } from '../support/open-registry.js';
import { PROPERTY_TIMEOUT, tries } from '../support/property.js';

const declare = () => {
  const attributes = { key: attr.int() };
  return openRegistry({
    c: counter({ name: 'c', unit: '1', attributes }),
    h: histogram({ name: 'h', unit: '1', attributes, buckets: buckets.explicit([1, 4, 16]) }),
    e: histogram({ name: 'e', unit: '1', attributes, buckets: buckets.base2({ maxSize: 8 }) }),
    o: observableCounter({ name: 'o', unit: '1', attributes }),
  });
};

/** Exponential counts at the scale of another point, as a collector would put them. */
function rescaled({ scale, positive }: ExponentialHistogram, to: number): Map<number, number> {
  const counts = new Map<number, number>();
  positive.bucketCounts.forEach((count, i) => {
    const index = Math.floor((positive.offset + i) / 2 ** (scale - to));
    if (count > 0) counts.set(index, (counts.get(index) ?? 0) + count);
  });
  return counts;
}

function sumUp(values: readonly PlainPoint['value'][], like: PlainPoint['value']): unknown {
  if (typeof like === 'number')
    return values.reduce<number>((total, value) => total + (value as number), 0);
  const parts = values as readonly (Histogram & ExponentialHistogram)[];
  const add = (of: (value: Histogram & ExponentialHistogram) => number) =>
    parts.reduce((total, value) => total + of(value), 0);
  const shared = {
    count: add((value) => value.count),
    sum: add((value) => value.sum ?? 0),
    min: Math.min(...parts.map((value) => value.min ?? Number.NaN)),
    max: Math.max(...parts.map((value) => value.max ?? Number.NaN)),
  };
  if ('buckets' in like) {
    const counts = like.buckets.counts.map((_, i) =>
      add((value) => value.buckets.counts[i] as number),
    );
    return { ...shared, counts };
  }
  const { scale } = like as ExponentialHistogram;
  const counts = new Map<number, number>();
  for (const part of parts)
    for (const [index, count] of rescaled(part, scale))
      counts.set(index, (counts.get(index) ?? 0) + count);
  return { ...shared, zeroCount: add((value) => value.zeroCount), counts: sorted(counts) };
}

function whole(value: PlainPoint['value']): unknown {
  if (typeof value === 'number') return value;
  const { count, sum, min, max } = value;
  if ('buckets' in value) return { count, sum, min, max, counts: [...value.buckets.counts] };
  const { zeroCount, scale } = value;
  return { ...{ count, sum, min, max, zeroCount }, counts: sorted(rescaled(value, scale)) };
}

const sorted = (counts: ReadonlyMap<number, number>) => [...counts].sort(([a], [b]) => a - b);

const operation = fc.oneof(
  { weight: 6, arbitrary: fc.record({ key: fc.nat({ max: 3 }), value: fc.nat({ max: 1_000 }) }) },
  { weight: 2, arbitrary: fc.record({ reader: fc.nat({ max: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ attach: fc.constant(true) }) },
);

describe('deltas, added up again', () => {
  it('are the cumulative totals, for every reader', { timeout: PROPERTY_TIMEOUT }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 80, size: 'max' }), async (operations) => {
        const { metrics } = declare();
        const totals = new Map<number, number>();
        metrics.o.addCallback((result) => {
          for (const [key, total] of totals) result.observe(total, { key });
        });
        const cumulative = metrics.producer();
        const deltas = [0, 1].map(() => metrics.producer({ temporality: 'delta' }));
        const received = deltas.map(() => new Map<string, PlainPoint['value'][]>());
        const take = async (reader: number) => {
          const exported = await collect(deltas[reader] as RegistryProducer);
          for (const { name, points } of exported.values())
            for (const { attributes, value } of points) {
              const key = `${name} ${keyOf(attributes)}`;
              const into = received[reader] as Map<string, PlainPoint['value'][]>;
              into.set(key, [...(into.get(key) ?? []), value]);
            }
        };
        for (const it of operations) {
          if ('attach' in it) metrics.producer({ temporality: 'delta' });
          else if ('reader' in it) await (it.reader === 2 ? cumulative.collect() : take(it.reader));
          else {
            const { key, value } = it;
            metrics.c.add(value, { key });
            metrics.h.record(value, { key });
            metrics.e.record(value, { key });
            totals.set(key, (totals.get(key) ?? 0) + value);
          }
        }
        await take(0);
        await take(1);
        const all = await collect(cumulative);
        const expected = [...all.values()].flatMap(({ name, points }) =>
          points.map((point) => [`${name} ${keyOf(point.attributes)}`, point.value] as const),
        );
        for (const parts of received) {
          expect([...parts.keys()].sort()).toEqual(expected.map(([key]) => key).sort());
          for (const [key, value] of expected)
            expect([key, sumUp(parts.get(key) ?? [], value)]).toEqual([key, whole(value)]);
        }
      }),
      tries(150),
    );
  });
});
