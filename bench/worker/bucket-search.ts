import { BucketTree } from '../../src/core/bucket-tree.js';
import { MASK, VALUES } from './inputs.js';
import type { Loop } from './timing.js';

function linear(boundaries: readonly number[], value: number): number {
  const { length } = boundaries;
  let bucket = 0;
  while (bucket < length && value > boundaries[bucket]!) bucket++;
  return bucket;
}

/** The search that most libraries have: the first bucket whose upper bound is not below the value. */
export function binary(boundaries: readonly number[], value: number): number {
  let low = 0;
  let high = boundaries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value > boundaries[middle]!) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** So many boundaries over the range of the values, each a constant factor above the one before. */
function boundariesOf(count: number): number[] {
  return Array.from({ length: count }, (_, i) => 0.005 * 2_000 ** (i / (count - 1)));
}

/** Ways to find the bucket of a value: made from the boundaries, then called with values. */
const SEARCHES = {
  linear: (boundaries: readonly number[]) => (value: number) => linear(boundaries, value),
  binary: (boundaries: readonly number[]) => (value: number) => binary(boundaries, value),
  tree: (boundaries: readonly number[]) => {
    const tree = new BucketTree(boundaries);
    return (value: number) => tree.bucketOf(value);
  },
};

export type SearchName = keyof typeof SEARCHES;

/** Counts random values into buckets; `total` tells how many. */
export function searchLoop(
  name: SearchName,
  boundaryCount: number,
): { readonly loop: Loop; total(): number } {
  const find = SEARCHES[name](boundariesOf(boundaryCount));
  const counts = new Float64Array(boundaryCount + 1);
  return {
    loop(operations) {
      for (let i = 0; i < operations; i++) counts[find(VALUES[i & MASK]!)]! += 1;
    },
    total: () => counts.reduce((sum, count) => sum + count, 0),
  };
}
