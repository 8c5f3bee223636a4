import type { ExponentialHistogram, Histogram } from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base2Index } from '../../src/core/base2-histogram.js';
import { buckets, histogram } from '../../src/index.js';
import { onlyValueOf } from '../support/collected.js';
import { openRegistry } from '../support/open-registry.js';
import { PROPERTY_TIMEOUT, tries } from '../support/property.js';

const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
const value = fc.oneof(
  fc.constant(0),
  fc.nat({ max: 100 }),
  fc.double({ min: 0, max: 1e100, noNaN: true }),
  fc.double({ min: 0, max: 1e-100, noNaN: true }),
);
const values = fc.array(value, { minLength: 1, maxLength: 200, size: 'max' });
const bounds = fc
  .uniqueArray(fc.oneof(fc.nat({ max: 100 }), fc.double({ min: 0, max: 1e100, noNaN: true })), {
    minLength: 1,
    maxLength: 40,
  })
  .map((made) => made.map(Math.abs).sort((a, b) => a - b))
  .filter((made) => new Set(made).size === made.length);

describe('a histogram with explicit buckets', () => {
  it('counts each value once, in the bucket that its bound includes', async () => {
    await fc.assert(
      fc.asyncProperty(bounds, values, async (boundaries, recorded) => {
        const { metrics } = openRegistry({
          h: histogram({ name: 'h', unit: '1', buckets: buckets.explicit(boundaries) }),
        });
        const edges = recorded.map((it, i) => (i % 3 === 0 ? (boundaries[0] as number) : it));
        for (const it of edges) metrics.h.record(it);
        const {
          count,
          min,
          max,
          buckets: exported,
        } = (await onlyValueOf(metrics.producer(), 'h')) as Histogram;
        expect(count).toBe(edges.length);
        expect([min, max]).toEqual([Math.min(...edges), Math.max(...edges)]);
        const expected = [Number.NEGATIVE_INFINITY, ...boundaries].map((low, i) => {
          const high = boundaries[i] ?? Number.POSITIVE_INFINITY;
          return edges.filter((it) => it > low && it <= high).length;
        });
        expect(exported).toEqual({ boundaries, counts: expected });
      }),
      tries(200),
    );
  });
});

describe('a histogram with exponential buckets', () => {
  it('counts each value once, in the bucket of its scale', {
    timeout: PROPERTY_TIMEOUT,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 160 }), values, async (maxSize, recorded) => {
        const { metrics } = openRegistry({
          h: histogram({ name: 'h', unit: '1', buckets: buckets.base2({ maxSize }) }),
        });
        for (const it of recorded) metrics.h.record(it);
        const exported = (await onlyValueOf(metrics.producer(), 'h')) as ExponentialHistogram;
        const { offset, bucketCounts } = exported.positive;
        const positives = recorded.filter((it) => it > 0);
        expect(exported.count).toBe(recorded.length);
        expect(exported.zeroCount).toBe(recorded.length - positives.length);
        expect(total(bucketCounts)).toBe(positives.length);
        expect(bucketCounts.length).toBeLessThanOrEqual(maxSize);
        if (positives.length === 0) return;
        const indexes = positives.map((it) => base2Index(it, exported.scale));
        const expected = bucketCounts.map(
          (_, i) => indexes.filter((it) => it === offset + i).length,
        );
        expect(bucketCounts).toEqual(expected);
        expect(offset).toBe(Math.min(...indexes));
        // As fine as it can be: one scale more would need more buckets than there are.
        const finer = positives.map((it) => base2Index(it, exported.scale + 1));
        const span = Math.max(...finer) - Math.min(...finer);
        if (exported.scale < 20) expect(span).toBeGreaterThanOrEqual(maxSize);
      }),
      tries(400),
    );
  });
});
