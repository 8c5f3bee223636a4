import type { Distribution, ExponentialDistribution } from './distribution.js';

/** Some measurements between two values, in the metric's unit. */
interface Interval {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  /** `true` where the bucket is a step of a geometric series. */
  readonly geometric: boolean;
}

/** The percentiles that the demo shows, as shares of the measurements. */
export const SHOWN_QUANTILES = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 } as const;

/** The shown percentiles of one distribution, in the metric's unit; `null` if it is empty. */
export type Percentiles = { readonly [K in keyof typeof SHOWN_QUANTILES]: number | null };

/** Estimates the shown percentiles. */
export function percentilesOf(distribution: Distribution | undefined): Percentiles {
  const estimate = (share: number) =>
    distribution === undefined ? null : (quantile(distribution, share) ?? null);
  return {
    p50: estimate(SHOWN_QUANTILES.p50),
    p90: estimate(SHOWN_QUANTILES.p90),
    p95: estimate(SHOWN_QUANTILES.p95),
    p99: estimate(SHOWN_QUANTILES.p99),
  };
}

/**
 * Estimates the value below which `share` (0 to 1) of the measurements lie, in the metric's unit.
 *
 * The value is interpolated within its bucket, evenly for explicit and geometrically for
 * exponential buckets, and never leaves the smallest and largest measurement where they are known.
 * So the error is less than the width of one bucket. `undefined` without measurements.
 */
export function quantile(distribution: Distribution, share: number): number | undefined {
  if (distribution.count === 0) return undefined;
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = distribution;
  const rank = share * distribution.count;
  let below = 0;
  let last: number | undefined;
  for (const interval of intervalsOf(distribution)) {
    if (interval.count === 0) continue;
    const low = Math.max(interval.low, min);
    const high = Math.min(interval.high, max);
    if (below + interval.count >= rank) {
      return interpolate(low, high, (rank - below) / interval.count, interval.geometric);
    }
    below += interval.count;
    last = high;
  }
  return last;
}

function interpolate(low: number, high: number, share: number, geometric: boolean): number {
  // An open bucket has one known end, and that is all that can be said.
  if (!Number.isFinite(high)) return low;
  if (!Number.isFinite(low)) return high;
  if (geometric && low > 0) return low * (high / low) ** share;
  if (geometric && high < 0) return -(-low * (high / low) ** share);
  return low + (high - low) * share;
}

function intervalsOf(distribution: Distribution): Interval[] {
  if (distribution.buckets === 'exponential') return exponentialIntervals(distribution);
  const { bounds, counts } = distribution;
  return counts.map((count, i) => ({
    // Durations, sizes and costs start at zero; where the first bound is not above it, nothing does.
    low: bounds[i - 1] ?? ((bounds[0] ?? 0) > 0 ? 0 : Number.NEGATIVE_INFINITY),
    high: bounds[i] ?? Number.POSITIVE_INFINITY,
    count,
    geometric: false,
  }));
}

function exponentialIntervals(distribution: ExponentialDistribution): Interval[] {
  const boundAt = (index: number) => 2 ** (index * 2 ** -distribution.scale);
  const { positive, negative, zeroCount } = distribution;
  const below = negative.bucketCounts.map((count, i) => ({
    low: -boundAt(negative.offset + i + 1),
    high: -boundAt(negative.offset + i),
    count,
    geometric: true,
  }));
  const above = positive.bucketCounts.map((count, i) => ({
    low: boundAt(positive.offset + i),
    high: boundAt(positive.offset + i + 1),
    count,
    geometric: true,
  }));
  return [...below.reverse(), { low: 0, high: 0, count: zeroCount, geometric: false }, ...above];
}
