/** Least and greatest pause after a failure, ms; what a server asks for is kept within them too. */
const LEAST_MILLIS = 1_000;
const MOST_MILLIS = 300_000;
/** How far a pause is spread, up and down, so that a fleet does not come back at once. */
const JITTER = 0.2;

/**
 * The pause before the next attempt, ms: 1 s after the first failure, then twice as long each time, or
 * what the server asks for if that is longer; at least 1 s and, spread included, at most 5 min.
 *
 * @param failures in a row, from 1
 * @param random from 0 up to 1
 */
export function pauseMillis(
  failures: number,
  askedMillis: number | undefined,
  random: number,
): number {
  const own = LEAST_MILLIS * 2 ** Math.min(failures - 1, 30);
  const asked = askedMillis ?? 0;
  // A server that names a time is not come back to before it.
  const spread = 1 + JITTER * (asked > own ? random : 2 * random - 1);
  return Math.min(MOST_MILLIS, Math.max(LEAST_MILLIS, Math.max(own, asked) * spread));
}
