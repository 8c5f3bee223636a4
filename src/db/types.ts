import type { Duration } from '../standard/index.js';

/** What a pool is like at one moment. */
export interface PoolLevels {
  /** Connections that are open and lent to nobody. */
  readonly idle: number;
  /** Connections that are lent. */
  readonly used: number;
  /** Requests that wait for a connection. Left out where the pool does not know. */
  readonly pending?: number | undefined;
  /** Most connections that the pool may open. Left out where there is no limit. */
  readonly max?: number | undefined;
  /** Most idle connections that the pool keeps. Left out where it does not know. */
  readonly idleMax?: number | undefined;
  /** Fewest idle connections that the pool keeps. Left out where it does not know. */
  readonly idleMin?: number | undefined;
}

/**
 * Records what happens in a pool. Nothing throws: what is no duration is dropped and counted, as
 * everywhere. Once observation has ended, nothing is recorded any more.
 */
export interface PoolRecorder {
  /** `db.client.connection.wait_time`, s: from asking for a connection to having it. */
  recordWait(waited: Duration): void;
  /** `db.client.connection.use_time`, s: from having a connection to giving it back. */
  recordUse(used: Duration): void;
  /** `db.client.connection.create_time`, s: from starting to open a connection to its being ready. */
  recordCreation(took: Duration): void;
  /** `db.client.connection.timeouts`: one request waited longer than the pool allows. */
  recordTimeout(): void;
}

/**
 * Any pool, told by hand: the way in for drivers that `observePool` does not know.
 *
 * The object stands for the pool: the same object observed twice is counted once.
 */
export interface PoolSource {
  /**
   * What the pool is like now; `undefined` once it is closed, which ends the observation. Called
   * at each collection of each reader, so it should only read numbers. Where it throws, the levels
   * of this pool are missing from that collection.
   */
  levels(): PoolLevels | undefined;
  /**
   * Called once, at the start: subscribes to what the pool tells, and returns what ends that. What
   * it throws, `observePool` throws.
   */
  observe?(recorder: PoolRecorder): (() => void) | undefined;
}

/** A pool under observation. */
export interface ObservedPool extends PoolRecorder, Disposable {
  /** The value of `db.client.connection.pool.name`. */
  readonly name: string;
  /**
   * Ends the observation: the pool's methods are its own again, and its levels are reported as 0
   * from then on. A pool that is closed ends it by itself. Calling it again does nothing.
   */
  stop(): void;
}

/** Queries under observation. */
export interface ObservedQueries extends Disposable {
  /** Ends the observation; queries under way are not recorded. Calling it again does nothing. */
  stop(): void;
}

/**
 * A pool of `pg`, as far as this package looks at it.
 *
 * Parameters are `never` throughout, so that the driver's own types fit whatever their overloads.
 */
export interface PgPool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  connect(...args: never): unknown;
  query(...args: never): unknown;
  on(event: never, listener: never): unknown;
  off(event: never, listener: never): unknown;
}

/** A client of `pg`, of a pool or by itself. */
export interface PgClient {
  query(...args: never): unknown;
  connect(...args: never): unknown;
  escapeIdentifier(...args: never): unknown;
}

/** A pool of `mysql2` or `mysql2/promise`. */
export interface MysqlPool {
  getConnection(...args: never): unknown;
  releaseConnection(...args: never): unknown;
  on(event: never, listener: never): unknown;
}

/** A pool of `tarn`. */
export interface TarnPool {
  numUsed(): number;
  numFree(): number;
  numPendingAcquires(): number;
  on(event: never, listener: never): unknown;
}

/** An instance of Knex, whose pool is one of `tarn`. */
export interface KnexInstance {
  readonly client: unknown;
  raw(...args: never): unknown;
}

/** What {@link observePool} takes. */
export type ObservablePool = PgPool | MysqlPool | TarnPool | KnexInstance | PoolSource;
