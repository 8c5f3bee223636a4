import { AsyncLocalStorage } from 'node:async_hooks';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { agentMetrics } from '../../src/agent/index.js';
import { type ObserveQueriesOptions, observePool, observeQueries } from '../../src/db/index.js';
import { MeterbookError } from '../../src/index.js';
import { testRegistry } from '../../src/testing/index.js';
import { throwingGetter, untyped } from '../support/hostile.js';
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

type Options = ObserveQueriesOptions<typeof agentMetrics>;

function setUp(options: Options & { readonly pool?: pg.PoolConfig } = {}) {
  const { pool: config, ...rest } = options;
  const pool = new pg.Pool({
    host: '127.0.0.1',
    port: server.port,
    user: 'test',
    max: 2,
    ...config,
  });
  pool.on('error', () => undefined);
  ends.push(() => (pool.ending ? undefined : pool.end()));
  const metrics = testRegistry(agentMetrics);
  const observed = observeQueries(pool, { registry: metrics, ...rest });
  return { pool, metrics, observed };
}

/** What was recorded: `SELECT users 23505` and how often. */
async function recorded({ metrics }: Pick<ReturnType<typeof setUp>, 'metrics'>) {
  const series = await metrics.dbClientOperationDuration.readAll();
  return Object.fromEntries(
    series.map(({ attributes, value }) => {
      expect(attributes['db.system.name']).toBe('postgresql');
      const { 'db.operation.name': operation, 'db.collection.name': collection } = attributes;
      const parts = [operation, collection, attributes['error.type']];
      return [parts.map((part) => part ?? '-').join(' '), value.count];
    }),
  );
}

const TEXT = 'SELECT value FROM users WHERE id = $1';

describe('observeQueries', () => {
  it('counts each form of a query once, and changes no result', async () => {
    const test = setUp();
    const { pool } = test;
    const client = await pool.connect();
    for (const target of [pool, client]) {
      const byCallback = (...args: unknown[]) =>
        new Promise((resolve, reject) => {
          const callback = (error: unknown, result: unknown) =>
            error ? reject(error) : resolve(result);
          Reflect.apply(target.query, target, [...args, callback]);
        });
      const results = [
        await target.query('SELECT value FROM users'),
        await target.query(TEXT, [1]),
        await target.query({ text: TEXT, values: [1] }),
        await target.query({ name: 'one', text: TEXT, values: [1] }),
        await target.query({ name: 'one', text: TEXT, values: [2] }),
        await byCallback('SELECT value FROM users'),
        await byCallback(TEXT, [1]),
        await byCallback({ text: TEXT, values: [1] }),
        await byCallback({ text: TEXT }, [1]),
      ];
      for (const result of results) expect(result).toMatchObject({ rows: [{ value: '1' }] });
    }
    client.release();
    expect(await recorded(test)).toEqual({ 'SELECT users -': 18 });
    expect(server.queries).toHaveLength(18);
  });

  it('counts a callback in the object, and leaves the object as it was', async () => {
    const test = setUp();
    const client = await test.pool.connect();
    const callback = vi.fn();
    const query = { text: TEXT, values: [1], callback };
    for (const times of [1, 2]) {
      client.query(query as pg.QueryConfig);
      expect(query.callback).toBe(callback);
      await vi.waitFor(() => expect(callback).toHaveBeenCalledTimes(times));
    }
    client.release();
    expect(await recorded(test)).toEqual({ 'SELECT users -': 2 });
  });

  it('counts what submits itself, from its start to its end', async () => {
    const test = setUp();
    const client = await test.pool.connect();
    server.answer = () => ({ rows: ['1', '2', '3'] });
    const rows: unknown[] = [];
    // In pages of two rows, as a cursor does.
    const query = new pg.Query(untyped<pg.QueryConfig>({ text: TEXT, values: [1], rows: 2 }));
    query.on('row', (row) => rows.push(row));
    expect(client.query(query)).toBe(query);
    await new Promise((resolve) => query.on('end', resolve));
    expect(rows).toEqual([{ value: '1' }, { value: '2' }, { value: '3' }]);
    expect(Object.keys(query)).not.toContain('handleReadyForQuery');

    server.answer = () => ({ error: '57014' });
    const failing = client.query(new pg.Query('SELECT value FROM users'));
    await new Promise((resolve) => failing.on('error', resolve));
    const called = vi.fn();
    server.answer = () => ({ rows: [] });
    const withCallback = new pg.Query('SELECT value FROM users');
    client.query(untyped<string>(withCallback), called);
    await vi.waitFor(() => expect(called).toHaveBeenCalledOnce());
    client.release();
    expect(await recorded(test)).toEqual({ 'SELECT users -': 2, 'SELECT users 57014': 1 });
  });

  it('finds the text of a stream in its cursor', async () => {
    const test = setUp();
    const client = await test.pool.connect();
    const cursor = new pg.Query('SELECT value FROM users');
    const ended = new Promise((resolve) => cursor.on('end', resolve));
    // As pg-query-stream does it: the methods of the cursor, bound to it.
    const methods = 'submit handleRowDescription handleDataRow handleCommandComplete';
    const stream: Record<string, unknown> = { cursor };
    for (const name of [...methods.split(' '), 'handleReadyForQuery', 'handleError']) {
      const method: unknown = Reflect.get(cursor, name);
      if (typeof method === 'function') stream[name] = method.bind(cursor);
    }
    client.query(untyped<string>(stream));
    await ended;
    client.release();
    expect(await recorded(test)).toEqual({ 'SELECT users -': 1 });
  });

  it('observes a client by itself, and not again in a pool', async () => {
    const client = new pg.Client({ host: '127.0.0.1', port: server.port, user: 'test' });
    ends.push(() => client.end());
    await client.connect();
    const metrics = testRegistry(agentMetrics);
    const observed = observeQueries(client, { registry: metrics });
    await client.query(TEXT, [1]);
    expect(observeQueries(client, { registry: metrics })).toBe(observed);
    observed.stop();
    observed.stop();
    await client.query(TEXT, [1]);
    expect(await recorded({ metrics })).toEqual({ 'SELECT users -': 1 });
    expect(Object.hasOwn(client, 'query')).toBe(false);

    const test = setUp();
    const lent = await test.pool.connect();
    const first = testRegistry(agentMetrics);
    lent.release();
    test.observed.stop();
    const own = observeQueries(lent, { registry: first });
    observeQueries(test.pool, { registry: test.metrics });
    await test.pool.query(TEXT, [1]);
    expect(await recorded({ metrics: first })).toEqual({ 'SELECT users -': 1 });
    expect(await recorded(test)).toEqual({});
    own.stop();
  });

  it('observes a client of an observed pool once', async () => {
    const test = setUp();
    const client = await test.pool.connect();
    expect(observeQueries(client, { registry: test.metrics })).toBe(test.observed);
    await client.query(TEXT, [1]);
    client.release();
    expect(await recorded(test)).toEqual({ 'SELECT users -': 1 });
    test.observed.stop();
    expect(observeQueries(client, { registry: test.metrics })).not.toBe(test.observed);
  });

  it('measures from the call to the result, in seconds', async () => {
    const { pool, metrics } = setUp();
    await pool.query('SELECT 1');
    const answered = gate();
    server.answer = async () => answered.pass().then(() => ({ rows: ['1'] }));
    const start = performance.now();
    const result = pool.query('DELETE FROM users');
    setTimeout(answered.open, 60);
    await result;
    const elapsed = (performance.now() - start) / 1_000;
    const read = await metrics.dbClientOperationDuration.read({
      'db.system.name': 'postgresql',
      'db.operation.name': 'DELETE',
      'db.collection.name': 'users',
    });
    expect(Math.abs((read?.sum ?? 0) - elapsed)).toBeLessThan(0.02);
  });

  it('tells errors by their code, and the application gets them as they are', async () => {
    const test = setUp();
    server.answer = () => ({ error: '23505', message: 'duplicate key: secret' });
    const refusal = { code: '23505', message: 'duplicate key: secret' };
    const text = 'INSERT INTO users VALUES ($1)';
    await expect(test.pool.query(text, [1])).rejects.toMatchObject(refusal);
    const args = await new Promise<unknown[]>((resolve) => {
      test.pool.query(text, [1], (...all) => resolve(all));
    });
    expect(args[0]).toMatchObject(refusal);
    server.answer = () => 'cut';
    await expect(test.pool.query(text, [1])).rejects.toThrow('Connection terminated');
    expect(await recorded(test)).toEqual({
      'INSERT users 23505': 2,
      'INSERT users connection_terminated': 1,
    });
  });

  it('counts a query of the pool that gets no connection, once', async () => {
    const test = setUp({ pool: { max: 1, connectionTimeoutMillis: 40 } });
    const client = await test.pool.connect();
    await expect(test.pool.query(TEXT, [1])).rejects.toThrow('timeout exceeded');
    await expect(test.pool.connect()).rejects.toThrow('timeout exceeded');
    client.release(true);
    await server.stop();
    await expect(test.pool.query(TEXT, [1])).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const called = await new Promise((resolve) => test.pool.query(TEXT, [1], resolve));
    expect(called).toMatchObject({ code: 'ECONNREFUSED' });
    expect(await recorded(test)).toEqual({
      'SELECT users timeout': 1,
      'SELECT users ECONNREFUSED': 2,
    });
  });

  it('counts each query of a client that is lost', async () => {
    const test = setUp();
    const client = await test.pool.connect();
    client.on('error', () => undefined);
    const answered = gate();
    server.answer = async () => answered.pass().then(() => ({ rows: [] }));
    const results = [client.query(TEXT, [1]), client.query(TEXT, [2])];
    const settled = Promise.allSettled(results);
    await vi.waitFor(() => expect(server.queries).toHaveLength(1));
    server.cut();
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(client.query(TEXT, [3])).rejects.toThrow('not queryable');
    client.release(true);
    answered.open();
    expect(await recorded(test)).toEqual({
      'SELECT users connection_terminated': 2,
      'SELECT users Error': 1,
    });
  });

  it('has queries named by the user, once for each text', async () => {
    const describeQuery = vi.fn<NonNullable<Options['describe']>>((text, found) => {
      if (text.includes('secret')) throw new Error('of the user');
      if (text.includes('nothing')) return undefined;
      return { ...found, collection: found.collection?.replace(/_\d+$/, '') };
    });
    const test = setUp({ describe: describeQuery });
    for (const text of ['SELECT * FROM logs_2024', 'SELECT * FROM logs_2025', 'SELECT secret']) {
      await test.pool.query(text);
      await test.pool.query(text);
    }
    await test.pool.query('SELECT nothing');
    expect(await recorded(test)).toEqual({ 'SELECT logs -': 4, '- - -': 3 });
    expect(describeQuery).toHaveBeenCalledTimes(4);
  });

  it('knows a prepared statement by its name', async () => {
    const test = setUp();
    const client = await test.pool.connect();
    await client.query({ name: 'one', text: TEXT, values: [1] });
    await client.query(untyped<pg.QueryConfig>({ name: 'one', values: [2] }));
    client.release();
    expect(await recorded(test)).toEqual({ 'SELECT users -': 2 });
  });

  it('throws what the driver throws, and counts nothing', async () => {
    const test = setUp();
    const client = await test.pool.connect();
    for (const query of [undefined, null]) {
      expect(() => client.query(untyped<string>(query))).toThrow(TypeError);
    }
    expect(() => client.query(untyped<string>(throwingGetter('text')))).toThrow('of the caller');
    client.release();
    const told = vi.fn();
    test.pool.query(untyped<string>(told));
    await vi.waitFor(() => expect(told).toHaveBeenCalledOnce());
    expect(String(told.mock.calls[0])).toContain('Passing a function');
    expect(await recorded(test)).toEqual({});
  });

  it('keeps the context, and goes together with observePool in any order', async () => {
    const test = setUp();
    const observed = observePool(test.pool, { name: 'main', registry: test.metrics });
    const storage = new AsyncLocalStorage<string>();
    const seen = await storage.run('request', async () => {
      await test.pool.query(TEXT, [1]);
      return storage.getStore();
    });
    expect(seen).toBe('request');
    test.observed.stop();
    observeQueries(test.pool, { registry: test.metrics });
    await test.pool.query(TEXT, [1]);
    observed.stop();
    const again = observePool(test.pool, { name: 'main', registry: test.metrics });
    await test.pool.query(TEXT, [1]);
    expect(await recorded(test)).toEqual({ 'SELECT users -': 3 });
    const name = { 'db.client.connection.pool.name': 'main' } as const;
    expect(await test.metrics.dbClientConnectionWaitTime.total(name)).toBe(3);
    expect(await test.metrics.dbClientConnectionUseTime.total(name)).toBe(3);
    again.stop();
    observeQueries(test.pool, { registry: test.metrics }).stop();
    for (const method of ['connect', 'query']) expect(Object.hasOwn(test.pool, method)).toBe(false);
  });

  it('refuses what it cannot observe', () => {
    const { pool } = setUp();
    const wrong: [unknown, object, string][] = [
      [undefined, {}, 'given undefined, which is no pool or client of pg'],
      [{}, {}, 'given an object'],
      [new pg.Client(), { describe: 'users' }, 'as describe'],
      [new pg.Client(), { system: '' }, 'given the system ""'],
      [pool, { registry: testRegistry(agentMetrics) }, 'in another registry'],
    ];
    for (const [target, options, message] of wrong) {
      expect(() => observeQueries(untyped<pg.Pool>(target), options)).toThrow(MeterbookError);
      expect(() => observeQueries(untyped<pg.Pool>(target), options)).toThrow(message);
    }
  });
});
