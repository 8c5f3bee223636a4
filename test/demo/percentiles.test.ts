import { describe, expect, it } from 'vitest';
import { logNormal, seededRandom } from '../../demo/random.js';
import {
  type Distribution,
  type ExplicitDistribution,
  type ExponentialDistribution,
  mergeDistributions,
} from '../../demo/received/distribution.js';
import { percentilesOf, quantile } from '../../demo/received/percentiles.js';

const BOUNDS = Array.from({ length: 14 }, (_, i) => 0.01 * 2 ** i);

function explicit(values: readonly number[], bounds = BOUNDS): ExplicitDistribution {
  const counts = new Array<number>(bounds.length + 1).fill(0);
  for (const value of values) {
    const found = bounds.findIndex((bound) => value <= bound);
    const index = found < 0 ? bounds.length : found;
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return { buckets: 'explicit', ...statistics(values), bounds, counts };
}

function exponential(values: readonly number[], scale: number): ExponentialDistribution {
  const side = (magnitudes: number[]) => {
    const indices = magnitudes.map((value) => Math.ceil(Math.log2(value) * 2 ** scale) - 1);
    const offset = Math.min(...indices, 0);
    const bucketCounts: number[] = new Array<number>(Math.max(...indices, -1) - offset + 1).fill(0);
    for (const i of indices) bucketCounts[i - offset] = (bucketCounts[i - offset] ?? 0) + 1;
    return { offset, bucketCounts };
  };
  return {
    buckets: 'exponential',
    ...statistics(values),
    scale,
    zeroCount: values.filter((value) => value === 0).length,
    positive: side(values.filter((value) => value > 0)),
    negative: side(values.filter((value) => value < 0).map((value) => -value)),
  };
}

function statistics(values: readonly number[]) {
  return {
    count: values.length,
    sum: values.reduce((sum, value) => sum + value, 0),
    min: Math.min(...values),
    max: Math.max(...values),
  };
}

function exact(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

const random = seededRandom(7);
const latencies = Array.from({ length: 20_000 }, () => logNormal(random, 0.4, 0.8));

describe('a percentile', () => {
  it.each([0.01, 0.5, 0.9, 0.95, 0.99, 0.999])(
    'of log-normal latencies is in the same explicit bucket as the exact one: %d',
    (share) => {
      const truth = exact(latencies, share);
      const estimate = quantile(explicit(latencies), share) ?? Number.NaN;
      const bucket = (value: number) => BOUNDS.findIndex((bound) => value <= bound);
      expect(bucket(estimate)).toBe(bucket(truth));
      expect(Math.abs(estimate / truth - 1)).toBeLessThan(0.25);
    },
  );

  it('of evenly spread values is exact up to the spacing', () => {
    const values = Array.from({ length: 1000 }, (_, i) => (i + 1) / 100);
    for (const share of [0.1, 0.5, 0.9, 0.99]) {
      const estimate = quantile(explicit(values, [1, 2, 5, 8]), share);
      expect(estimate).toBeCloseTo(exact(values, share), 1);
    }
  });

  it.each([0.5, 0.9, 0.99])('of exponential buckets is as exact as their scale: %d', (share) => {
    const estimate = quantile(exponential(latencies, 5), share) ?? Number.NaN;
    expect(Math.abs(estimate / exact(latencies, share) - 1)).toBeLessThan(2 ** (2 ** -5) - 1);
  });

  it('of exponential buckets goes through negative values and zeros', () => {
    const distribution = exponential([-8, -4, 0, 0, 4, 8], 3);
    expect(quantile(distribution, 0)).toBeCloseTo(-8);
    expect(quantile(distribution, 0.5)).toBe(0);
    expect(quantile(distribution, 1)).toBeCloseTo(8);
  });

  it('stays between the smallest and the largest value, in the open bucket too', () => {
    const distribution = explicit([0.7, 0.7, 0.7], [1, 2]);
    expect(quantile(distribution, 0.5)).toBe(0.7);
    const above = explicit([50, 60], [1, 2]);
    expect(quantile(above, 0.99)).toBeCloseTo(60, 0);
    const { max: _, min: __, ...rest } = above;
    expect(quantile({ ...rest, min: undefined, max: undefined }, 0.99)).toBe(2);
  });

  it('of nothing is nothing', () => {
    const nothing: Distribution = { ...explicit([1]), count: 0, counts: [0] };
    expect(quantile(nothing, 0.5)).toBeUndefined();
    expect(percentilesOf(undefined)).toEqual({ p50: null, p90: null, p95: null, p99: null });
  });
});

describe('merging', () => {
  it('gives the distribution of all the values together', () => {
    const half = latencies.length / 2;
    const [a, b] = [latencies.slice(0, half), latencies.slice(half)];
    const merged = mergeDistributions(explicit(a), explicit(b));
    const { sum, ...whole } = explicit(latencies);
    expect(merged).toMatchObject(whole);
    expect(merged.sum).toBeCloseTo(sum, 6);
  });

  it('brings exponential buckets to the coarser scale', () => {
    const values = [-3, -0.2, 0, 0.001, 0.3, 1, 2, 3, 1000];
    const merged = mergeDistributions(exponential(values, 6), exponential(values, 2));
    const { positive, negative } = exponential([...values, ...values], 2);
    expect(merged).toMatchObject({ count: 18, scale: 2, zeroCount: 2 });
    for (const share of [0, 0.2, 0.4, 0.6, 0.8, 1]) {
      expect(quantile(merged, share)).toBeCloseTo(
        quantile({ ...(merged as ExponentialDistribution), positive, negative }, share) ?? 0,
        10,
      );
    }
  });
});
