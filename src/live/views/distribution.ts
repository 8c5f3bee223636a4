/** Counts by bucket: one more than there are upper bounds. */
export interface Buckets {
  readonly bounds: readonly number[];
  readonly counts: ArrayLike<number>;
}

/**
 * The value below which a share (0 to 1) of all measurements lie, interpolated within its bucket as
 * Prometheus' `histogram_quantile` does: evenly, from 0 in the first one, and the last bound for what is above
 * it. `null` without measurements or buckets.
 */
export function quantileOf({ bounds, counts }: Buckets, share: number): number | null {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i] as number;
  if (total === 0 || bounds.length === 0) return null;
  const rank = share * total;
  let below = 0;
  for (let i = 0; i < bounds.length; i++) {
    const count = counts[i] as number;
    if (count > 0 && below + count >= rank) {
      const high = bounds[i] as number;
      if (i === 0 && high <= 0) return high;
      const low = i === 0 ? 0 : (bounds[i - 1] as number);
      return low + (high - low) * ((rank - below) / count);
    }
    below += count;
  }
  return bounds[bounds.length - 1] as number;
}

/** How many measurements are above a bound, which must be one of the bounds. */
export function countAbove({ bounds, counts }: Buckets, threshold: number): number {
  let above = 0;
  for (let i = 0; i < counts.length; i++) {
    if ((bounds[i] ?? Number.POSITIVE_INFINITY) > threshold) above += counts[i] as number;
  }
  return above;
}

/** All bounds of both, in order. */
export function mergedBounds(a: readonly number[], b: readonly number[]): readonly number[] {
  if (a === b || isSame(a, b)) return a;
  return [...new Set([...a, ...b])].sort((x, y) => x - y);
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((bound, i) => bound === b[i]);
}

/** Where each bucket of some bounds goes among others that have them all: the one with the same end. */
export function placesIn(bounds: readonly number[], all: readonly number[]): readonly number[] {
  return [...bounds.map((bound) => all.indexOf(bound)), all.length];
}
