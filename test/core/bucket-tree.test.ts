import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BucketTree } from '../../src/core/bucket-tree.js';

/** What the specification says, with nothing clever: the first bucket whose upper bound holds. */
function linear(boundaries: readonly number[], value: number): number {
  const found = boundaries.findIndex((bound) => value <= bound);
  return found === -1 ? boundaries.length : found;
}

describe('BucketTree', () => {
  it.each([1, 2, 3, 4, 14, 15, 16, 63, 64, 500])(
    'finds each of the buckets of %i boundaries',
    (count) => {
      const boundaries = Array.from({ length: count }, (_, i) => i);
      const tree = new BucketTree(boundaries);
      for (let i = 0; i < count; i++) {
        expect(tree.bucketOf(i - 0.5)).toBe(i);
        expect(tree.bucketOf(i)).toBe(i);
      }
      expect(tree.bucketOf(count)).toBe(count);
      expect(tree.bucketOf(Number.MAX_VALUE)).toBe(count);
    },
  );

  it('agrees with a linear scan', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(
        fc.uniqueArray(number, { minLength: 1, maxLength: 80, comparator: (a, b) => a === b }),
        number,
        (unsorted, value) => {
          const boundaries = unsorted.sort((a, b) => a - b);
          const tree = new BucketTree(boundaries);
          for (const it of [value, 0, ...boundaries])
            expect(tree.bucketOf(it)).toBe(linear(boundaries, it));
        },
      ),
    );
  });
});
