import knex from 'knex';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentMetrics } from '../../src/agent/index.js';
import { observePool, observeQueries } from '../../src/db/index.js';
import { type TestRegistry, testRegistry } from '../../src/testing/index.js';
import { counts, levels, name } from '../db/support/figures.js';
import { until } from '../support/pipeline.js';
import { type Postgres, startPostgres } from './support/postgres.js';

type Metrics = TestRegistry<typeof agentMetrics>;

let postgres: Postgres;

beforeAll(async () => {
  postgres = await startPostgres();
});

afterAll(() => postgres?.stop());

/** Reads the levels again and again until it is told to stop; gives all that it read. */
function watch(metrics: Metrics) {
  const seen: Awaited<ReturnType<typeof levels>>[] = [];
  let isWatching = true;
  const done = (async () => {
    while (isWatching) {
      seen.push(await levels(metrics));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return seen;
  })();
  return () => {
    isWatching = false;
    return done;
  };
}

/** Queries by command, table and error, and how often each. */
async function queries(metrics: Metrics): Promise<Readonly<Record<string, number>>> {
  const series = await metrics.dbClientOperationDuration.readAll();
  return Object.fromEntries(
    series.map(({ attributes, value }) => [
      [attributes['db.operation.name'], attributes['db.collection.name'], attributes['error.type']]
        .filter((part) => part !== undefined)
        .join(' '),
      value.count,
    ]),
  );
}

describe('a pool of 5 connections to PostgreSQL', () => {
  it('adds up, under 50 queries at once', async () => {
    const pool = new pg.Pool({ ...postgres.config, max: 5 });
    const metrics = testRegistry(agentMetrics);
    const observed = observePool(pool, { name: 'main', registry: metrics });
    observeQueries(pool, { registry: metrics });
    const seconds = 0.05;
    const stopWatching = watch(metrics);
    const start = performance.now();
    const asked = Array.from({ length: 50 }, () => pool.query('SELECT pg_sleep($1)', [seconds]));
    expect(await levels(metrics)).toEqual({ idle: 0, used: 5, pending: 45, max: 5 });
    await Promise.all(asked);
    const elapsed = (performance.now() - start) / 1_000;
    const seen = await stopWatching();

    expect(await counts(metrics)).toEqual({ waits: 50, uses: 50, creations: 5, timeouts: 0 });
    expect(await levels(metrics)).toEqual({ idle: 5, used: 0, pending: 0, max: 5 });
    expect(Math.max(...seen.map(({ pending = 0 }) => pending))).toBe(45);
    expect(seen.length).toBeGreaterThan(10);
    for (const { idle = 0, used = 0 } of seen) {
      expect(used).toBeLessThanOrEqual(5);
      expect(idle + used).toBeLessThanOrEqual(5);
    }

    const use = await metrics.dbClientConnectionUseTime.read(name);
    const wait = await metrics.dbClientConnectionWaitTime.read(name);
    const query = await metrics.dbClientOperationDuration.readAll();
    // Each connection is in use all the time, by ten queries, but while it is being opened.
    const creation = await metrics.dbClientConnectionCreateTime.read(name);
    expect(use?.min).toBeGreaterThanOrEqual(seconds * 0.95);
    expect(use?.sum).toBeGreaterThanOrEqual(50 * seconds * 0.95);
    expect(use?.sum).toBeLessThanOrEqual(5 * elapsed);
    expect((use?.sum ?? 0) + (creation?.sum ?? 0)).toBeGreaterThan(5 * elapsed * 0.9);
    expect(query).toHaveLength(1);
    expect(query[0]?.value.count).toBe(50);
    expect(query[0]?.value.sum).toBeLessThanOrEqual(use?.sum ?? 0);
    expect(query[0]?.value.sum).toBeGreaterThan((use?.sum ?? 0) * 0.95);
    // The n-th round of five waits for n rounds before it.
    const ideal = 5 * seconds * ((9 * 10) / 2);
    expect(wait?.sum).toBeGreaterThan(ideal * 0.95);
    expect(wait?.max).toBeLessThanOrEqual(elapsed);

    await pool.end();
    expect(await levels(metrics)).toEqual({ idle: 0, used: 0, pending: 0, max: 0 });
    observed.stop();
  });

  it('names what the server refuses by its SQLSTATE', async () => {
    const pool = new pg.Pool({ ...postgres.config, max: 1 });
    const metrics = testRegistry(agentMetrics);
    observeQueries(pool, { registry: metrics });
    await pool.query('CREATE TEMP TABLE "Users" (id int PRIMARY KEY)');
    const insert = { name: 'insert', text: 'INSERT INTO "Users" VALUES ($1)' };
    await pool.query({ ...insert, values: [1] });
    await expect(pool.query({ ...insert, values: [1] })).rejects.toMatchObject({ code: '23505' });
    await expect(pool.query('SELECT * FROM nowhere')).rejects.toThrow();
    await expect(pool.query('SELEKT 1')).rejects.toThrow();
    expect(await queries(metrics)).toEqual({
      CREATE: 1,
      'INSERT Users': 1,
      'INSERT Users 23505': 1,
      'SELECT nowhere 42P01': 1,
      '42601': 1,
    });
    await pool.end();
  });

  it('counts errors and timeouts while the server is gone, and goes on when it is back', async () => {
    const pool = new pg.Pool({ ...postgres.config, max: 5, connectionTimeoutMillis: 200 });
    pool.on('error', () => undefined);
    const metrics = testRegistry(agentMetrics);
    observePool(pool, { name: 'main', registry: metrics });
    observeQueries(pool, { registry: metrics });

    const asked = Array.from({ length: 50 }, () => pool.query('SELECT pg_sleep(1)'));
    const settled = Promise.allSettled(asked);
    // All five are at it, and the others give up waiting.
    await until('requests have timed out', async () => (await counts(metrics)).timeouts === 45);
    await postgres.kill();
    const outcomes = await settled;
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    await expect(pool.query('SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });

    const byError = await queries(metrics);
    expect(byError).toMatchObject({ 'SELECT timeout': 45, 'SELECT ECONNREFUSED': 1 });
    const total = Object.values(byError).reduce((sum, count) => sum + count, 0);
    expect(total).toBe(51);
    // What the five were told: that the server ends (57P02), or that the connection did.
    const others = Object.keys(byError).filter((key) => !/timeout|ECONNREFUSED/.test(key));
    for (const key of others)
      expect(key).toMatch(/^SELECT (57P0\d|connection_terminated|ECONNRESET)$/);
    expect(await counts(metrics)).toEqual({ waits: 5, uses: 5, creations: 5, timeouts: 45 });
    await until('nothing is left of the pool', async () => (await levels(metrics)).used === 0);
    expect(await levels(metrics)).toEqual({ idle: 0, used: 0, pending: 0, max: 5 });

    await postgres.restart();
    await Promise.all(Array.from({ length: 50 }, () => pool.query('SELECT 1')));
    expect(await counts(metrics)).toMatchObject({ waits: 55, uses: 55, timeouts: 45 });
    expect(await queries(metrics)).toMatchObject({ SELECT: 50 });
    await pool.end();
  });

  it('adds up behind Knex', async () => {
    const db = knex({ client: 'pg', connection: postgres.config, pool: { min: 0, max: 5 } });
    const metrics = testRegistry(agentMetrics);
    observePool(db, { name: 'main', registry: metrics });
    const stopWatching = watch(metrics);
    await Promise.all(Array.from({ length: 50 }, () => db.raw('SELECT pg_sleep(0.02)')));
    const seen = await stopWatching();
    await until('all is given back', async () => (await levels(metrics)).used === 0);
    expect(await counts(metrics)).toEqual({ waits: 50, uses: 50, creations: 5, timeouts: 0 });
    expect(await levels(metrics)).toEqual({ idle: 5, used: 0, pending: 0, max: 5 });
    expect(Math.max(...seen.map(({ used = 0 }) => used))).toBe(5);
    expect(Math.max(...seen.map(({ pending = 0 }) => pending))).toBeGreaterThanOrEqual(45);
    await db.destroy();
    expect(await levels(metrics)).toEqual({ idle: 0, used: 0, pending: 0, max: 0 });
  });
});
