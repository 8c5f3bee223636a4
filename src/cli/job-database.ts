import { MeterbookError } from '../errors.js';
import { type JobStore, postgresStore, type Queryable } from '../jobs/index.js';
import { explain } from './database-errors.js';
import { connect, type Database } from './databases.js';
import { wrongUsage } from './failure.js';

/** As the options name it. */
export interface JobTable {
  readonly databaseUrl?: string | undefined;
  readonly dataDir?: string | undefined;
  readonly schema?: string | undefined;
  readonly table?: string | undefined;
}

/** The jobs of a database, to be read. */
export interface OpenJobs {
  /** Throws a failure that says what to do. */
  read<T>(query: (store: JobStore) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Opens the database that options or environment name. Makes nothing there, and migrates nothing. */
export async function openJobs(
  { databaseUrl, dataDir, schema, table = 'job_timings' }: JobTable,
  env: Readonly<Record<string, string | undefined>>,
): Promise<OpenJobs> {
  if (databaseUrl !== undefined && dataDir !== undefined) {
    throw wrongUsage('--database-url and --data-dir name two databases.', 'Drop one of them.');
  }
  const url = databaseUrl ?? (dataDir === undefined ? env['DATABASE_URL'] : undefined);
  if (dataDir === undefined && (url === undefined || url === '')) {
    throw wrongUsage(
      'No database is named.',
      'Use --database-url postgres://…, the environment variable DATABASE_URL, or --data-dir <folder>.',
    );
  }
  let database: Database | undefined;
  const later: Queryable = {
    query: (sql, params) => (database as Database).query(sql, params),
  };
  // Before anything is opened: a name that cannot be is wrong usage.
  const store = storeOf(later, schema, table);
  const name = schema === undefined ? table : `${schema}.${table}`;
  database = await connect(dataDir === undefined ? { url: url as string } : { dataDir });
  const { place, secrets, close } = database;
  return {
    close,
    read: async (query) => {
      try {
        return await query(store);
      } catch (error) {
        throw explain(error, { place, secrets, table: name });
      }
    },
  };
}

function storeOf(pool: Queryable, schema: string | undefined, table: string): JobStore {
  try {
    return postgresStore({ pool, schema, table, migrate: false });
  } catch (error) {
    if (!(error instanceof MeterbookError)) throw error;
    const given = [schema, table].filter((it) => it !== undefined).join('.');
    throw wrongUsage(`"${given}" cannot be the name of the table.`, error.fix);
  }
}
