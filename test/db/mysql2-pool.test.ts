import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import mysql, { type Pool, type PoolConnection, type PoolOptions } from 'mysql2';
import { createPool as createPromisePool } from 'mysql2/promise';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { agentMetrics } from '../../src/agent/index.js';
import { observePool } from '../../src/db/index.js';
import { testRegistry } from '../../src/testing/index.js';
import { counts, levels, name } from './support/figures.js';
import { type MysqlServer, startMysqlServer } from './support/mysql-server.js';

let server: MysqlServer;
let ends: (() => unknown)[] = [];

beforeEach(async () => {
  server = await startMysqlServer();
});

afterEach(async () => {
  for (const end of ends.reverse()) await end();
  ends = [];
  await server.stop();
});

function optionsOf(options: PoolOptions): PoolOptions {
  return { host: '127.0.0.1', port: server.port, user: 'test', connectionLimit: 2, ...options };
}

function setUp(options: PoolOptions = {}) {
  const pool = mysql.createPool(optionsOf(options));
  ends.push(() => new Promise((resolve) => pool.end(resolve)));
  const metrics = testRegistry(agentMetrics);
  const observed = observePool(pool, { name: 'main', registry: metrics });
  return { pool, metrics, observed };
}

function connect(pool: Pool): Promise<PoolConnection> {
  return new Promise((resolve, reject) => {
    pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection)));
  });
}

function ask(pool: Pool): Promise<unknown> {
  return new Promise((resolve, reject) => {
    pool.query('SELECT 1', (error, rows) => (error ? reject(error) : resolve(rows)));
  });
}

describe('a pool of mysql2', () => {
  it('has its levels reported as they are at each collection', async () => {
    const { pool, metrics } = setUp({ maxIdle: 1 });
    expect(await levels(metrics)).toEqual({ idle: 0, used: 0, pending: 0, max: 2 });
    const connections = [await connect(pool), await connect(pool)];
    const third = connect(pool);
    expect(await levels(metrics)).toEqual({ idle: 0, used: 2, pending: 1, max: 2 });
    expect(await metrics.dbClientConnectionIdleMax.read(name)).toBe(1);
    connections[0]?.release();
    (await third).release();
    connections[1]?.destroy();
    expect(await levels(metrics)).toEqual({ idle: 1, used: 0, pending: 0, max: 2 });
    expect(await counts(metrics)).toEqual({ waits: 3, uses: 3, creations: 2, timeouts: 0 });
  });

  it('has no most where there is no limit', async () => {
    const { metrics } = setUp({ connectionLimit: 0 });
    expect(await levels(metrics)).toEqual({ idle: 0, used: 0, pending: 0, max: undefined });
  });

  it('counts each query of the pool once, of its promises too', async () => {
    const { pool, metrics } = setUp();
    await Promise.all(Array.from({ length: 10 }, () => ask(pool)));
    await vi.waitFor(async () =>
      expect(await counts(metrics)).toEqual({ waits: 10, uses: 10, creations: 2, timeouts: 0 }),
    );
    const connection = await pool.promise().getConnection();
    connection.release();
    expect(await counts(metrics)).toMatchObject({ waits: 11, uses: 11 });
  });

  it('is the same pool behind its promises', async () => {
    const { pool, metrics, observed } = setUp();
    expect(observePool(pool.promise(), { name: 'main', registry: metrics })).toBe(observed);
    const other = createPromisePool(optionsOf({}));
    ends.push(() => other.end());
    observePool(other, { name: 'other', registry: metrics });
    await other.query('SELECT 1');
    await vi.waitFor(async () =>
      expect(await levels(metrics, 'other')).toMatchObject({ idle: 1, used: 0, max: 2 }),
    );
    expect(await levels(metrics)).toMatchObject({ idle: 0, used: 0 });
  });

  it('counts a wait once whose connection was lost on the way', async () => {
    const { pool, metrics } = setUp({ connectionLimit: 1 });
    const first = await connect(pool);
    const second = connect(pool);
    first.destroy();
    (await second).release();
    expect(await counts(metrics)).toEqual({ waits: 2, uses: 2, creations: 2, timeouts: 0 });
  });

  it('takes a full queue for no timeout, and a connection that is not opened in time for one', async () => {
    const { pool, metrics } = setUp({ connectionLimit: 1, queueLimit: 1 });
    const first = await connect(pool);
    const second = connect(pool);
    await expect(connect(pool)).rejects.toThrow('Queue limit reached.');
    expect(await counts(metrics)).toMatchObject({ waits: 1, timeouts: 0 });
    first.release();
    (await second).release();

    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    ends.push(() => new Promise((resolve) => silent.close(resolve)));
    const { port } = silent.address() as AddressInfo;
    const slow = setUp({ port, connectTimeout: 40 });
    await expect(connect(slow.pool)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    expect(await counts(slow.metrics)).toMatchObject({ waits: 0, timeouts: 1 });
    await vi.waitFor(async () => expect(await levels(slow.metrics)).toMatchObject({ used: 0 }));
  });

  it('reports 0 once it is closed, without being told', async () => {
    const { pool, metrics } = setUp();
    await connect(pool);
    expect(await levels(metrics)).toMatchObject({ used: 1 });
    await new Promise((resolve) => pool.end(resolve));
    expect(await levels(metrics)).toEqual({ idle: 0, used: 0, pending: 0, max: 0 });
    expect(Object.hasOwn(pool, 'getConnection')).toBe(false);
  });

  it('has its methods back after stop()', () => {
    const { pool, observed } = setUp();
    const { getConnection } = Object.getPrototypeOf(pool) as Pool;
    expect(pool.getConnection).not.toBe(getConnection);
    observed.stop();
    observed.stop();
    expect(pool.getConnection).toBe(getConnection);
    expect(pool.listenerCount('connection')).toBe(0);
  });
});
