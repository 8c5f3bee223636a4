/** Numbers from 0 up to 1, as `Math.random` gives them. */
export type Random = () => number;

/** A generator that gives the same numbers for the same seed (mulberry32): runs can be compared. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * A log-normal number: half of them below `median`, about two thirds within a factor of
 * `exp(spread)` of it, and a long tail above. Latencies and lengths of answers are spread so.
 */
export function logNormal(random: Random, median: number, spread: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return median * Math.exp(spread * radius * Math.cos(2 * Math.PI * random()));
}

/** An exponentially spread number: the time between two arrivals that know nothing of each other. */
export function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random());
}

/** `true` with the given probability, 0 to 1. */
export function chance(random: Random, probability: number): boolean {
  return random() < probability;
}

/** One of the choices, as often as its weight says. */
export function pick<T extends { readonly weight: number }>(
  random: Random,
  choices: readonly [T, ...T[]],
): T {
  let left = random() * choices.reduce((sum, choice) => sum + choice.weight, 0);
  for (const choice of choices) {
    left -= choice.weight;
    if (left < 0) return choice;
  }
  return choices[0];
}
