import pg from 'pg';
import { createJobTimings, postgresStore } from '../../src/jobs/index.js';
import { type Postgres, startPostgres } from '../../test/e2e/support/postgres.js';
import { measurement, type Section } from '../report/measurement.js';
import type { Context } from './context.js';

const JOBS = 2_000;
const COLUMNS = ['meterbook', 'pg, one by one'];

/** What storing the timings of a job takes; the reason why not, where no PostgreSQL is there. */
export async function jobsSection({ effort, progress }: Context): Promise<Section | string> {
  let postgres: Postgres;
  try {
    postgres = await startPostgres();
  } catch (error) {
    return `no PostgreSQL could be started (${(error as Error).message.split('\n')[0]})`;
  }
  const pool = new pg.Pool({ ...postgres.config, max: 5 });
  try {
    const readings: Record<string, number[]> = { meterbook: [], 'pg, one by one': [] };
    await prepare(pool);
    for (let round = 0; round < effort.rounds; round++) {
      progress(`jobs in PostgreSQL, round ${round + 1}`);
      readings['meterbook']?.push(await timed(pool, `jobs-${round}`, withTimings));
      readings['pg, one by one']?.push(await timed(pool, `plain-${round}`, oneByOne));
    }
    return {
      id: 'jobs',
      title: 'Job timings in PostgreSQL',
      note: `Time of a job until its row is in the database, on a PostgreSQL of this machine without \`fsync\`: ${JOBS} jobs with a first token and an end, as fast as they come, written by \`createJobTimings\` in batches behind them, beside one complete row an \`INSERT\`, each awaited.`,
      unit: 'µs',
      columns: COLUMNS,
      rows: [
        {
          name: 'one job',
          values: Object.fromEntries(
            COLUMNS.map((column) => [column, measurement(readings[column] ?? [])]),
          ),
          budgets: [],
        },
      ],
    };
  } finally {
    await pool.end();
    await postgres.stop();
  }
}

const INSERT =
  'INSERT INTO plain (id, organization_id, type, model, started_at, ttft_ns, total_duration_ns, outcome) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)';

async function prepare(pool: pg.Pool): Promise<void> {
  await pool.query(
    'CREATE TABLE plain (id text PRIMARY KEY, organization_id text, type text, model text, started_at timestamptz, ttft_ns bigint, total_duration_ns bigint, outcome text)',
  );
}

/** Microseconds a job. */
async function timed(
  pool: pg.Pool,
  prefix: string,
  store: (pool: pg.Pool, prefix: string) => Promise<void>,
): Promise<number> {
  const start = performance.now();
  await store(pool, prefix);
  const micros = ((performance.now() - start) * 1_000) / JOBS;
  const table = prefix.startsWith('plain') ? 'plain' : 'job_timings';
  const { rows } = await pool.query(`SELECT count(*)::int AS n FROM ${table} WHERE id LIKE $1`, [
    `${prefix}-%`,
  ]);
  if (rows[0]?.n !== JOBS) throw new Error(`${JOBS} jobs were timed, ${rows[0]?.n} are stored`);
  return micros;
}

async function withTimings(pool: pg.Pool, prefix: string): Promise<void> {
  const timings = createJobTimings({ store: postgresStore({ pool }) });
  for (let i = 0; i < JOBS; i++) {
    const job = timings.start({
      id: `${prefix}-${i}`,
      organizationId: 'org-1',
      type: 'message',
      model: 'm-large',
    });
    job.firstToken();
    job.end();
  }
  await timings.flush({ timeout: 60_000 });
  await timings.close();
}

async function oneByOne(pool: pg.Pool, prefix: string): Promise<void> {
  for (let i = 0; i < JOBS; i++) {
    const start = process.hrtime.bigint();
    const startedAt = new Date();
    const elapsed = String(process.hrtime.bigint() - start);
    const values = [`${prefix}-${i}`, 'org-1', 'message', 'm-large', startedAt];
    await pool.query(INSERT, [...values, elapsed, elapsed, 'completed']);
  }
}
