import { MeterbookError } from '../../errors.js';
import { layoutOf, type TableOptions } from './layout.js';
import { SqlStore } from './sql-store.js';
import type { JobStore, Queryable } from './types.js';

/** Options of {@link pgliteStore}. */
export interface PgliteStoreOptions extends Omit<TableOptions, 'columns'> {
  /** The folder of the database, for one process at a time. Default: in memory. */
  readonly dataDir?: string | undefined;
}

interface Pglite extends Queryable {
  close(): Promise<void>;
}

/** Loads the package; what it throws where that is not installed is not its user's language. */
export type LoadPglite = () => Promise<{
  readonly PGlite: { create(dataDir?: string): Promise<Pglite> };
}>;

/**
 * Keeps job timings in a PGlite, a PostgreSQL inside the process: for development, tests, command
 * line tools and a service of one process. Starting it takes about a second; it holds some 100 MB.
 * `close()` of the store closes it.
 *
 * Rejects with `INVALID_SETUP` where the package `@electric-sql/pglite` is not installed, and with
 * what PGlite throws where the folder cannot be used. A PGlite that you have already goes to
 * `postgresStore({ pool })`.
 */
export function pgliteStore(options: PgliteStoreOptions = {}): Promise<JobStore> {
  return openPglite(
    options,
    () => import('@electric-sql/pglite') as unknown as ReturnType<LoadPglite>,
  );
}

/** With the loading in the test's hands. */
export async function openPglite(options: PgliteStoreOptions, load: LoadPglite): Promise<JobStore> {
  const { schema, table, dataDir } = options ?? {};
  const layout = layoutOf({ schema, table }, 'pgliteStore()');
  const { PGlite } = await load().catch((error: unknown) => {
    if (!isMissing(error)) throw error;
    throw new MeterbookError('INVALID_SETUP', {
      cause: 'pgliteStore() needs the package @electric-sql/pglite, which is not installed.',
      fix: 'Run npm install @electric-sql/pglite, or use postgresStore().',
    });
  });
  const database = await PGlite.create(dataDir);
  return new SqlStore(layout, database, true, () => database.close());
}

function isMissing(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
}
