/** Least and greatest pause after a failure, ms; what a server asks for is kept within them too. */
const LEAST_MILLIS = 1_000;
const MOST_MILLIS = 300_000;
/** How far a pause is spread, up and down, so that a fleet does not come back at once. */
const JITTER = 0.2;

/**
 * The pause before the next attempt, ms: about 1 s after the first failure, then twice as long each
 * time, or what the server asks for if that is longer. Spread, but never below what is asked for, and
 * never below 1 s or above 5 min, whatever is asked for.
 *
 * @param failures in a row, from 1
 * @param random from 0 up to 1
 */
export function pauseMillis(
  failures: number,
  askedMillis: number | undefined,
  random: number,
): number {
  const own = Math.min(LEAST_MILLIS * 2 ** Math.min(failures - 1, 30), MOST_MILLIS);
  const asked = Math.min(askedMillis ?? 0, MOST_MILLIS);
  // The bounds come first: what is cut off afterwards would be the same for a whole fleet.
  const from = Math.max(LEAST_MILLIS, own * (1 - JITTER), asked);
  const to = Math.min(MOST_MILLIS, Math.max(own, asked) * (1 + JITTER));
  return from + (to - from) * random;
}
