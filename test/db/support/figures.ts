import type { agentMetrics } from '../../../src/agent/index.js';
import type { TestRegistry } from '../../../src/testing/index.js';

/** The attributes of the pool that the tests call "main". */
export const name = { 'db.client.connection.pool.name': 'main' } as const;

type Metrics = TestRegistry<typeof agentMetrics>;

/** The levels of the pool as they are collected now. */
export async function levels(metrics: Metrics, pool = 'main') {
  const attributes = { 'db.client.connection.pool.name': pool } as const;
  const open = (state: 'idle' | 'used') =>
    metrics.dbClientConnectionCount.read({ ...attributes, 'db.client.connection.state': state });
  return {
    idle: await open('idle'),
    used: await open('used'),
    pending: await metrics.dbClientConnectionPendingRequests.read(attributes),
    max: await metrics.dbClientConnectionMax.read(attributes),
  };
}

/** How often each thing has happened to the pool. */
export async function counts(metrics: Metrics) {
  return {
    waits: (await metrics.dbClientConnectionWaitTime.read(name))?.count ?? 0,
    uses: (await metrics.dbClientConnectionUseTime.read(name))?.count ?? 0,
    creations: (await metrics.dbClientConnectionCreateTime.read(name))?.count ?? 0,
    timeouts: (await metrics.dbClientConnectionTimeouts.read(name)) ?? 0,
  };
}
