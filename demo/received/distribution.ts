import type {
  DecodedExponentialBuckets,
  DecodedExponentialPoint,
  DecodedHistogramPoint,
} from '../../src/live/otlp/types.js';

/** Measurements counted in buckets with explicit upper bounds (inclusive), in the metric's unit. */
export interface ExplicitDistribution {
  readonly buckets: 'explicit';
  readonly count: number;
  readonly sum: number;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly bounds: readonly number[];
  /** One more than there are bounds. */
  readonly counts: readonly number[];
}

/** Measurements counted in base-2 exponential buckets of one scale. */
export interface ExponentialDistribution {
  readonly buckets: 'exponential';
  readonly count: number;
  readonly sum: number;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly scale: number;
  readonly zeroCount: number;
  readonly positive: DecodedExponentialBuckets;
  readonly negative: DecodedExponentialBuckets;
}

/** What a histogram point says about its measurements. */
export type Distribution = ExplicitDistribution | ExponentialDistribution;

/** The distribution of a received point. */
export function distributionOf(
  point: DecodedHistogramPoint | DecodedExponentialPoint,
): Distribution {
  const { count, sum = 0, min, max } = point;
  if ('bounds' in point) {
    const { bounds, bucketCounts: counts } = point;
    return { buckets: 'explicit', count, sum, min, max, bounds, counts };
  }
  const { scale, zeroCount, positive, negative } = point;
  return {
    buckets: 'exponential',
    count,
    sum,
    min,
    max,
    scale,
    zeroCount,
    positive,
    negative,
  };
}

/**
 * Adds two distributions of one instrument: counts and sums add, extremes combine, and exponential
 * buckets are first brought to the coarser of the two scales.
 *
 * @throws {Error} if the bounds differ, since no sum of such buckets is right
 */
export function mergeDistributions(a: Distribution, b: Distribution): Distribution {
  const totals = {
    count: a.count + b.count,
    sum: a.sum + b.sum,
    min: combine(a.min, b.min, Math.min),
    max: combine(a.max, b.max, Math.max),
  };
  if (a.buckets === 'explicit' && b.buckets === 'explicit') {
    if (a.bounds.length !== b.bounds.length || a.bounds.some((bound, i) => bound !== b.bounds[i])) {
      throw new Error('histograms with different bounds cannot be added');
    }
    const counts = a.counts.map((count, i) => count + (b.counts[i] ?? 0));
    return { buckets: 'explicit', ...totals, bounds: a.bounds, counts };
  }
  if (a.buckets === 'exponential' && b.buckets === 'exponential') {
    const scale = Math.min(a.scale, b.scale);
    const added = (side: 'positive' | 'negative') =>
      addBuckets(coarsen(a[side], a.scale - scale), coarsen(b[side], b.scale - scale));
    return {
      buckets: 'exponential',
      ...totals,
      scale,
      zeroCount: a.zeroCount + b.zeroCount,
      positive: added('positive'),
      negative: added('negative'),
    };
  }
  throw new Error('explicit and exponential buckets cannot be added');
}

function combine(
  a: number | undefined,
  b: number | undefined,
  pick: (a: number, b: number) => number,
): number | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : pick(a, b);
}

/** Halves the resolution `steps` times: each pair of neighbours becomes one bucket. */
function coarsen(buckets: DecodedExponentialBuckets, steps: number): DecodedExponentialBuckets {
  if (steps === 0 || buckets.bucketCounts.length === 0) return buckets;
  const offset = buckets.offset >> steps;
  const counts: number[] = [];
  for (const [i, count] of buckets.bucketCounts.entries()) {
    const index = ((buckets.offset + i) >> steps) - offset;
    counts[index] = (counts[index] ?? 0) + count;
  }
  return { offset, bucketCounts: counts };
}

function addBuckets(
  a: DecodedExponentialBuckets,
  b: DecodedExponentialBuckets,
): DecodedExponentialBuckets {
  if (a.bucketCounts.length === 0) return b;
  if (b.bucketCounts.length === 0) return a;
  const offset = Math.min(a.offset, b.offset);
  const end = Math.max(a.offset + a.bucketCounts.length, b.offset + b.bucketCounts.length);
  const counts = new Array<number>(end - offset).fill(0);
  for (const side of [a, b]) {
    for (const [i, count] of side.bucketCounts.entries()) {
      const index = side.offset - offset + i;
      counts[index] = (counts[index] ?? 0) + count;
    }
  }
  return { offset, bucketCounts: counts };
}
