import { constants } from 'node:os';

/** The signals at which a service is asked to end. */
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** What the end of the process does to a pipeline. Nothing rejects or throws; promises keep a deadline. */
export interface Endings {
  /** Everything out, and the pipeline with it. */
  shutdown(): Promise<void>;
  /** Everything out, and go on. */
  flush(): Promise<void>;
  /** What there is goes to the disk, if there is a spool, at once. */
  store(): void;
}

/**
 * Flushes when the process ends by SIGTERM or SIGINT, by an error that nobody catches, or because
 * nothing is left to do.
 *
 * Where nobody else listens to the signal or the error, the pipeline is shut down and the signal
 * raised or the error thrown again, so that the process ends with its own code. Where the application
 * has a listener, the end is its business: what there is is flushed, and the application goes on.
 * `process.exit()` leaves the time to write to a spool.
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
  const onError = (error: unknown): void => {
    if (process.listenerCount('uncaughtException') > 1) void endings.flush();
    else void endings.shutdown().then(() => rethrow(error));
  };
  const rethrow = (error: unknown): void => {
    process.off('uncaughtException', onError);
    // Out of the promise, in which it would become a rejection.
    setImmediate(() => {
      throw error;
    });
  };
  const onBeforeExit = (): void => void endings.shutdown();
  // Ahead of the application's listeners: one that is called once is gone when its turn is over.
  for (const signal of SIGNALS) process.prependListener(signal, onSignal);
  process.prependListener('uncaughtException', onError);
  process.once('beforeExit', onBeforeExit);
  process.once('exit', endings.store);
  return () => {
    process.off('beforeExit', onBeforeExit);
    process.off('exit', endings.store);
    process.off('uncaughtException', onError);
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
