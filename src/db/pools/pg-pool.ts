import type { PoolLevels, PoolRecorder, PoolSource } from '../types.js';
import { before, type Method, whenSettled, wrapMethod } from '../wrap.js';

/** What there is in a pool of `pg` beside its documented counts. */
interface Pg {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly ended?: boolean;
  readonly options?: { readonly max?: number; readonly min?: number };
  /** The class of its clients: the option `Client`, or the driver's own. */
  Client?: unknown;
  on(event: string, listener: (...args: never[]) => void): unknown;
  off(event: string, listener: (...args: never[]) => void): unknown;
}

export function isPgPool(pool: object): pool is Pg {
  const { totalCount, idleCount, waitingCount, connect, query, on } = pool as Record<
    string,
    unknown
  >;
  return (
    [totalCount, idleCount, waitingCount].every((count) => typeof count === 'number') &&
    [connect, query, on].every((method) => typeof method === 'function')
  );
}

/**
 * A pool of `pg`. Lent is what is not idle: a connection being opened is, since it is opened for a
 * request that waits for it.
 *
 * The pool tells of connections opened and given back. It does not tell who asks for one, nor when
 * it begins to open one: that is seen in this pool's `connect`, which its `query` uses too, and in
 * the making of a client.
 */
export function pgSource(pool: Pg): PoolSource {
  return {
    levels(): PoolLevels | undefined {
      if (pool.ended === true) return undefined;
      const { totalCount, idleCount, waitingCount, options } = pool;
      return {
        idle: idleCount,
        used: totalCount - idleCount,
        pending: waitingCount,
        max: options?.max,
        idleMin: options?.min,
      };
    },
    observe(recorder) {
      const ends = [observeUse(pool, recorder), observeCreation(pool, recorder)];
      return () => {
        for (const end of ends) end();
      };
    },
  };
}

/** Waits, uses and timeouts. Where `release` is not told (pg before 8.10), there are no uses. */
function observeUse(pool: Pg, recorder: PoolRecorder): () => void {
  const lentAt = new WeakMap<object, number>();
  const lend = (client: unknown, askedAt: number): void => {
    const now = performance.now();
    recorder.recordWait({ milliseconds: now - askedAt });
    if (isObject(client)) lentAt.set(client, now);
  };
  const refuse = (error: unknown): void => {
    if (isPoolTimeout(error)) recorder.recordTimeout();
  };
  const released = (_error: unknown, client: object): void => {
    const start = lentAt.get(client);
    if (start === undefined) return;
    lentAt.delete(client);
    recorder.recordUse({ milliseconds: performance.now() - start });
  };
  pool.on('release', released);
  const unwrap = wrapMethod(pool, 'connect', (original, self, args) => {
    const askedAt = performance.now();
    const [callback, ...rest] = args;
    if (typeof callback === 'function') {
      const told = before(callback as Method, ([error, client]) =>
        error ? refuse(error) : lend(client, askedAt),
      );
      return Reflect.apply(original, self, [told, ...rest]);
    }
    return whenSettled(
      Reflect.apply(original, self, args),
      (client) => lend(client, askedAt),
      refuse,
    );
  });
  return () => {
    unwrap();
    pool.off('release', released);
  };
}

/** From the making of a client to its being connected, and set up by `onConnect`. */
function observeCreation(pool: Pg, recorder: PoolRecorder): () => void {
  const { Client } = pool;
  if (typeof Client !== 'function') return () => undefined;
  const madeAt = new WeakMap<object, number>();
  const connected = (client: object): void => {
    const start = madeAt.get(client);
    if (start === undefined) return;
    madeAt.delete(client);
    recorder.recordCreation({ milliseconds: performance.now() - start });
  };
  const timed: object = new Proxy(Client, {
    construct(target, args, newTarget) {
      const start = performance.now();
      const made: object = Reflect.construct(
        target,
        args,
        newTarget === timed ? target : newTarget,
      );
      madeAt.set(made, start);
      return made;
    },
  });
  pool.on('connect', connected);
  pool.Client = timed;
  return () => {
    if (pool.Client === timed) pool.Client = Client;
    pool.off('connect', connected);
  };
}

/** The driver gives these errors no code. Source: pg-pool and pg, where they are made. */
const TIMEOUTS: readonly unknown[] = [
  'timeout exceeded when trying to connect',
  'Connection terminated due to connection timeout',
  'timeout expired',
];

/** Whether a request for a connection failed for having waited longer than the pool allows. */
export function isPoolTimeout(error: unknown): boolean {
  return error instanceof Error && TIMEOUTS.includes(error.message);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
