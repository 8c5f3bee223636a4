import type { ExponentialHistogram, Histogram } from '@opentelemetry/sdk-metrics';

/** Most buckets of each half of a merged base-2 histogram (metrics SDK, default of `MaxSize`). */
const MAX_BUCKETS = 160;

/** The sum of two histograms with the same boundaries. */
export function addHistogram(a: Histogram, b: Histogram): Histogram {
  return {
    ...summary(a, b),
    count: a.count + b.count,
    buckets: {
      boundaries: b.buckets.boundaries,
      counts: b.buckets.counts.map((count, i) => count + (a.buckets.counts[i] ?? 0)),
    },
  };
}

/**
 * The sum of two base-2 histograms, at the finest scale that both have and that fits the buckets.
 *
 * Source: OpenTelemetry metrics data model, "Exponential Histogram: Perfect subsetting": neighbours
 * join as the scale falls by one.
 */
export function addExponential(
  a: ExponentialHistogram,
  b: ExponentialHistogram,
): ExponentialHistogram {
  // Zeros alone have no scale of their own.
  const scales = [a, b].filter((it) => hasBuckets(it)).map((it) => it.scale);
  let scale = scales.length === 0 ? Math.min(a.scale, b.scale) : Math.min(...scales);
  // Before anything is laid out: two values far apart would take an array of all that lies between.
  while (HALVES.some((half) => span(a, b, half, scale) > MAX_BUCKETS)) scale -= 1;
  return {
    ...summary(a, b),
    count: a.count + b.count,
    zeroCount: a.zeroCount + b.zeroCount,
    scale,
    positive: addBuckets(a, b, 'positive', scale),
    negative: addBuckets(a, b, 'negative', scale),
  };
}

type Buckets = ExponentialHistogram['positive'];

const HALVES = ['positive', 'negative'] as const;

/** How many buckets one half of both takes at a scale. */
function span(
  a: ExponentialHistogram,
  b: ExponentialHistogram,
  half: 'positive' | 'negative',
  scale: number,
): number {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const it of [a, b]) {
    const { offset, bucketCounts } = it[half];
    if (bucketCounts.length === 0) continue;
    low = Math.min(low, offset >> (it.scale - scale));
    high = Math.max(high, (offset + bucketCounts.length - 1) >> (it.scale - scale));
  }
  return high < low ? 0 : high - low + 1;
}

function hasBuckets({ positive, negative }: ExponentialHistogram): boolean {
  return positive.bucketCounts.length + negative.bucketCounts.length > 0;
}

function addBuckets(
  a: ExponentialHistogram,
  b: ExponentialHistogram,
  half: 'positive' | 'negative',
  scale: number,
): Buckets {
  const [from, to] = [coarser(a[half], a.scale - scale), coarser(b[half], b.scale - scale)];
  if (from.bucketCounts.length === 0) return to;
  if (to.bucketCounts.length === 0) return from;
  const offset = Math.min(from.offset, to.offset);
  const end = (it: Buckets): number => it.offset + it.bucketCounts.length;
  const bucketCounts = new Array<number>(Math.max(end(from), end(to)) - offset).fill(0);
  for (const { offset: low, bucketCounts: counts } of [from, to])
    for (const [i, count] of counts.entries())
      bucketCounts[low - offset + i] = (bucketCounts[low - offset + i] as number) + count;
  return { offset, bucketCounts };
}

/** Joins each run of `2 ** by` neighbours into one bucket. */
function coarser({ offset, bucketCounts }: Buckets, by: number): Buckets {
  if (by <= 0 || bucketCounts.length === 0) return { offset, bucketCounts };
  const low = offset >> by;
  const high = (offset + bucketCounts.length - 1) >> by;
  const counts = new Array<number>(high - low + 1).fill(0);
  for (const [i, count] of bucketCounts.entries()) {
    const at = ((offset + i) >> by) - low;
    counts[at] = (counts[at] as number) + count;
  }
  return { offset: low, bucketCounts: counts };
}

/** What may be left out stays out, unless both have it. */
function summary(
  a: Histogram | ExponentialHistogram,
  b: Histogram | ExponentialHistogram,
): { readonly sum?: number; readonly min?: number; readonly max?: number } {
  return {
    ...(a.sum !== undefined && b.sum !== undefined && { sum: a.sum + b.sum }),
    ...(a.min !== undefined && b.min !== undefined && { min: Math.min(a.min, b.min) }),
    ...(a.max !== undefined && b.max !== undefined && { max: Math.max(a.max, b.max) }),
  };
}
