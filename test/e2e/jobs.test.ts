import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type JobTimings, postgresStore } from '../../src/jobs/index.js';
import { testDatabase } from '../jobs/support/database.js';
import { describeStore } from '../jobs/support/store-suite.js';
import { setUp } from '../jobs/support/timings.js';
import { startChild } from '../support/child.js';
import { type Postgres, startPostgres } from './support/postgres.js';

const org = { organizationId: 'org-1' };
/** The issue's own outage is 60 s: METERBOOK_OUTAGE_SECONDS=60. */
const OUTAGE_SECONDS = Number(process.env['METERBOOK_OUTAGE_SECONDS'] ?? '10');
const JOBS_PER_SECOND = 200;

let server: Postgres;
let pool: pg.Pool;

/** A pool of a process of its own. What breaks an idle connection is not the test's business. */
function newPool(options: pg.PoolConfig = {}): pg.Pool {
  return new pg.Pool({ ...server.config, ...options }).on('error', () => undefined);
}

beforeAll(async () => {
  server = await startPostgres();
  pool = newPool();
});
afterAll(async () => {
  await pool?.end();
  await server?.stop();
});

const database = testDatabase(() => pool);

/** Real clocks, since what is timed here is real. */
const clock = { monotonic: () => process.hrtime.bigint(), now: () => Date.now() };

describeStore('PostgreSQL', database);

describe('several processes', () => {
  it('50 of them write at once, and each value is recorded once', async () => {
    const table = database.newTable();
    const pools = Array.from({ length: 50 }, () => newPool({ max: 1 }));
    const writers = pools.map((it) =>
      setUp(postgresStore({ pool: it, table }), { clock, unknownJobGrace: 30_000, batchSize: 7 }),
    );
    const shared = Array.from({ length: 40 }, (_, i) => `shared-${i}`);
    for (const [w, { timings }] of writers.entries()) {
      // Each in an order of its own, which is what makes deadlocks.
      for (const id of w % 2 === 0 ? shared : [...shared].reverse()) {
        if (w === 0) timings.start({ id, ...org });
        timings.recordTtft(id, BigInt(w + 1), org);
        timings.recordResponseDuration(id, 1_000n, org);
      }
      for (let i = 0; i < 20; i++) timings.start({ id: `own-${w}-${i}`, ...org }).end();
    }
    await vi.waitFor(
      async () => {
        await Promise.all(writers.map(({ timings }) => timings.flush()));
        expect(writers.map(({ timings }) => timings.health().queued)).toEqual(Array(50).fill(0));
      },
      { timeout: 60_000, interval: 100 },
    );
    const [row] = await database.query(
      `SELECT count(*)::int AS jobs, count(ttft_ns)::int AS ttfts, count(total_duration_ns)::int AS ends FROM ${table}`,
    );
    expect(row).toEqual({ jobs: 1_040, ttfts: 40, ends: 1_040 });
    let [firstTokens, durations, duplicates] = [0, 0, 0];
    for (const { timings, metrics } of writers) {
      firstTokens += await metrics.jobTimeToFirstToken.total();
      durations += await metrics.jobDuration.total();
      const { refused, dropped, failures, lastError } = timings.health();
      duplicates += refused.duplicate;
      expect({ dropped, failures, lastError }).toEqual({
        dropped: { overflow: 0, shutdown: 0, rejected: 0 },
        failures: 0,
      });
      expect(refused).toMatchObject({ unknown: 0, denied: 0, implausible: 0 });
    }
    expect([firstTokens, durations, duplicates]).toEqual([40, 1_040, 49 * 40 * 2]);
    await Promise.all(pools.map((it) => it.end()));
  });

  it('ten of them start at once, and one makes the table', async () => {
    const cache = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));
    mkdirSync(cache, { recursive: true });
    const folder = mkdtempSync(join(cache, 'meterbook-jobs-'));
    const outfile = join(folder, 'jobs.mjs');
    const schema = `migrated_${process.pid}`;
    try {
      await build({
        entryPoints: [fileURLToPath(new URL('../../src/jobs/index.ts', import.meta.url))],
        bundle: true,
        packages: 'external',
        platform: 'node',
        target: 'node20',
        format: 'esm',
        outfile,
      });
      const url = JSON.stringify(pathToFileURL(outfile).href);
      const program = `
        const { createJobTimings, postgresStore } = await import(${url});
        const { default: pg } = await import(${JSON.stringify(import.meta.resolve('pg'))});
        const pool = new pg.Pool(${JSON.stringify(server.config)});
        const timings = createJobTimings({ store: postgresStore({ pool, schema: '${schema}' }) });
        console.log('ready');
        await timings.run({ id: String(process.pid), organizationId: 'o' }, (job) => job.firstToken());
        await timings.close();
        await pool.end();
        console.log(JSON.stringify(timings.health()));`;
      const children = Array.from({ length: 10 }, () => startChild(program));
      for (const ended of await Promise.all(children.map((child) => child.ended))) {
        expect(ended).toMatchObject({ code: 0, stderr: '' });
        expect(JSON.parse(ended.stdout[1] ?? '')).toMatchObject({ written: 1, failures: 0 });
      }
      const query = `SELECT
        (SELECT count(*)::int FROM ${schema}.job_timings) AS jobs,
        (SELECT count(*)::int FROM ${schema}.job_timings_migrations) AS migrations`;
      expect(await database.query(query)).toEqual([{ jobs: 10, migrations: 2 }]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('a row that another process inserts at the same moment', () => {
  it.each([
    ['org-1', { written: 1, refused: { denied: 0, duplicate: 1 } }, '7'],
    ['org-2', { written: 0, refused: { denied: 1, duplicate: 0 } }, null],
  ])('keeps what it has: %s', async (organization, health, duration) => {
    const table = database.newTable();
    const own = newPool({ application_name: table, max: 1 });
    const { timings } = setUp(postgresStore({ pool: own, table }));
    await timings.list();
    const first = new pg.Client(server.config);
    await first.connect();
    await first.query('BEGIN');
    await first.query(
      `INSERT INTO ${table} (id, organization_id, started_at, ttft_ns, ttft_clock)
       VALUES ('a', $1, now(), 5, 'monotonic')`,
      [organization],
    );
    timings.start({ id: 'a', ...org });
    timings.recordTtft('a', 6n, org);
    timings.recordResponseDuration('a', 7n, org);
    const flushed = timings.flush();
    await vi.waitFor(async () => {
      const query = `SELECT FROM pg_stat_activity WHERE application_name = '${table}' AND wait_event_type = 'Lock'`;
      expect(await database.query(query)).toHaveLength(1);
    });
    await first.query('COMMIT');
    await first.end();
    expect(await flushed).toBe(true);
    expect(timings.health()).toMatchObject(health);
    const rows = await database.query(`SELECT ttft_ns, total_duration_ns FROM ${table}`);
    expect(rows).toEqual([{ ttft_ns: '5', total_duration_ns: duration }]);
    await own.end();
  });
});

describe('a connection that is killed', () => {
  it('takes its whole batch back, which is then written by another', async () => {
    const table = database.newTable();
    const own = newPool({ application_name: table, max: 1 });
    const { timings } = setUp(postgresStore({ pool: own, table }), { random: () => 1 });
    timings.start({ id: 'locked', ...org });
    await timings.flush();
    const blocker = new pg.Client(server.config);
    await blocker.connect();
    await blocker.query('BEGIN');
    await blocker.query(`SELECT FROM ${table} WHERE id = 'locked' FOR UPDATE`);
    for (const id of ['a', 'b', 'c']) timings.start({ id, ...org }).end();
    timings.recordTtft('locked', 5n, org);
    const flushed = timings.flush({ timeout: 30_000 });
    await vi.waitFor(
      async () => {
        const waiting = await database.query(
          `SELECT pid FROM pg_stat_activity WHERE application_name = '${table}' AND wait_event_type = 'Lock'`,
        );
        expect(waiting).toHaveLength(1);
        await database.query(`SELECT pg_terminate_backend(${waiting[0]?.['pid']})`);
      },
      { timeout: 10_000 },
    );
    await vi.waitFor(() => expect(timings.health().failures).toBe(1));
    expect(timings.health().lastError?.message).toMatch(/terminat/);
    expect(await database.query(`SELECT id, ttft_ns FROM ${table}`)).toEqual([
      { id: 'locked', ttft_ns: null },
    ]);
    await blocker.query('ROLLBACK');
    await blocker.end();
    expect(await flushed).toBe(true);
    const rows = await database.query(`SELECT id, ttft_ns FROM ${table} ORDER BY id`);
    expect(rows).toEqual([
      { id: 'a', ttft_ns: null },
      { id: 'b', ttft_ns: null },
      { id: 'c', ttft_ns: null },
      { id: 'locked', ttft_ns: '5' },
    ]);
    expect(timings.health()).toMatchObject({ queued: 0, refused: { duplicate: 0 } });
    await own.end();
  });
});

describe('a batch that is given up and written all the same', () => {
  it.each([
    ['while the next attempt waits for its rows', 1_500, 1],
    ['after the next attempt was given up as well', 200, 3],
  ])('is written once, and no duplicate: %s', async (_, writeTimeout, failures) => {
    const table = database.newTable();
    const own = newPool({ application_name: table });
    const store = postgresStore({ pool: own, table });
    const starter = setUp(store);
    starter.timings.start({ id: 'a', ...org });
    await starter.timings.flush();
    const { timings, metrics } = setUp(store, { writeTimeout, random: () => 0 });
    const blocker = new pg.Client(server.config);
    await blocker.connect();
    await blocker.query('BEGIN');
    await blocker.query(`SELECT FROM ${table} FOR UPDATE`);
    timings.recordTtft('a', 5n, org);
    const flushed = timings.flush({ timeout: 30_000 });
    await vi.waitFor(
      async () => {
        const query = `SELECT FROM pg_stat_activity WHERE application_name = '${table}' AND wait_event_type = 'Lock'`;
        expect(await database.query(query)).toHaveLength(2);
        expect(timings.health().failures).toBeGreaterThanOrEqual(failures);
      },
      { timeout: 10_000 },
    );
    await blocker.query('ROLLBACK');
    await blocker.end();
    expect(await flushed).toBe(true);
    expect(timings.health()).toMatchObject({ written: 1, refused: { duplicate: 0 } });
    expect(await metrics.jobTimeToFirstToken.total()).toBe(1);
    expect(await store.get('a')).toMatchObject({ ttftNs: 5n });
    await own.end();
  });
});

describe('a driver with its own idea of BIGINT', () => {
  it('changes nothing', async () => {
    const types = {
      getTypeParser: (oid: number) => (value: string) => (oid === 20 ? Number(value) : value),
    };
    const own = newPool({ types: types as never });
    const store = postgresStore({ pool: own, table: database.newTable() });
    const { timings } = setUp(store);
    timings.start({ id: 'a', ...org });
    timings.recordTtft('a', 2n ** 53n + 1n, org);
    await timings.flush();
    expect(await timings.get('a')).toMatchObject({ ttftNs: 2n ** 53n + 1n });
    await own.end();
  });
});

describe('10,000 jobs', () => {
  it('are the same numbers in the table and in the metrics', async () => {
    const store = database.store();
    const { timings, metrics, clock: manual } = setUp(store);
    // Spread over all buckets, deterministic: the sum is known to the nanosecond.
    const spread = (i: number) => BigInt(Math.round(1e7 * 1.0012 ** (i % 10_000)));
    for (let i = 0; i < 10_000; i++) {
      const job = timings.start({ id: `${i}`, ...org, type: `type-${i % 3}` });
      manual.advance(spread(i * 7919));
      if (i % 4 !== 0) job.firstToken();
      manual.advance(spread(i * 104_729));
      job.end(i % 5 === 0 ? 'failed' : 'completed');
    }
    expect(await timings.flush({ timeout: 60_000 })).toBe(true);
    const { lines } = await timings.report({ by: 'type' });
    expect(lines.map(({ group, jobs }) => [group, jobs])).toEqual([
      ['type-0', 3_334],
      ['type-1', 3_333],
      ['type-2', 3_333],
    ]);
    for (const outcome of ['completed', 'failed'] as const) {
      const total = (await timings.report({ outcome })).lines[0]?.total;
      const recorded = (await metrics.jobDuration.readAll())
        .filter(({ attributes }) => attributes['job.outcome'] === outcome)
        .map(({ value }) => value);
      expect(recorded.reduce((sum, { count }) => sum + count, 0)).toBe(total?.count);
      const sum = recorded.reduce((all, value) => all + (value.sum ?? 0), 0);
      expect(sum).toBeCloseTo(Number(total?.sumNs) / 1e9, 3);
    }
    const byType = new Map(lines.map((line) => [line.group, line]));
    for (const { attributes, value } of await metrics.jobTimeToFirstToken.readAll()) {
      const line = byType.get(attributes['job.type'] as string);
      expect(value.count).toBe(line?.firstToken.count);
      expect(value.sum).toBeCloseTo(Number(line?.firstToken.sumNs) / 1e9, 3);
      const quantiles = [
        [0.5, line?.firstToken.p50Ns],
        [0.9, line?.firstToken.p90Ns],
        [0.95, line?.firstToken.p95Ns],
        [0.99, line?.firstToken.p99Ns],
      ] as const;
      for (const [quantile, nanos] of quantiles) {
        expect(bucketOf(value.boundaries, Number(nanos) / 1e9)).toBe(
          bucketOfRank(value.counts, Math.ceil(quantile * value.count)),
        );
      }
    }
    await timings.close();
  });

  const bucketOf = (boundaries: readonly number[], seconds: number) => {
    const index = boundaries.findIndex((boundary) => seconds <= boundary);
    return index === -1 ? boundaries.length : index;
  };
  const bucketOfRank = (counts: readonly number[], rank: number) => {
    let seen = 0;
    return counts.findIndex((count) => {
      seen += count;
      return seen >= rank;
    });
  };
});

describe('PostgreSQL stopped under load', () => {
  it(
    `${OUTAGE_SECONDS} s at ${JOBS_PER_SECOND} jobs/s: jobs go on, what fits is kept, the rest is counted`,
    async () => {
      const own = newPool();
      const tables = [database.newTable(), database.newTable()] as const;
      const settings = { clock, timeout: 60_000 };
      const roomy = setUp(postgresStore({ pool: own, table: tables[0] }), settings);
      const tight = setUp(postgresStore({ pool: own, table: tables[1] }), {
        ...settings,
        maxQueuedRows: 300,
      });
      const took: { before: number[]; during: number[] } = { before: [], during: [] };
      const running = new Set<Promise<void>>();
      const runJob = async (into: number[]): Promise<void> => {
        const start = performance.now();
        const work = (timings: JobTimings) =>
          timings.run(org, async (job) => {
            await setTimeout(20);
            job.firstToken();
            await setTimeout(20);
          });
        await Promise.all([work(roomy.timings), work(tight.timings)]);
        into.push(performance.now() - start);
      };
      const load = async (seconds: number, into: number[]): Promise<void> => {
        const start = performance.now();
        for (let i = 0; i < seconds * JOBS_PER_SECOND; i++) {
          const due = start + (i * 1_000) / JOBS_PER_SECOND - performance.now();
          if (due > 1) await setTimeout(due);
          const job = runJob(into).finally(() => running.delete(job));
          running.add(job);
        }
      };
      await load(2, took.before);
      await Promise.all([roomy.timings.flush(), tight.timings.flush()]);
      await server.kill();
      await load(OUTAGE_SECONDS, took.during);
      await Promise.all(running);
      const during = roomy.timings.health();
      expect(during.queued).toBeGreaterThan(0);
      expect(during.failures).toBeGreaterThan(0);
      await server.restart();
      await Promise.all([roomy.timings.flush(), tight.timings.flush()]);

      const jobs = (2 + OUTAGE_SECONDS) * JOBS_PER_SECOND;
      const stored = async (table: string) => {
        const rows = await database.query(
          `SELECT count(*)::int AS jobs, count(total_duration_ns)::int AS ended FROM ${table}`,
        );
        return rows[0] as { jobs: number; ended: number };
      };
      // 10,000 rows are 50 s of one row a job.
      const lost = roomy.timings.health().dropped.overflow;
      if (OUTAGE_SECONDS <= 20) expect(lost).toBe(0);
      const kept = await stored(tables[0]);
      expect(kept.ended + lost).toBeGreaterThanOrEqual(jobs);
      const few = await stored(tables[1]);
      const { dropped, queued } = tight.timings.health();
      expect(few.ended).toBeLessThan(jobs);
      expect(few.ended + dropped.overflow).toBeGreaterThanOrEqual(jobs);
      expect({ ...dropped, queued }).toMatchObject({ shutdown: 0, rejected: 0, queued: 0 });
      for (const { metrics } of [roomy, tight]) {
        expect(await metrics.jobDuration.total()).toBe(jobs);
        expect(await metrics.jobTimeToFirstToken.total()).toBe(jobs);
      }
      const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
      const [before, outage] = [median(took.before), median(took.during)];
      console.log(
        `median of a job of 40 ms: ${before.toFixed(1)} ms before, ${outage.toFixed(1)} ms during; ` +
          `room for 10,000 rows: ${lost} lost; room for 300: ${dropped.overflow} lost`,
      );
      expect(outage).toBeLessThan(before * 1.5 + 10);
      await Promise.all([roomy.timings.close(), tight.timings.close()]);
      await own.end();
    },
    120_000 + OUTAGE_SECONDS * 2_000,
  );
});
