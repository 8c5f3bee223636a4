import type { Attributes } from '../../declare/index.js';
import { before, type Method, wrapMethod } from '../wrap.js';
import type { Descriptions } from './descriptions.js';
import type { RecordQuery } from './pg-client.js';

/** The events of a pool of `pg`. */
export interface PoolEvents {
  on(event: string, listener: (client: object) => void): unknown;
  off(event: string, listener: (client: object) => void): unknown;
}

/**
 * Observes the clients of a pool as they are lent, each once, and the queries of the pool itself
 * that get no client. Those that get one are queries of that client, and are seen there.
 */
export function observePoolQueries(
  pool: PoolEvents,
  descriptions: Descriptions,
  record: RecordQuery,
  observe: (client: object) => () => void,
): () => void {
  const clients = new Map<object, () => void>();
  const lent = (client: object): void => {
    if (!clients.has(client)) clients.set(client, observe(client));
  };
  const gone = (client: object): void => {
    clients.get(client)?.();
    clients.delete(client);
  };
  pool.on('acquire', lent);
  pool.on('remove', gone);
  const unwrap = observeFailures(pool, descriptions, record);
  return () => {
    unwrap();
    pool.off('acquire', lent);
    pool.off('remove', gone);
    for (const end of clients.values()) end();
    clients.clear();
  };
}

/** The pool's `query` calls its `connect` at once, and only there can it fail without a client. */
function observeFailures(
  pool: object,
  descriptions: Descriptions,
  record: RecordQuery,
): () => void {
  let beginning: { readonly attributes: Attributes; readonly start: number } | undefined;
  const unwrapQuery = wrapMethod(pool, 'query', (original, self, args) => {
    if (args[0] === null || args[0] === undefined) return Reflect.apply(original, self, args);
    beginning = { attributes: descriptions.of(args[0]), start: performance.now() };
    try {
      return Reflect.apply(original, self, args);
    } finally {
      beginning = undefined;
    }
  });
  const unwrapConnect = wrapMethod(pool, 'connect', (original, self, args) => {
    const query = beginning;
    beginning = undefined;
    const [callback, ...rest] = args;
    if (query === undefined || typeof callback !== 'function') {
      return Reflect.apply(original, self, args);
    }
    const told = before(callback as Method, ([error]) => {
      if (error) record(query.attributes, performance.now() - query.start, error);
    });
    return Reflect.apply(original, self, [told, ...rest]);
  });
  return () => {
    unwrapQuery();
    unwrapConnect();
  };
}
