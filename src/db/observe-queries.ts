import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';
import { MeterbookError, show } from '../errors.js';
import { coreOf } from '../otel/index.js';
import { agentMetrics, instrumentsOf, type RegistryWith } from '../standard/index.js';
import { isPgPool } from './pools/pg-pool.js';
import { type Describe, Descriptions } from './queries/descriptions.js';
import { queryErrorType } from './queries/error-type.js';
import { observeClient, type RecordQuery } from './queries/pg-client.js';
import { observePoolQueries, type PoolEvents } from './queries/pg-pool-queries.js';
import { sharedState } from './shared-state.js';
import type { ObservedQueries, PgClient, PgPool } from './types.js';

/** Options of {@link observeQueries}. */
export interface ObserveQueriesOptions<R> {
  /**
   * Names a query in the place of what was found in its text: called once for each new text, so it
   * must depend on nothing else. Leave a name out, or return `undefined`, where it is not to be
   * recorded. Names should be few: take off what is generated, such as the month of a partition.
   * Where it throws, both names are left out.
   */
  readonly describe?: Describe | undefined;
  /** `db.system.name`, for databases that speak this protocol. Default `postgresql`. */
  readonly system?: string | undefined;
  /** A registry that has `dbClientOperationDuration`. Default `agentMetrics`. */
  readonly registry?: (R & RegistryWith<R, 'dbClientOperationDuration'>) | undefined;
}

/**
 * Observes the queries of a pool or client of `pg`. Records `db.client.operation.duration`, s, from
 * the call of `query` to its result or error, with the command and the table read from the text;
 * `error.type` is the SQLSTATE, or the code of the network's error. The text itself is not recorded.
 *
 * Of a pool, each client is observed, and `pool.query` counts once; where it gets no client, the
 * error does. `query` of these objects is wrapped, and is its own again after `stop()`; results,
 * errors and callbacks are as they were. A query costs one lookup and one record call, about a
 * microsecond; a new text is read once, and 1,000 texts are kept.
 *
 * Observed again in the same registry, this returns the first handle, whose options stay: for a
 * client that a pool has lent, the pool's. In another one it throws `INVALID_SETUP`, as it does for what is no pool or client of `pg`.
 *
 * Source: OpenTelemetry semantic conventions v1.44, "Metric: db.client.operation.duration".
 */
export function observeQueries<R extends object = typeof agentMetrics>(
  target: PgPool | PgClient,
  options: ObserveQueriesOptions<R> = {},
): ObservedQueries {
  const { describe, system = 'postgresql', registry: given } = options ?? {};
  checkOptions(target, describe, system);
  const registry: unknown = given ?? agentMetrics;
  const names = ['dbClientOperationDuration'] as const;
  const { dbClientOperationDuration } = instrumentsOf(registry, names, 'observeQueries()');
  const core = coreOf(registry);
  const { queries } = sharedState();
  const known = queries.get(target);
  if (known?.core === core) return known.handle;
  if (known !== undefined) {
    throw new MeterbookError('INVALID_SETUP', {
      cause: 'observeQueries() was given what is observed in another registry already.',
      fix: 'Observe it once, or call stop() on the first handle before.',
    });
  }

  let isOpen = true;
  const record: RecordQuery = (attributes, millis, error) => {
    if (!isOpen) return;
    try {
      const seconds = millis / 1_000;
      if (error === undefined) dbClientOperationDuration.record(seconds, attributes);
      else {
        const failed = { ...attributes, [ATTR_ERROR_TYPE]: queryErrorType(error) };
        dbClientOperationDuration.record(seconds, failed);
      }
    } catch {
      // A registry that is strict refused it: the query goes on.
    }
  };
  const descriptions = new Descriptions(system, describe);
  const observeLent = (client: object): (() => void) => {
    // One that is observed by itself counts there.
    if (queries.has(client)) return () => undefined;
    const end = observeClient(client, descriptions, record);
    queries.set(client, { handle, core });
    return () => {
      queries.delete(client);
      end();
    };
  };
  const stopObserving = isPgPool(target)
    ? observePoolQueries(target as PoolEvents, descriptions, record, observeLent)
    : observeClient(target, descriptions, record);
  const stop = (): void => {
    if (!isOpen) return;
    isOpen = false;
    queries.delete(target);
    stopObserving();
  };
  const handle: ObservedQueries = Object.freeze({ stop, [Symbol.dispose]: stop });
  queries.set(target, { handle, core });
  return handle;
}

function checkOptions(target: unknown, describe: unknown, system: unknown): void {
  const refuse = (cause: string, fix: string): never => {
    throw new MeterbookError('INVALID_SETUP', { cause: `observeQueries() ${cause}`, fix });
  };
  if (!isObject(target) || !(isPgPool(target) || isPgClient(target))) {
    refuse(
      `was given ${show(target)}, which is no pool or client of pg.`,
      'Pass a Pool or a Client of pg; record others with recordDatabaseOperation().',
    );
  }
  if (describe !== undefined && typeof describe !== 'function') {
    refuse(`was given ${show(describe)} as describe.`, 'Pass a function, or leave it out.');
  }
  if (typeof system !== 'string' || system === '') {
    refuse(`was given the system ${show(system)}.`, 'Pass a name such as "cockroachdb".');
  }
}

function isPgClient(target: object): boolean {
  const { query, connect, escapeIdentifier } = target as Record<string, unknown>;
  return [query, connect, escapeIdentifier].every((method) => typeof method === 'function');
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
