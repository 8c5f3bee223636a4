import {
  ATTR_DB_COLLECTION_NAME,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_SYSTEM_NAME,
  METRIC_DB_CLIENT_OPERATION_DURATION,
} from '@opentelemetry/semantic-conventions';
import { attr, buckets, counter, histogram, observableUpDownCounter } from '../declare/index.js';
import { errorAttribute } from './attributes.js';
import {
  ATTR_DB_CLIENT_CONNECTION_POOL_NAME,
  ATTR_DB_CLIENT_CONNECTION_STATE,
  METRIC_DB_CLIENT_CONNECTION_COUNT,
  METRIC_DB_CLIENT_CONNECTION_CREATE_TIME,
  METRIC_DB_CLIENT_CONNECTION_IDLE_MAX,
  METRIC_DB_CLIENT_CONNECTION_IDLE_MIN,
  METRIC_DB_CLIENT_CONNECTION_MAX,
  METRIC_DB_CLIENT_CONNECTION_PENDING_REQUESTS,
  METRIC_DB_CLIENT_CONNECTION_TIMEOUTS,
  METRIC_DB_CLIENT_CONNECTION_USE_TIME,
  METRIC_DB_CLIENT_CONNECTION_WAIT_TIME,
} from './names.js';

/** Pools are opened by hand: 20 are more than a process has. */
const pool = { [ATTR_DB_CLIENT_CONNECTION_POOL_NAME]: attr.string({ maxValues: 20 }) } as const;

/** Connection times, s: ours, since the convention names none. From an idle pool to a stuck one. */
const connectionBuckets = buckets.explicit([
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
]);

/**
 * Operations on databases, and the pools of connections to them. A pool serves everybody, so these
 * carry no context attributes.
 *
 * Levels of pools are observed: the pool itself is asked at each collection. Sums of changes would
 * drift, since no driver tells of every change, and would be wrong for a pool found already at work.
 *
 * Source: database metrics v1.44, "Database operation" (stable) and "Connection pools"
 * (Development).
 */
export const databaseInstruments = {
  dbClientOperationDuration: histogram({
    name: METRIC_DB_CLIENT_OPERATION_DURATION,
    description: 'From sending an operation to a database to its result, or to the error instead.',
    unit: 's',
    buckets: buckets.presets.db,
    attributes: {
      [ATTR_DB_SYSTEM_NAME]: attr.string({ maxValues: 20 }),
      // Commands such as SELECT, of which a database has few; collections are those of the schema.
      [ATTR_DB_OPERATION_NAME]: attr.string({ maxValues: 50 }).optional(),
      [ATTR_DB_COLLECTION_NAME]: attr.string({ maxValues: 200 }).optional(),
      ...errorAttribute,
    },
  }),
  dbClientConnectionCount: observableUpDownCounter({
    name: METRIC_DB_CLIENT_CONNECTION_COUNT,
    description: 'Connections that are open now, by whether they are in use.',
    unit: '{connection}',
    attributes: { ...pool, [ATTR_DB_CLIENT_CONNECTION_STATE]: attr.oneOf('idle', 'used') },
  }),
  dbClientConnectionMax: observableUpDownCounter({
    name: METRIC_DB_CLIENT_CONNECTION_MAX,
    description: 'Most connections that the pool may open.',
    unit: '{connection}',
    attributes: pool,
  }),
  dbClientConnectionIdleMax: observableUpDownCounter({
    name: METRIC_DB_CLIENT_CONNECTION_IDLE_MAX,
    description: 'Most idle connections that the pool may keep open.',
    unit: '{connection}',
    attributes: pool,
  }),
  dbClientConnectionIdleMin: observableUpDownCounter({
    name: METRIC_DB_CLIENT_CONNECTION_IDLE_MIN,
    description: 'Fewest idle connections that the pool keeps open.',
    unit: '{connection}',
    attributes: pool,
  }),
  dbClientConnectionPendingRequests: observableUpDownCounter({
    name: METRIC_DB_CLIENT_CONNECTION_PENDING_REQUESTS,
    description: 'Requests that wait for a connection now.',
    unit: '{request}',
    attributes: pool,
  }),
  dbClientConnectionTimeouts: counter({
    name: METRIC_DB_CLIENT_CONNECTION_TIMEOUTS,
    description: 'Requests that waited for a connection longer than the pool allows.',
    unit: '{timeout}',
    attributes: pool,
  }),
  dbClientConnectionCreateTime: histogram({
    name: METRIC_DB_CLIENT_CONNECTION_CREATE_TIME,
    description: 'From starting to open a connection to its being ready.',
    unit: 's',
    buckets: connectionBuckets,
    attributes: pool,
  }),
  dbClientConnectionWaitTime: histogram({
    name: METRIC_DB_CLIENT_CONNECTION_WAIT_TIME,
    description: 'From asking the pool for a connection to getting it.',
    unit: 's',
    buckets: connectionBuckets,
    attributes: pool,
  }),
  dbClientConnectionUseTime: histogram({
    name: METRIC_DB_CLIENT_CONNECTION_USE_TIME,
    description: 'From getting a connection from the pool to giving it back.',
    unit: 's',
    buckets: connectionBuckets,
    attributes: pool,
  }),
} as const;
