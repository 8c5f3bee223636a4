import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { postgresStore } from '../../src/jobs/index.js';
import { run, writeJobs } from '../cli/support/command.js';
import { type Postgres, startPostgres } from './support/postgres.js';

const BIN = fileURLToPath(new URL('../../src/cli/bin.ts', import.meta.url));

let server: Postgres;
let pool: pg.Pool;

const urlOf = (login: string, database = 'postgres') =>
  `postgres://${login}@127.0.0.1:${server.port}/${database}`;
const report = (url: string, ...args: string[]) =>
  run(['jobs', 'report', ...args], { DATABASE_URL: url });

beforeAll(async () => {
  server = await startPostgres();
  pool = new pg.Pool(server.config).on('error', () => undefined);
  await writeJobs(postgresStore({ pool, schema: 'metrics', table: 'runs' }));
});
afterAll(async () => {
  await pool?.end();
  await server?.stop();
});

it('reports from the table of a schema, as a role that may only read', async () => {
  await pool.query('CREATE ROLE reader LOGIN');
  await pool.query('GRANT USAGE ON SCHEMA metrics TO reader');
  const table = ['--schema', 'metrics', '--table', 'runs'];
  const denied = await report(urlOf('reader'), ...table);
  expect(denied).toMatchObject({ code: 1, stdout: '' });
  expect(denied.stderr).toContain('Give the role SELECT');

  await pool.query('GRANT SELECT ON metrics.runs TO reader');
  const allowed = await report(urlOf('reader:s3cret'), ...table, '--by', 'day', '--json');
  expect(allowed).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(allowed.stdout).lines).toMatchObject([
    { group: '2026-01-02', jobs: 2, total: { p50Ns: '9007199254740993' } },
    { group: '2026-01-01', jobs: 2, total: { p99Ns: '2000000000' } },
  ]);
});

it('makes no table, and says that there is none', async () => {
  const { code, stderr } = await report(urlOf('test'));
  expect(code).toBe(1);
  expect(stderr).toBe(
    `meterbook: There is no table "job_timings" in ${urlOf('test')}. Name it with --schema and --table; a service that uses createJobTimings() makes it.\n`,
  );
  const { rows } = await pool.query("SELECT to_regclass('job_timings') AS made");
  expect(rows).toEqual([{ made: null }]);
});

it('tells a table of somebody else', async () => {
  await pool.query('CREATE TABLE strange (id text)');
  const { code, stderr } = await report(urlOf('test'), '--table', 'strange');
  expect(code).toBe(1);
  expect(stderr).toContain('is none that meterbook has made');
});

it('never shows the password', async () => {
  const { code, stderr } = await report(urlOf('test:s3cr%2Fet', 'nowhere'));
  expect(code).toBe(1);
  expect(stderr).toContain('Correct the name of the database');
  expect(stderr).not.toMatch(/s3cr/);
});

it('runs as a program, and ends', () => {
  const args = ['--database-url', urlOf('test'), '--schema=metrics', '--table=runs', '--slowest=1'];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', BIN, 'jobs', 'report', ...args],
    { encoding: 'utf8', timeout: 60_000 },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout.split('\n')[1]).toMatch(/^job-3 +2502 h +500 ms +failed/);
});
