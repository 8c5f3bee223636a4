import type { JobOutcome } from './types.js';

export const OUTCOMES: readonly JobOutcome[] = ['completed', 'failed', 'cancelled', 'expired'];

/**
 * What an exception says of the end of a job, by the names that the platform itself uses: an
 * `AbortError` is `cancelled`, a `TimeoutError` (`AbortSignal.timeout()`) is `expired`, as is an
 * `AbortError` caused by one; anything else is `failed`. Never throws.
 */
export function outcomeOf(error: unknown): JobOutcome {
  const name = nameOf(error);
  if (name === 'TimeoutError') return 'expired';
  if (name !== 'AbortError') return 'failed';
  return nameOf(read(error, 'cause')) === 'TimeoutError' ? 'expired' : 'cancelled';
}

function nameOf(error: unknown): unknown {
  return read(error, 'name');
}

function read(from: unknown, key: string): unknown {
  try {
    return (from as Readonly<Record<string, unknown>> | null | undefined)?.[key];
  } catch {
    return undefined;
  }
}
