import type { Duration, Instruments } from '../../standard/index.js';
import { durations, increments } from '../recorders.js';
import type { AttributesFor } from '../types.js';

/** What is recorded of databases and their connection pools. */
export interface DatabaseHelpers<R> {
  /**
   * Records `db.client.operation.duration`, s: from sending an operation to its result, with
   * `error.type` where it failed.
   */
  recordDatabaseOperation(
    elapsed: Duration,
    ...attributes: AttributesFor<R, 'dbClientOperationDuration'>
  ): void;
  /** Records `db.client.connection.create_time`, s: what opening a connection took. */
  recordConnectionCreation(
    elapsed: Duration,
    ...attributes: AttributesFor<R, 'dbClientConnectionCreateTime'>
  ): void;
  /** Records `db.client.connection.wait_time`, s: from asking the pool for a connection to having it. */
  recordConnectionWait(
    waited: Duration,
    ...attributes: AttributesFor<R, 'dbClientConnectionWaitTime'>
  ): void;
  /** Records `db.client.connection.use_time`, s: from getting a connection to giving it back. */
  recordConnectionUse(
    used: Duration,
    ...attributes: AttributesFor<R, 'dbClientConnectionUseTime'>
  ): void;
  /** Counts one in `db.client.connection.timeouts`: a request that waited too long for a connection. */
  recordConnectionTimeout(...attributes: AttributesFor<R, 'dbClientConnectionTimeouts'>): void;
}

export function databaseHelpers(it: Instruments): Record<keyof DatabaseHelpers<unknown>, unknown> {
  return {
    recordDatabaseOperation: durations(it.dbClientOperationDuration),
    recordConnectionCreation: durations(it.dbClientConnectionCreateTime),
    recordConnectionWait: durations(it.dbClientConnectionWaitTime),
    recordConnectionUse: durations(it.dbClientConnectionUseTime),
    recordConnectionTimeout: increments(it.dbClientConnectionTimeouts),
  };
}
