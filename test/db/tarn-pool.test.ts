import knex from 'knex';
import { Pool } from 'tarn';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { agentMetrics } from '../../src/agent/index.js';
import { observePool } from '../../src/db/index.js';
import { testRegistry } from '../../src/testing/index.js';
import { counts, levels, name } from './support/figures.js';
import { gate } from './support/gate.js';
import { startPgServer } from './support/pg-server.js';

let ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.reverse()) await end();
  ends = [];
});

type Options = ConstructorParameters<typeof Pool<object>>[0];

function setUp(options: Partial<Options> = {}) {
  const pool = new Pool<object>({
    create: async () => ({}),
    destroy: () => undefined,
    min: 0,
    max: 2,
    ...options,
  });
  ends.push(() => pool.destroy());
  const metrics = testRegistry(agentMetrics);
  const observed = observePool(pool, { name: 'main', registry: metrics });
  return { pool, metrics, observed };
}

describe('a pool of tarn', () => {
  it('has its levels reported as they are at each collection', async () => {
    const { pool, metrics } = setUp({ min: 1 });
    const resources = [await pool.acquire().promise, await pool.acquire().promise];
    const third = pool.acquire().promise;
    expect(await levels(metrics)).toEqual({ idle: 0, used: 2, pending: 1, max: 2 });
    expect(await metrics.dbClientConnectionIdleMin.read(name)).toBe(1);
    for (const resource of resources) pool.release(resource);
    pool.release(await third);
    expect(await levels(metrics)).toEqual({ idle: 2, used: 0, pending: 0, max: 2 });
    expect(await counts(metrics)).toEqual({ waits: 3, uses: 3, creations: 2, timeouts: 0 });
  });

  it('measures waiting, using and opening in seconds', async () => {
    const created = gate();
    const { pool, metrics } = setUp({ create: async () => created.pass().then(() => ({})) });
    const start = performance.now();
    setTimeout(created.open, 50);
    const resource = await pool.acquire().promise;
    const opened = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 30));
    pool.release(resource);
    const end = performance.now();
    const creation = await metrics.dbClientConnectionCreateTime.read(name);
    const wait = await metrics.dbClientConnectionWaitTime.read(name);
    const use = await metrics.dbClientConnectionUseTime.read(name);
    expect(Math.abs((creation?.sum ?? 0) - (opened - start) / 1_000)).toBeLessThan(0.02);
    expect(Math.abs((wait?.sum ?? 0) - (opened - start) / 1_000)).toBeLessThan(0.02);
    expect(Math.abs((use?.sum ?? 0) - (end - opened) / 1_000)).toBeLessThan(0.02);
  });

  it('counts who waited too long, and nobody who was refused for another reason', async () => {
    const { pool, metrics } = setUp({ max: 1, acquireTimeoutMillis: 30 });
    const resource = await pool.acquire().promise;
    await expect(pool.acquire().promise).rejects.toThrow();
    const aborted = pool.acquire();
    aborted.abort();
    await expect(aborted.promise).rejects.toThrow('aborted');
    expect(await counts(metrics)).toMatchObject({ waits: 1, timeouts: 1 });
    pool.release(resource);
    const failing = setUp({
      create: () => Promise.reject(new Error('no database')),
      propagateCreateError: true,
    });
    await expect(failing.pool.acquire().promise).rejects.toThrow('no database');
    expect(await counts(failing.metrics)).toEqual({ waits: 0, uses: 0, creations: 0, timeouts: 0 });
    expect(await levels(failing.metrics)).toMatchObject({ idle: 0, used: 0 });
  });

  it('reports 0 once it is closed, and what is lent until then', async () => {
    const { pool, metrics } = setUp();
    const resource = await pool.acquire().promise;
    const destroyed = pool.destroy();
    expect(await levels(metrics)).toMatchObject({ used: 1, max: 2 });
    pool.release(resource);
    await destroyed;
    expect(await levels(metrics)).toEqual({ idle: 0, used: 0, pending: 0, max: 0 });
  });

  it('is left without listeners after stop()', async () => {
    const { pool, metrics, observed } = setUp();
    const resource = await pool.acquire().promise;
    observed.stop();
    pool.release(resource);
    await pool.acquire().promise.then((again) => pool.release(again));
    expect(await counts(metrics)).toEqual({ waits: 1, uses: 0, creations: 1, timeouts: 0 });
    const { emitter } = pool as unknown as { emitter: { eventNames(): unknown[] } };
    expect(emitter.eventNames()).toEqual([]);
  });
});

describe('Knex', () => {
  it('is observed by its pool', async () => {
    const server = await startPgServer();
    const db = knex({
      client: 'pg',
      // It asks the server otherwise, in a connection's first query.
      version: '15.0',
      connection: { host: '127.0.0.1', port: server.port, user: 'test' },
      pool: { min: 0, max: 2 },
    });
    ends.push(
      () => server.stop(),
      () => db.destroy(),
    );
    const metrics = testRegistry(agentMetrics);
    const observed = observePool(db, { name: 'main', registry: metrics });
    expect(observePool(db.client.pool, { name: 'main', registry: metrics })).toBe(observed);
    await Promise.all(Array.from({ length: 10 }, () => db.raw('SELECT 1')));
    await vi.waitFor(async () =>
      expect(await counts(metrics)).toEqual({ waits: 10, uses: 10, creations: 2, timeouts: 0 }),
    );
    expect(await levels(metrics)).toEqual({ idle: 2, used: 0, pending: 0, max: 2 });
    await db.destroy();
    expect(await levels(metrics)).toEqual({ idle: 0, used: 0, pending: 0, max: 0 });
  });
});
