import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll } from 'vitest';
import type { JobStore, Queryable, TableOptions } from '../../../src/jobs/index.js';
import { postgresStore } from '../../../src/jobs/index.js';

/** A database for a file of tests: each store has a table of its own in it. */
export interface TestDatabase {
  readonly queryable: Queryable;
  /** A store with an empty table. */
  store(options?: Partial<TableOptions> & { migrate?: boolean }): JobStore;
  /** A table name that no other test has. */
  newTable(): string;
  query(sql: string, params?: string[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

let tables = 0;

/** Around anything that runs statements. */
export function testDatabase(connect: () => Queryable): TestDatabase {
  const newTable = (): string => {
    tables += 1;
    return `jobs_${process.pid}_${tables}`;
  };
  return {
    get queryable() {
      return connect();
    },
    newTable,
    store: (options = {}) => postgresStore({ pool: connect(), table: newTable(), ...options }),
    query: async (sql, params) => {
      const { rows } = await connect().query(sql, params);
      return rows as readonly Readonly<Record<string, unknown>>[];
    },
  };
}

/** One PGlite in memory for the file. */
export function usePglite(): TestDatabase {
  let database: PGlite | undefined;
  beforeAll(async () => {
    database = await PGlite.create();
    // It takes a second, and on a machine that is busy with other files many.
  }, 60_000);
  afterAll(() => database?.close());
  return testDatabase(() => database as PGlite);
}
