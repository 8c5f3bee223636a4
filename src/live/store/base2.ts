import type { DecodedExponentialBuckets, DecodedExponentialPoint } from '../otlp/types.js';

/**
 * Buckets of 2^(1/8), within 9 % of any value: what a percentile on a screen is good for. Finer ones are
 * put together; coarser ones count at their upper end.
 */
export const GRID_SCALE = 3;

/** What a grid's buckets are: those above 0 from `first` on, after one for everything at or below 0. */
export interface Grid {
  readonly first: number;
  readonly last: number;
}

/** Upper bounds: 0, then that of each bucket of the grid. */
export function gridBounds({ first, last }: Grid): readonly number[] {
  const above = Array.from({ length: last - first + 1 }, (_, i) => gridBound(first + i));
  return [0, ...above];
}

function gridBound(index: number): number {
  return 2 ** ((index + 1) / 2 ** GRID_SCALE);
}

/** The grid that holds both. */
export function wider(a: Grid | undefined, b: Grid): Grid {
  if (a === undefined) return b;
  return { first: Math.min(a.first, b.first), last: Math.max(a.last, b.last) };
}

/** The bucket of the grid that a bucket of a point lies in. */
function gridIndex(index: number, scale: number): number {
  if (scale >= GRID_SCALE) return Math.floor(index / 2 ** (scale - GRID_SCALE));
  return (index + 1) * 2 ** (GRID_SCALE - scale) - 1;
}

/** No wider than this, or one value near 0 would cost as much as thousands of series. */
const WIDEST = { first: -40 * 2 ** GRID_SCALE, last: 40 * 2 ** GRID_SCALE };

function clamped(index: number): number {
  return Math.min(WIDEST.last, Math.max(WIDEST.first, index));
}

/** Counts by bucket of the grid; `undefined` is the one at or below 0. */
export function gridCounts(
  point: DecodedExponentialPoint,
): ReadonlyMap<number | undefined, number> {
  const counts = new Map<number | undefined, number>();
  const negative = total(point.negative);
  if (negative + point.zeroCount > 0) counts.set(undefined, negative + point.zeroCount);
  point.positive.bucketCounts.forEach((count, i) => {
    if (count === 0) return;
    const index = clamped(gridIndex(point.positive.offset + i, point.scale));
    counts.set(index, (counts.get(index) ?? 0) + count);
  });
  return counts;
}

function total({ bucketCounts }: DecodedExponentialBuckets): number {
  return bucketCounts.reduce((sum, count) => sum + count, 0);
}

/** The grid that counts need; a small one where there are none. */
export function gridOf(counts: ReadonlyMap<number | undefined, number>): Grid {
  const indexes = [...counts.keys()].filter((index) => index !== undefined);
  if (indexes.length === 0) return { first: 0, last: 0 };
  return { first: Math.min(...indexes), last: Math.max(...indexes) };
}

/** The counts as a row of buckets: the one at or below 0, the grid's, and none above. */
export function gridRow(
  counts: ReadonlyMap<number | undefined, number>,
  { first, last }: Grid,
): Float64Array {
  const row = new Float64Array(last - first + 3);
  for (const [index, count] of counts) row[index === undefined ? 0 : index - first + 1] = count;
  return row;
}
