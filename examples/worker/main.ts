import { setTimeout } from 'node:timers/promises';
import { setupMetrics } from 'meterbook';
import { agentMetrics } from 'meterbook/agent';
import {
  createJobTimings,
  formatReport,
  jobStoreMetrics,
  pgliteStore,
  postgresStore,
} from 'meterbook/jobs';
import { Pool } from 'pg';

const telemetry = setupMetrics({
  serviceName: 'example-worker',
  registries: [agentMetrics, jobStoreMetrics],
  exportIntervalMillis: 2_000, // Every minute unless it is set; here something is to be seen soon.
});

const url = process.env['DATABASE_URL'];
const pool = url === undefined ? undefined : new Pool({ connectionString: url });
const store = pool === undefined ? await pgliteStore() : postgresStore({ pool });
const timings = createJobTimings({ store });

/** Stands for what a job does: asks a model, and hands its answer on as it comes. */
async function work(firstToken: () => void): Promise<void> {
  await setTimeout(20 + Math.random() * 60);
  firstToken();
  await setTimeout(20 + Math.random() * 100);
  if (Math.random() < 0.05) throw new Error('the model has failed');
}

const count = Number(process.env['JOBS'] ?? 200);
console.log(
  `Working off ${count} jobs. Where the rows go: ${url ?? 'a PostgreSQL in this process'}.`,
);
const waiting = Array.from({ length: count }, (_, i) => i);
const model = (i: number) => (i % 4 === 0 ? 'm-large' : 'm-small');

async function worker(): Promise<void> {
  for (let i = waiting.shift(); i !== undefined; i = waiting.shift()) {
    const job = {
      id: `job-${Date.now()}-${i}`,
      organizationId: `org-${i % 3}`,
      type: 'message',
      model: model(i),
    };
    // A job that fails is recorded as failed; the worker goes on with the next.
    await timings.run(job, (it) => work(() => it.firstToken())).catch(() => undefined);
  }
}

await Promise.all(Array.from({ length: 4 }, worker));
await timings.flush();
console.log(formatReport(await timings.report({ by: 'model' })));
await timings.close();
await pool?.end();
await telemetry.shutdown();
