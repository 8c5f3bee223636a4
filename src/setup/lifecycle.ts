import { constants } from 'node:os';

/** The signals at which a service is asked to end. */
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** What the end of the process does to a pipeline. Neither rejects; both keep a deadline. */
export interface Endings {
  /** Everything out, and the pipeline with it. */
  shutdown(): Promise<void>;
  /** Everything out, and go on. */
  flush(): Promise<void>;
}

/**
 * Flushes when the process ends by SIGTERM or SIGINT, or because nothing is left to do.
 *
 * Where nobody else listens to the signal, the pipeline is shut down and the signal raised again,
 * so that the process ends with the signal's own code. Where the application has a listener, the
 * end is its business: what there is is flushed, and the application goes on. `process.exit()` and
 * an error that nobody catches leave no time for anything.
 *
 * Returns a function that takes the listeners off again.
 */
export function flushAtExit(endings: Endings): () => void {
  const onSignal = (signal: NodeJS.Signals): void => {
    if (process.listenerCount(signal) > 1) void endings.flush();
    else void endings.shutdown().then(() => raise(signal));
  };
  const raise = (signal: NodeJS.Signals): void => {
    process.off(signal, onSignal);
    process.kill(process.pid, signal);
    // The kernel spares the first process of a container; a listener may have come in the meantime.
    if (process.listenerCount(signal) === 0) process.exit(128 + constants.signals[signal]);
  };
  const onBeforeExit = (): void => void endings.shutdown();
  // Ahead of the application's listeners: one that is called once is gone when its turn is over.
  for (const signal of SIGNALS) process.prependListener(signal, onSignal);
  process.once('beforeExit', onBeforeExit);
  return () => {
    process.off('beforeExit', onBeforeExit);
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
}

/** Waits for a promise, but not for longer than a deadline. Tells whether it made it; never rejects. */
export async function within(millis: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, millis, false);
  });
  const settled = promise.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([settled, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
