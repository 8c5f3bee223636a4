import { MeterbookError, show } from '../errors.js';
import { activeTelemetry } from './active.js';
import { within } from './lifecycle.js';
import { isDuration } from './variables.js';

/** How {@link flushAfter} flushes. */
export interface FlushAfterOptions {
  /** Most time that the flush may add to a call, ms. Default 1,000. */
  readonly timeoutMillis?: number;
}

const DEFAULT_MILLIS = 1_000;

/**
 * Wraps what a platform calls and then may freeze or end the process: a handler of a serverless
 * function, a cron job. After each call everything is sent, within a deadline, before the platform
 * gets the result; what does not arrive in time is held and goes with the next call. Result and error
 * are the function's own. Calls that overlap share a flush. Without `setupMetrics` it only calls.
 *
 * Throws `INVALID_SETUP` for what is no function, or a timeout that cannot be used.
 *
 * ```ts
 * export const handler = flushAfter(async (event: Event) => answer(event));
 * ```
 */
export function flushAfter<Args extends unknown[], Result>(
  fn: (...args: Args) => Result | Promise<Result>,
  options: FlushAfterOptions = {},
): (...args: Args) => Promise<Result> {
  const { timeoutMillis = DEFAULT_MILLIS } = options ?? {};
  if (typeof fn !== 'function' || typeof timeoutMillis !== 'number' || !isDuration(timeoutMillis)) {
    throw new MeterbookError('INVALID_SETUP', {
      cause: `flushAfter() was given ${show(fn)}, with the timeout ${show(timeoutMillis)}.`,
      fix: 'Pass the function to wrap, and a timeout in milliseconds above 0.',
    });
  }
  return async function (this: unknown, ...args) {
    try {
      return await fn.apply(this, args);
    } finally {
      const telemetry = activeTelemetry();
      if (telemetry !== undefined) await within(timeoutMillis, telemetry.forceFlush());
    }
  };
}
