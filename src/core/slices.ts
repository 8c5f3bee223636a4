/**
 * Work that can be interrupted: it yields wherever something else may have its turn, and returns its
 * result at the end.
 */
export type Steps<Result> = Generator<void, Result, void>;

/** Longest stretch of work without a turn for others, milliseconds. */
const SLICE_MILLIS = 1;

/** How many series are worked off between two looks at the clock. */
export const SERIES_PER_STEP = 64;

/**
 * Does the work in slices of a millisecond, with a turn of the event loop between two, so that
 * a service with very many series answers its requests during a collection.
 *
 * @param onTurn called when the work goes on after a turn
 */
export async function inSlices<Result>(
  steps: Steps<Result>,
  onTurn: () => void = () => undefined,
): Promise<Result> {
  const begun = performance.now();
  let since = begun;
  const turn = async (): Promise<void> => {
    await new Promise<void>((resolve) => setImmediate(resolve));
    since = performance.now();
  };
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      // What comes next begins with a turn of its own, if there has been one at all.
      if (since !== begun) await turn();
      return step.value;
    }
    if (performance.now() - since < SLICE_MILLIS) continue;
    await turn();
    onTurn();
  }
}

/** Does the work at one go, where nothing can be waited for: the process is about to end. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
