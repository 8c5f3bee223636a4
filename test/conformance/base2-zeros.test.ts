import type { ExponentialHistogram } from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from 'vitest';
import { buckets, histogram } from '../../src/index.js';
import { onlyValueOf } from '../support/collected.js';
import { openRegistry } from '../support/open-registry.js';

/**
 * Metrics data model, "Exponential Histogram": zeros are counted apart and say nothing of a scale.
 *
 * The official SDK reports scale 0 for a point with zeros only, takes that for its real scale when it
 * merges, and so coarsens what it merges with: to 0 where the zeros came first, to 8 in the test below
 * where they came after (2.12, 3.1).
 */
const declare = () =>
  openRegistry({ h: histogram({ name: 'h', unit: '1', buckets: buckets.base2() }) });
const read = async (...args: Parameters<typeof onlyValueOf>) =>
  (await onlyValueOf(...args)) as ExponentialHistogram;

describe('an exponential histogram and zeros', () => {
  it('has no buckets where there are zeros only', async () => {
    const { metrics } = declare();
    metrics.h.record(0);
    metrics.h.record(0);
    expect(await read(metrics.producer(), 'h')).toMatchObject({
      count: 2,
      zeroCount: 2,
      sum: 0,
      min: 0,
      max: 0,
      scale: 0,
      positive: { offset: 0, bucketCounts: [] },
      negative: { offset: 0, bucketCounts: [] },
    });
  });

  it.each([
    { where: 'after', intervals: [[1.5], [0]] },
    { where: 'before', intervals: [[0], [1.5]] },
    { where: 'around', intervals: [[0], [1.5], [0], [0]] },
  ])('keeps its scale with intervals of zeros $where', async ({ intervals }) => {
    const { metrics } = declare();
    const [one, other] = [metrics.producer(), metrics.producer()];
    let value: ExponentialHistogram | undefined;
    for (const interval of intervals) {
      for (const it of interval) metrics.h.record(it);
      value = await read(one, 'h');
    }
    const zeros = intervals.flat().filter((it) => it === 0).length;
    // The one bucket at the finest scale: log2(1.5) × 2 ** 20, rounded down.
    const offset = Math.floor(Math.log2(1.5) * 2 ** 20);
    const expected = {
      count: zeros + 1,
      zeroCount: zeros,
      sum: 1.5,
      min: 0,
      max: 1.5,
      scale: 20,
      positive: { offset, bucketCounts: [1] },
    };
    expect(value).toMatchObject(expected);
    expect(await read(other, 'h')).toMatchObject(expected);
  });
});
