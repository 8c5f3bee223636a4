import { AsyncLocalStorage } from 'node:async_hooks';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { agentMetrics } from '../../src/agent/index.js';
import { observePool } from '../../src/db/index.js';
import { testRegistry } from '../../src/testing/index.js';
import { counts, levels, name } from './support/figures.js';
import { gate } from './support/gate.js';
import { type PgServer, startPgServer } from './support/pg-server.js';

let server: PgServer;
let ends: (() => unknown)[] = [];

beforeEach(async () => {
  server = await startPgServer();
});

afterEach(async () => {
  for (const end of ends.reverse()) await end();
  ends = [];
  await server.stop();
});

function makePool(options: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({
    host: '127.0.0.1',
    port: server.port,
    user: 'test',
    max: 2,
    ...options,
  });
  pool.on('error', () => undefined);
  ends.push(() => (pool.ended || pool.ending ? undefined : pool.end()));
  return pool;
}

function setUp(options: pg.PoolConfig = {}) {
  const pool = makePool(options);
  const metrics = testRegistry(agentMetrics);
  const observed = observePool(pool, { name: 'main', registry: metrics });
  return { pool, metrics, observed };
}

describe('a pool of pg', () => {
  it('has its levels reported as they are at each collection', async () => {
    const { pool, metrics } = setUp({ min: 1 });
    expect(await levels(metrics)).toEqual({ idle: 0, used: 0, pending: 0, max: 2 });
    const clients = [await pool.connect(), await pool.connect()];
    const third = pool.connect();
    expect(await levels(metrics)).toEqual({ idle: 0, used: 2, pending: 1, max: 2 });
    expect(await metrics.dbClientConnectionIdleMin.read(name)).toBe(1);
    expect(await metrics.dbClientConnectionIdleMax.readAll()).toEqual([]);
    clients[0]?.release();
    (await third).release();
    clients[1]?.release(new Error('not to be used again'));
    expect(await levels(metrics)).toEqual({ idle: 1, used: 0, pending: 0, max: 2 });
  });

  it('is found at work: what was lent before is seen', async () => {
    const pool = makePool();
    const client = await pool.connect();
    const metrics = testRegistry(agentMetrics);
    observePool(pool, { name: 'main', registry: metrics });
    expect(await levels(metrics)).toMatchObject({ idle: 0, used: 1 });
    client.release();
    expect(await levels(metrics)).toMatchObject({ idle: 1, used: 0 });
    expect(await counts(metrics)).toMatchObject({ waits: 0, uses: 0 });
  });

  it.each(['promise', 'callback', 'query'])('counts each request once: %s', async (form) => {
    const { pool, metrics } = setUp();
    const use = async (): Promise<void> => {
      if (form === 'query') await pool.query('SELECT 1');
      else if (form === 'promise') (await pool.connect()).release();
      else
        await new Promise<void>((resolve, reject) =>
          pool.connect((error, _client, release) => {
            release();
            if (error) reject(error);
            else resolve();
          }),
        );
    };
    await Promise.all(Array.from({ length: 10 }, use));
    expect(await counts(metrics)).toEqual({ waits: 10, uses: 10, creations: 2, timeouts: 0 });
  });

  it('measures waiting, using and opening in seconds', async () => {
    const admitted = gate();
    server.admit = admitted.pass;
    const { pool, metrics } = setUp({ max: 1 });
    const start = performance.now();
    const first = pool.connect();
    const second = pool.connect();
    await vi.waitFor(() => expect(server.open).toBe(1));
    setTimeout(admitted.open, 50);
    const client = await first;
    const opened = performance.now();
    setTimeout(() => client.release(), 60);
    (await second).release();
    const end = performance.now();
    const creation = await metrics.dbClientConnectionCreateTime.read(name);
    const wait = await metrics.dbClientConnectionWaitTime.read(name);
    const use = await metrics.dbClientConnectionUseTime.read(name);
    const within = 0.02;
    expect(Math.abs((creation?.sum ?? 0) - (opened - start) / 1_000)).toBeLessThan(within);
    expect(Math.abs((wait?.min ?? 0) - (opened - start) / 1_000)).toBeLessThan(within);
    expect(Math.abs((wait?.max ?? 0) - (end - start) / 1_000)).toBeLessThan(within);
    expect(Math.abs((use?.max ?? 0) - (end - opened) / 1_000)).toBeLessThan(within);
  });

  it('counts who waited too long, in the queue and for a connection being opened', async () => {
    const { pool, metrics } = setUp({ max: 1, connectionTimeoutMillis: 40 });
    const client = await pool.connect();
    await expect(pool.connect()).rejects.toThrow('timeout exceeded when trying to connect');
    await expect(pool.query('SELECT 1')).rejects.toThrow('timeout exceeded');
    client.release(true);
    const admitted = gate();
    server.admit = admitted.pass;
    await expect(pool.connect()).rejects.toThrow('connection timeout');
    admitted.open();
    expect(await counts(metrics)).toEqual({ waits: 1, uses: 1, creations: 1, timeouts: 3 });
    expect(await levels(metrics)).toMatchObject({ idle: 0, used: 0, pending: 0 });
  });

  it('takes a refused connection for no timeout and no wait', async () => {
    const { pool, metrics } = setUp();
    await server.stop();
    await expect(pool.connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await counts(metrics)).toEqual({ waits: 0, uses: 0, creations: 0, timeouts: 0 });
    expect(await levels(metrics)).toMatchObject({ idle: 0, used: 0 });
  });

  it('reports 0 once it is closed, without being told', async () => {
    const { pool, metrics } = setUp();
    await pool.query('SELECT 1');
    expect(await levels(metrics)).toEqual({ idle: 1, used: 0, pending: 0, max: 2 });
    await pool.end();
    expect(await levels(metrics)).toEqual({ idle: 0, used: 0, pending: 0, max: 0 });
    expect(Object.hasOwn(pool, 'connect')).toBe(false);
  });

  it('keeps what the application sees', async () => {
    const { pool, metrics, observed } = setUp();
    const storage = new AsyncLocalStorage<string>();
    const seen = await storage.run('request', async () => {
      const client = await pool.connect();
      const before = storage.getStore();
      client.release();
      return before;
    });
    expect(seen).toBe('request');
    const args = await new Promise<unknown[]>((resolve) => {
      pool.connect((...all: unknown[]) => {
        (all[2] as () => void)();
        resolve(all);
      });
    });
    expect(args).toEqual([undefined, expect.any(pg.Client), expect.any(Function)]);
    expect(pool.connect()).toBeInstanceOf(Promise);
    expect(Object.keys(pool)).not.toContain('connect');
    observed.stop();
    expect(Object.hasOwn(pool, 'connect')).toBe(false);
    expect((pool as unknown as { Client: unknown }).Client).toBe(makeClientClass());
    expect(pool.listenerCount('release') + pool.listenerCount('connect')).toBe(0);
    // What was lent while it was observed is no more recorded.
    const { uses } = await counts(metrics);
    expect(uses).toBe(2);
  });

  it('leaves a rejection that nobody handles unhandled', async () => {
    const { pool } = setUp();
    await server.stop();
    const unhandled = vi.fn();
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', unhandled);
    try {
      void pool.connect();
      await vi.waitFor(() => expect(unhandled).toHaveBeenCalledOnce());
    } finally {
      process.removeAllListeners('unhandledRejection');
      for (const listener of others) process.on('unhandledRejection', listener);
    }
  });

  it('works with a class of clients and of promises of its own', async () => {
    class OwnClient extends pg.Client {}
    class OwnPromise<T> extends Promise<T> {}
    const options = { Client: OwnClient, Promise: OwnPromise } as unknown as pg.PoolConfig;
    const { pool, metrics } = setUp(options);
    const asked = pool.connect();
    expect(asked).toBeInstanceOf(OwnPromise);
    const client = await asked;
    expect(client).toBeInstanceOf(OwnClient);
    client.release();
    expect((await counts(metrics)).creations).toBe(1);
  });
});

/** The class of clients that a pool has by itself. */
function makeClientClass(): unknown {
  return (makePool() as unknown as { Client: unknown }).Client;
}
