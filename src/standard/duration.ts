/**
 * A length of time with its unit in the name, so that no number can be mistaken for another unit:
 * `{ seconds: 0.42 }`, `{ milliseconds: 420 }` or `{ nanoseconds: 420_000_000n }` (a difference of
 * `process.hrtime.bigint()`). Exactly one of the three.
 */
export type Duration =
  | {
      readonly seconds: number;
      readonly milliseconds?: undefined;
      readonly nanoseconds?: undefined;
    }
  | {
      readonly seconds?: undefined;
      readonly milliseconds: number;
      readonly nanoseconds?: undefined;
    }
  | {
      readonly seconds?: undefined;
      readonly milliseconds?: undefined;
      readonly nanoseconds: bigint;
    };

const NANOS_PER_SECOND = 1_000_000_000n;
const MAX_EXACT = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * A duration in seconds; NaN for anything else, two units at once included, which the instrument
 * then drops and counts as `not_a_number`. Never throws. A few nanoseconds, nothing allocated.
 */
export function toSeconds(duration: Duration): number {
  try {
    const { seconds, milliseconds, nanoseconds } = duration;
    if (nanoseconds === undefined) {
      if (milliseconds === undefined) return typeof seconds === 'number' ? seconds : Number.NaN;
      const isOne = typeof milliseconds === 'number' && seconds === undefined;
      return isOne ? milliseconds / 1_000 : Number.NaN;
    }
    const isOne =
      typeof nanoseconds === 'bigint' && seconds === undefined && milliseconds === undefined;
    return isOne ? fromNanos(nanoseconds) : Number.NaN;
  } catch {
    // Not an object at all, or one whose getter threw.
    return Number.NaN;
  }
}

/** Up to 104 days the division is the one rounding; beyond, whole seconds are split off first. */
function fromNanos(nanos: bigint): number {
  if (nanos <= MAX_EXACT && nanos >= -MAX_EXACT) return Number(nanos) / 1e9;
  return Number(nanos / NANOS_PER_SECOND) + Number(nanos % NANOS_PER_SECOND) / 1e9;
}
