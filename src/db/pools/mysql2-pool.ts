import type { PoolLevels, PoolRecorder, PoolSource } from '../types.js';
import { type Method, wrapMethod } from '../wrap.js';

/** What there is in a pool of `mysql2`: it has no counts for its users. */
interface Mysql2 {
  readonly config: { readonly connectionLimit: number; readonly maxIdle?: number };
  readonly _allConnections: { readonly length: number };
  readonly _freeConnections: { readonly length: number };
  readonly _connectionQueue: { readonly length: number };
  readonly _closed?: boolean;
  on(event: string, listener: (...args: never[]) => void): unknown;
  off(event: string, listener: (...args: never[]) => void): unknown;
}

export function isMysql2Pool(pool: object): pool is Mysql2 {
  const { _allConnections, _freeConnections, _connectionQueue, getConnection, releaseConnection } =
    pool as Record<string, unknown>;
  return (
    [_allConnections, _freeConnections, _connectionQueue].every(
      (list) => typeof (list as { length?: unknown } | undefined)?.length === 'number',
    ) && [getConnection, releaseConnection].every((method) => typeof method === 'function')
  );
}

/**
 * A pool of `mysql2`. Its events leave out the connection that goes from one user to the next, and
 * one that is thrown away, so waits and uses are seen in this pool's `getConnection` and
 * `releaseConnection`, which everything goes through.
 */
export function mysql2Source(pool: Mysql2): PoolSource {
  return {
    levels(): PoolLevels | undefined {
      if (pool._closed === true) return undefined;
      const idle = pool._freeConnections.length;
      const { connectionLimit, maxIdle } = pool.config;
      return {
        idle,
        used: pool._allConnections.length - idle,
        pending: pool._connectionQueue.length,
        // 0 is no limit.
        max: connectionLimit === 0 ? undefined : connectionLimit,
        idleMax: connectionLimit === 0 && maxIdle === 0 ? undefined : maxIdle,
      };
    },
    observe: (recorder) => observeUse(pool, recorder),
  };
}

/** One request for a connection: when it was made, and when one was last looked for, ms. */
interface Request {
  readonly askedAt: number;
  triedAt: number;
}

function observeUse(pool: Mysql2, recorder: PoolRecorder): () => void {
  /** By the callback that the pool was given in the place of the user's. */
  const requests = new WeakMap<object, Request>();
  const lentAt = new WeakMap<object, number>();
  /** Connections opened just now, for the request that gets its answer next. */
  const opened = new WeakSet<object>();
  const lend = (connection: object, request: Request): void => {
    const now = performance.now();
    if (opened.delete(connection)) recorder.recordCreation({ milliseconds: now - request.triedAt });
    recorder.recordWait({ milliseconds: now - request.askedAt });
    lentAt.set(connection, now);
  };
  const note = (connection: object): void => void opened.add(connection);
  pool.on('connection', note);
  const unwrapGet = wrapMethod(pool, 'getConnection', (original, self, args) => {
    const [callback, ...rest] = args;
    if (typeof callback !== 'function') return Reflect.apply(original, self, args);
    // The pool asks again on behalf of who waits, when a connection it had for them is lost.
    const again = requests.get(callback);
    const now = performance.now();
    if (again !== undefined) {
      again.triedAt = now;
      return Reflect.apply(original, self, args);
    }
    const request = { askedAt: now, triedAt: now };
    const told: Method = function (this: unknown, ...answer) {
      const [error, connection] = answer;
      if (typeof connection === 'object' && connection !== null) lend(connection, request);
      else if (isConnectTimeout(error)) recorder.recordTimeout();
      return Reflect.apply(callback as Method, this, answer);
    };
    requests.set(told, request);
    return Reflect.apply(original, self, [told, ...rest]);
  });
  const unwrapRelease = wrapMethod(pool, 'releaseConnection', (original, self, args) => {
    const connection = args[0] as object;
    const start = lentAt.get(connection);
    if (start !== undefined) {
      lentAt.delete(connection);
      recorder.recordUse({ milliseconds: performance.now() - start });
    }
    return Reflect.apply(original, self, args);
  });
  return () => {
    unwrapGet();
    unwrapRelease();
    pool.off('connection', note);
  };
}

/**
 * Whether a connection could not be opened within `connectTimeout`. The pool has no limit on the
 * time of waiting; its `queueLimit` refuses at once, so that is no timeout.
 */
function isConnectTimeout(error: unknown): boolean {
  return (error as { code?: unknown } | null | undefined)?.code === 'ETIMEDOUT';
}
