import type { PoolLevels, PoolRecorder, PoolSource } from '../types.js';

/** What there is in a pool of `tarn`. */
interface Tarn {
  readonly min?: number;
  readonly max?: number;
  readonly destroyed?: boolean;
  numUsed(): number;
  numFree(): number;
  numPendingAcquires(): number;
  on(event: string, listener: (...args: never[]) => void): unknown;
  removeListener(event: string, listener: (...args: never[]) => void): unknown;
}

export function isTarnPool(pool: object): pool is Tarn {
  const { numUsed, numFree, numPendingAcquires, on, removeListener } = pool as Record<
    string,
    unknown
  >;
  return [numUsed, numFree, numPendingAcquires, on, removeListener].every(
    (method) => typeof method === 'function',
  );
}

/** A pool of `tarn`, such as Knex has: it tells of everything by events. */
export function tarnSource(pool: Tarn): PoolSource {
  return {
    levels(): PoolLevels | undefined {
      const [idle, used] = [pool.numFree(), pool.numUsed()];
      // While it is being closed, connections that are lent stay so until they come back.
      if (pool.destroyed === true && idle + used === 0) return undefined;
      return {
        idle,
        used,
        pending: pool.numPendingAcquires(),
        max: pool.max,
        idleMin: pool.min,
      };
    },
    observe: (recorder) => observeUse(pool, recorder),
  };
}

function observeUse(pool: Tarn, recorder: PoolRecorder): () => void {
  /** Start of what is under way by the number of its request, ms. Each number ends once. */
  const started = new Map<number, number>();
  const lentAt = new Map<unknown, number>();
  const start = (id: number): void => void started.set(id, performance.now());
  const end = (id: number): number | undefined => {
    const at = started.get(id);
    started.delete(id);
    return at;
  };
  const listeners: Readonly<Record<string, (...args: never[]) => void>> = {
    acquireRequest: start,
    acquireSuccess(id: number, resource: unknown) {
      const now = performance.now();
      lentAt.set(resource, now);
      const askedAt = end(id);
      if (askedAt !== undefined) recorder.recordWait({ milliseconds: now - askedAt });
    },
    acquireFail(id: number, error: unknown) {
      end(id);
      if (isTarnTimeout(error)) recorder.recordTimeout();
    },
    release(resource: unknown) {
      const at = lentAt.get(resource);
      lentAt.delete(resource);
      if (at !== undefined) recorder.recordUse({ milliseconds: performance.now() - at });
    },
    createRequest: start,
    createSuccess(id: number) {
      const at = end(id);
      if (at !== undefined) recorder.recordCreation({ milliseconds: performance.now() - at });
    },
    createFail: end,
  };
  for (const [event, listener] of Object.entries(listeners)) pool.on(event, listener);
  return () => {
    for (const [event, listener] of Object.entries(listeners)) pool.removeListener(event, listener);
  };
}

/** Tarn's own class, which carries neither a name nor a code. */
function isTarnTimeout(error: unknown): boolean {
  return error instanceof Error && error.constructor.name === 'TimeoutError';
}
