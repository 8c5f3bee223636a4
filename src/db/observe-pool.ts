import { runInContext } from '../core/index.js';
import { MeterbookError, show } from '../errors.js';
import { coreOf } from '../otel/index.js';
import {
  ATTR_DB_CLIENT_CONNECTION_POOL_NAME,
  agentMetrics,
  type Instruments,
  instrumentsOf,
  type RegistryWith,
  toSeconds,
} from '../standard/index.js';
import { LEVEL_INSTRUMENTS, reportLevels } from './pool-levels.js';
import { recognize } from './pools/recognize.js';
import { sharedState } from './shared-state.js';
import type { ObservablePool, ObservedPool, PoolRecorder } from './types.js';

const POOL_INSTRUMENTS = [
  ...LEVEL_INSTRUMENTS,
  'dbClientConnectionTimeouts',
  'dbClientConnectionCreateTime',
  'dbClientConnectionWaitTime',
  'dbClientConnectionUseTime',
] as const;

type PoolInstrument = (typeof POOL_INSTRUMENTS)[number];

/** Options of {@link observePool}. */
export interface ObservePoolOptions<R> {
  /**
   * What the pool is called, as `db.client.connection.pool.name`: something written in code, unique
   * in the process. The levels of pools with one name are added up.
   */
  readonly name: string;
  /** A registry that has the standard instruments of pools. Default `agentMetrics`. */
  readonly registry?: (R & RegistryWith<R, PoolInstrument>) | undefined;
}

/**
 * Observes a pool of connections to a database: of `pg`, `mysql2`, `tarn` or Knex, or any other as a
 * {@link PoolSource}. Records `db.client.connection.*`: how many connections are idle and used, how
 * many requests wait, and how long waiting, using and opening took, s.
 *
 * The pool is asked for its levels at each collection, so they are exact and cost nothing between.
 * Of the rest, what the pool tells by events is taken from there; where it does not, a method of
 * this one pool is wrapped, and is its own again after `stop()`. What the application gets from the
 * pool is the same as without. A request for a connection costs about a microsecond more. Attributes
 * of the request context are left out: a pool is that of all requests.
 *
 * A pool that is observed already is not observed twice: with the same name and registry this
 * returns the first handle, otherwise it throws. A pool that is not known, a name that is none, and
 * a registry without the instruments throw a `MeterbookError` at once. The pool stays yours to close.
 *
 * Source: OpenTelemetry semantic conventions v1.44, "Database client connection pools".
 */
export function observePool<R extends object = typeof agentMetrics>(
  pool: ObservablePool,
  options: ObservePoolOptions<R>,
): ObservedPool {
  const { identity, source } = recognize(pool);
  const name: unknown = options?.name;
  if (typeof name !== 'string' || name === '') {
    throw new MeterbookError('INVALID_SETUP', {
      cause: `observePool() was given the name ${show(name)}.`,
      fix: 'Pass { name } with what the pool is called: "main", "reports".',
    });
  }
  const registry: unknown = options.registry ?? agentMetrics;
  const it = instrumentsOf(registry, POOL_INSTRUMENTS, 'observePool()');
  const core = coreOf(registry);
  const { pools } = sharedState();
  const known = pools.get(identity);
  if (known !== undefined) {
    if (known.core === core && known.handle.name === name) return known.handle;
    throw new MeterbookError('INVALID_SETUP', {
      cause: `observePool() was given the pool ${show(name)}, which is observed as ${show(known.handle.name)} already${known.core === core ? '' : ', in another registry'}.`,
      fix: 'Observe each pool once, or call stop() on the first handle before.',
    });
  }

  let isOpen = true;
  // A series takes the context attributes of the moment: a pool may be made by the first request.
  const bound = runInContext(undefined, () => recorderOf(it, name));
  const recorder = whileOpen(bound, () => isOpen);
  const unobserve = source.observe?.(silent(recorder));
  const stop = (): void => {
    if (!isOpen) return;
    isOpen = false;
    pools.delete(identity);
    stopReporting();
    unobserve?.();
  };
  const stopReporting = reportLevels(core, it, name, {
    levels: () => source.levels(),
    closed: stop,
  });
  const handle: ObservedPool = Object.freeze({
    name,
    ...recorder,
    stop,
    [Symbol.dispose]: stop,
  });
  pools.set(identity, { handle, core });
  return handle;
}

function recorderOf(it: Instruments<PoolInstrument>, name: string): PoolRecorder {
  const attributes = { [ATTR_DB_CLIENT_CONNECTION_POOL_NAME]: name };
  const wait = it.dbClientConnectionWaitTime.bind(attributes);
  const use = it.dbClientConnectionUseTime.bind(attributes);
  const creation = it.dbClientConnectionCreateTime.bind(attributes);
  const timeouts = it.dbClientConnectionTimeouts.bind(attributes);
  return {
    recordWait: (waited) => wait.record(toSeconds(waited)),
    recordUse: (used) => use.record(toSeconds(used)),
    recordCreation: (took) => creation.record(toSeconds(took)),
    recordTimeout: () => timeouts.add(1),
  };
}

/** Records nothing once observation has ended. */
function whileOpen(recorder: PoolRecorder, isOpen: () => boolean): PoolRecorder {
  return {
    recordWait: (waited) => void (isOpen() && recorder.recordWait(waited)),
    recordUse: (used) => void (isOpen() && recorder.recordUse(used)),
    recordCreation: (took) => void (isOpen() && recorder.recordCreation(took)),
    recordTimeout: () => void (isOpen() && recorder.recordTimeout()),
  };
}

/** For calls from within the pool, which a registry that is strict must not break either. */
function silent(recorder: PoolRecorder): PoolRecorder {
  const quietly = (record: () => void): void => {
    try {
      record();
    } catch {
      // The pool's own work goes on; what was refused is missing.
    }
  };
  return {
    recordWait: (waited) => quietly(() => recorder.recordWait(waited)),
    recordUse: (used) => quietly(() => recorder.recordUse(used)),
    recordCreation: (took) => quietly(() => recorder.recordCreation(took)),
    recordTimeout: () => quietly(() => recorder.recordTimeout()),
  };
}
