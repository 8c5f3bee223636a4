/** The signals at which a service is asked to end. */
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** What the end of the process does to a pipeline. */
export interface Endings {
  /** Everything out, and the pipeline with it. Tells whether that ended within the deadline. */
  shutdown(): Promise<boolean>;
  /** Everything out, and go on; within the deadline. */
  flush(): Promise<void>;
}

/**
 * Flushes when the process ends by SIGTERM or SIGINT, or because nothing is left to do.
 *
 * Where nobody else listens to the signal, the pipeline is shut down and the signal raised again,
 * so that the process ends with the signal's own code. Where the application has a listener, the
 * end is its business: what there is is flushed, and the application goes on. `process.exit()`
 * leaves no time for anything: `await telemetry.shutdown()` before it.
 *
 * Returns a function that takes the listeners off again.
 */
export function flushAtExit(endings: Endings): () => void {
  const onSignal = (signal: NodeJS.Signals): void => {
    if (process.listenerCount(signal) > 1) {
      void endings.flush();
      return;
    }
    void endings.shutdown().finally(() => {
      process.off(signal, onSignal);
      process.kill(process.pid, signal);
    });
  };
  const onBeforeExit = async (): Promise<void> => {
    // Nothing was left to do but this: what hangs now is our own request.
    if (!(await endings.shutdown())) process.exit();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
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
