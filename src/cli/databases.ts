import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Queryable } from '../jobs/index.js';
import { explain } from './database-errors.js';
import { failed, wrongUsage } from './failure.js';

/** A connection that reads. */
export interface Database extends Queryable {
  /** For messages: where it is, without a password. */
  readonly place: string;
  /** What must not be in any message. */
  readonly secrets: readonly string[];
  close(): Promise<void>;
}

export type Place = { readonly url: string } | { readonly dataDir: string };

/** Longest that a server may take to answer at all, milliseconds. */
const CONNECT_TIMEOUT = 10_000;

export function connect(place: Place): Promise<Database> {
  return 'url' in place ? connectPostgres(place.url) : openPglite(place.dataDir);
}

async function connectPostgres(url: string): Promise<Database> {
  const { place, secrets } = placeOf(url);
  const { default: pg } = await load('pg', () => import('pg'));
  const context = { place, secrets };
  let client: InstanceType<typeof pg.Client>;
  try {
    client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_TIMEOUT,
      application_name: 'meterbook',
    });
  } catch (error) {
    throw explain(error, context);
  }
  // A connection that breaks fails the query that waits for it; unheard, it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    // Within a transaction, since a pooler may give each statement another connection.
    await client.query('BEGIN TRANSACTION READ ONLY');
  } catch (error) {
    await client.end().catch(() => undefined);
    throw explain(error, context);
  }
  return {
    place,
    secrets,
    query: (sql, params) => client.query(sql, params),
    close: () => client.end().catch(() => undefined),
  };
}

/** Says nothing of an address that it cannot read: there may be a password anywhere in it. */
function placeOf(url: string): { readonly place: string; readonly secrets: readonly string[] } {
  const wrong = wrongUsage(
    'The address of the database cannot be read.',
    'Use postgres://user:password@host:5432/database, with what is special in it percent-encoded.',
  );
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) throw wrong;
  const { username, password, host, pathname, search, hash, searchParams } = new URL(url);
  // An "@" that late: what came before, read as host and path, is a password with "/" or "#" in it.
  if (`${pathname}${search}${hash}`.includes('@')) throw wrong;
  const secrets = [password, decoded(password), ...searchParams.getAll('password')];
  const user = username === '' ? '' : `${username}@`;
  return {
    place: `postgres://${user}${host}${pathname}`,
    secrets: secrets.filter((it) => it !== ''),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Opens a copy. Opening a PGlite folder writes to it, and nothing keeps two processes from opening
 * the same one, which destroys it: the service that it belongs to may be running.
 */
async function openPglite(dataDir: string): Promise<Database> {
  if (!existsSync(join(dataDir, 'PG_VERSION'))) {
    throw failed(
      `"${dataDir}" is no folder of a PGlite.`,
      'Name the dataDir that the service passes to pgliteStore().',
      'NOT_FOUND',
    );
  }
  const { PGlite } = await load('@electric-sql/pglite', () => import('@electric-sql/pglite'));
  const copy = mkdtempSync(join(tmpdir(), 'meterbook-jobs-'));
  const remove = () => rmSync(copy, { recursive: true, force: true });
  try {
    cpSync(dataDir, copy, { recursive: true });
    const database = await PGlite.create(copy);
    return {
      place: dataDir,
      secrets: [],
      query: (sql, params) => database.query(sql, params),
      close: async () => {
        await database.close().finally(remove);
      },
    };
  } catch (error) {
    remove();
    throw failed(
      `The database in "${dataDir}" cannot be opened: ${(error as Error).message}.`,
      'If a service is writing to it just now, try again; otherwise use the same version of PGlite.',
    );
  }
}

async function load<T>(name: string, importIt: () => Promise<T>): Promise<T> {
  try {
    return await importIt();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw failed(`The package ${name} is not installed.`, `Run npm install ${name}.`, 'NOT_FOUND');
  }
}
