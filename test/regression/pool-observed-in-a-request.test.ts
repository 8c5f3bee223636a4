import { describe, expect, it } from 'vitest';
import { agentInstruments } from '../../src/agent/index.js';
import { observePool } from '../../src/db/index.js';
import { attr, withAttributes } from '../../src/index.js';
import { pointsOf } from '../support/collected.js';
import { openRegistry } from '../support/open-registry.js';

/**
 * A pool that the first request makes and observes took the context attributes of that request, and
 * kept them: waits and uses of every later one were counted for the first.
 */
describe('a pool that is observed within a request', () => {
  /** The standard instrument, told apart by organization as well. */
  function byOrganization<D extends { readonly attributes: object }>(declaration: D) {
    const organization = attr.string().fromContext().optional();
    const attributes = { ...declaration.attributes, 'organization.id': organization };
    return { ...declaration, attributes };
  }

  it('records nothing of that request with what comes later', async () => {
    const { metrics } = openRegistry({
      ...agentInstruments,
      dbClientConnectionWaitTime: byOrganization(agentInstruments.dbClientConnectionWaitTime),
      dbClientConnectionUseTime: byOrganization(agentInstruments.dbClientConnectionUseTime),
      dbClientConnectionCreateTime: byOrganization(agentInstruments.dbClientConnectionCreateTime),
      dbClientConnectionTimeouts: byOrganization(agentInstruments.dbClientConnectionTimeouts),
    });
    const pool = { levels: () => ({ idle: 1, used: 0 }) };
    const handle = withAttributes({ 'organization.id': 'first' }, () =>
      observePool(pool, { name: 'main', registry: metrics }),
    );
    const producer = metrics.producer();
    for (const organization of ['first', 'second']) {
      withAttributes({ 'organization.id': organization }, () => {
        handle.recordWait({ seconds: 1 });
        handle.recordUse({ seconds: 1 });
        handle.recordCreation({ seconds: 1 });
        handle.recordTimeout();
      });
    }
    const main = { 'db.client.connection.pool.name': 'main' };
    for (const name of ['wait_time', 'use_time', 'create_time', 'timeouts']) {
      const points = await pointsOf(producer, `db.client.connection.${name}`);
      expect(points.map(({ attributes }) => attributes)).toEqual([main]);
    }
    handle.stop();
  });
});
