import type { Histogram } from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from 'vitest';
import { buckets, counter, histogram } from '../../src/index.js';
import { onlyValueOf } from '../support/collected.js';
import { openRegistry } from '../support/open-registry.js';

/** Random numbers of a fixed seed: the same run every time (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const RECORDS = 200_000;

/** Four standard deviations of an estimated count: chance alone goes beyond in 1 of 16,000 seeds. */
const bound = (oneIn: number, of = RECORDS) => 4 * Math.sqrt(of * (oneIn - 1));

describe.each([2, 10, 100])('sampling one in %i', (sampleOneIn) => {
  const declare = (seed: number) =>
    openRegistry(
      {
        c: counter({ name: 'c', unit: '1', sampleOneIn }),
        h: histogram({ name: 'h', unit: '1', sampleOneIn, buckets: buckets.explicit([0, 1, 2]) }),
      },
      { random: seeded(seed) },
    );

  it.each([1, 2, 3])('keeps counts, sums and buckets unbiased: seed %i', async (seed) => {
    const { metrics } = declare(seed);
    for (let i = 0; i < RECORDS; i++) {
      metrics.c.add(1);
      // A rhythm of the caller's, in which picking every n-th would be caught.
      metrics.h.record(i % 4);
    }
    const producer = metrics.producer();
    expect(Math.abs(((await onlyValueOf(producer, 'c')) as number) - RECORDS)).toBeLessThan(
      bound(sampleOneIn),
    );
    const { count, sum, buckets: counted } = (await onlyValueOf(producer, 'h')) as Histogram;
    expect(Math.abs(count - RECORDS)).toBeLessThan(bound(sampleOneIn));
    expect(Math.abs((sum ?? 0) - RECORDS * 1.5)).toBeLessThan(2 * bound(sampleOneIn));
    for (const it of counted.counts)
      expect(Math.abs(it - RECORDS / 4)).toBeLessThan(bound(sampleOneIn, RECORDS / 4));
    expect(counted.counts.reduce((total, it) => total + it, 0)).toBe(count);
  });

  it('picks the first of many as seldom as any other', async () => {
    let picked = 0;
    const runs = 20_000;
    const random = seeded(7);
    for (let i = 0; i < runs; i++) {
      const { metrics } = openRegistry(
        { c: counter({ name: 'c', unit: '1', sampleOneIn }) },
        { random },
      );
      metrics.c.add(1);
      picked += metrics.cardinality()[0]?.series ?? 0;
    }
    const deviation = Math.sqrt((runs / sampleOneIn) * (1 - 1 / sampleOneIn));
    expect(Math.abs(picked - runs / sampleOneIn)).toBeLessThan(4 * deviation);
  });
});

describe('a sampled instrument', () => {
  it.each([0, 1 - 2 ** -53])('takes the extreme random number %s', async (extreme) => {
    const { metrics } = openRegistry(
      { c: counter({ name: 'c', unit: '1', sampleOneIn: 4 }) },
      { random: () => extreme },
    );
    for (let i = 0; i < 1_000; i++) metrics.c.add(1);
    const [exported] = (await metrics.producer().collect()).resourceMetrics.scopeMetrics;
    const value = exported?.metrics[0]?.dataPoints[0]?.value ?? 0;
    expect(Number.isFinite(value)).toBe(true);
    expect((value as number) % 4).toBe(0);
  });

  it('counts every value that is refused', () => {
    const { metrics } = openRegistry({ c: counter({ name: 'c', unit: '1', sampleOneIn: 100 }) });
    for (let i = 0; i < 500; i++) metrics.c.add(Number.NaN);
    expect(metrics.dropped()).toMatchObject([{ measurements: { not_a_number: 500 } }]);
  });
});
