import { MeterbookError, show } from '../../errors.js';
import { layoutOf, type TableOptions } from './layout.js';
import { SqlStore } from './sql-store.js';
import type { JobStore, Queryable } from './types.js';

/** Options of {@link postgresStore}. */
export interface PostgresStoreOptions extends TableOptions {
  /** The service's own `pg` pool, or anything with `query(sql, params)`. Stays yours to close. */
  readonly pool: Queryable;
  /** Whether the store brings the table up to date before its first use. Default true. */
  readonly migrate?: boolean | undefined;
}

/**
 * Keeps job timings in PostgreSQL 12 or later, through connections that the service has. Nothing is
 * sent before the first use. Each batch of rows is one statement: one connection for one round
 * trip, and a transaction by itself.
 *
 * Throws `INVALID_SETUP` for a pool that cannot be asked and for names that cannot be used.
 */
export function postgresStore(options: PostgresStoreOptions): JobStore {
  const { pool, migrate = true } = options ?? {};
  if (typeof (pool as Partial<Queryable> | undefined)?.query !== 'function') {
    throw new MeterbookError('INVALID_SETUP', {
      cause: `postgresStore() was given the pool ${show(pool)}.`,
      fix: 'Pass { pool } with a Pool of pg, or an object with query(sql, params).',
    });
  }
  return new SqlStore(layoutOf(options, 'postgresStore()'), pool, migrate, async () => {});
}
