/** Inputs made beforehand, so that making them is no part of what is measured. */

/**
 * How many there are: too many for the processor to learn their order, as it does with a thousand.
 * A power of two, so that `i & MASK` walks them.
 */
const COUNT = 16_384;
export const MASK = COUNT - 1;

/** Series among which {@link PICKS} picks. */
const SERIES = 64;

/** A small generator with a fixed seed: every subject is given the same. */
function makeRandom(): () => number {
  let state = 0x2545f491;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

const random = makeRandom();

/** Latencies in seconds, log-normal around 0.2: their buckets cannot be predicted. */
export const VALUES: readonly number[] = Array.from({ length: COUNT }, () => {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return 0.2 * Math.exp(normal);
});

/**
 * The same as objects, which numbers are when they are not at hand in a register: the engine makes
 * one wherever a call that it has not inlined passes a number on, and that is the caller's.
 */
export const BOXED_VALUES: readonly number[] = boxed(VALUES);

function boxed(values: readonly number[]): number[] {
  // Beside a string, numbers are kept as objects, and stay that when it is gone.
  const mixed: (number | string)[] = ['', ...values];
  mixed.shift();
  return mixed as number[];
}

/** Which series, 0 to 63: each once in every 64, in a new order each time. */
export const PICKS: readonly number[] = Array.from({ length: COUNT / SERIES }, shuffled).flat();

function shuffled(): number[] {
  const picks = Array.from({ length: SERIES }, (_, i) => i);
  for (let i = SERIES - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [picks[i], picks[j]] = [picks[j] as number, picks[i] as number];
  }
  return picks;
}
