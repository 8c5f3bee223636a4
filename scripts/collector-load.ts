/**
 * `npx tsx scripts/collector-load.ts [writers] [series] [file]`: what a Collector needs for so many
 * processes of so many active series each, with one of the generated configurations. Each process
 * sends one export a round, one after the other, as fast as the Collector takes them; backends are a
 * server that accepts everything. Prints the rate, the CPU time for a million points and the memory.
 *
 * The points are histograms of 14 boundaries, differences, each series with three attributes.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentMetrics } from '../src/agent/index.js';
import { collectorArtefacts } from '../src/artefacts/index.js';
import { collectorProgram } from './collector.mjs';

const [writers = '1000', series = '200', file = 'prometheus-otlp'] = process.argv.slice(2);
const ROUNDS = 3;
const BOUNDS = Array.from({ length: 14 }, (_, i) => 0.01 * 2 ** i);

const accepting = createServer((incoming, response) => {
  incoming.resume().on('end', () => response.writeHead(200).end());
});
await new Promise<void>((resolve) => accepting.listen(0, '127.0.0.1', resolve));
const backend = `http://127.0.0.1:${(accepting.address() as AddressInfo).port}`;
const folder = mkdtempSync(join(tmpdir(), 'meterbook-load-'));
const artefact = collectorArtefacts([agentMetrics.manifest()], {
  storageDirectory: join(folder, 'queues'),
  // What it needs is the question, and not what it does without.
  memoryLimitMebibytes: 8_192,
  signoz: { endpoint: backend },
  prometheus: { otlpEndpoint: backend, remoteWriteEndpoint: backend },
}).find(({ path }) => path === `collector/${file}.yaml`);
if (artefact === undefined) throw new Error(`there is no collector/${file}.yaml`);
const config = join(folder, 'config.yaml');
writeFileSync(config, artefact.content);
const collector = spawn(await collectorProgram(), ['--config', config], {
  env: { ...process.env, SIGNOZ_INGESTION_KEY: 'none' },
  stdio: 'ignore',
});

try {
  while (!(await fetch('http://127.0.0.1:13133/').catch(() => undefined))?.ok) await pause(100);
  const began = Date.now();
  const cpuBefore = await own('otelcol_process_cpu_seconds');
  let bytes = 0;
  for (let round = 1; round <= ROUNDS; round++) {
    for (let writer = 0; writer < Number(writers); writer++) {
      const body = exportOf(writer, began + round * 60_000);
      bytes += body.length;
      const { status } = await fetch('http://127.0.0.1:4318/v1/metrics', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      if (status !== 200) throw new Error(`answered ${status}`);
    }
  }
  const elapsed = (Date.now() - began) / 1_000;
  while ((await own('otelcol_exporter_queue_size')) > 0) await pause(200);
  const points = ROUNDS * Number(writers) * Number(series);
  const cpu = (await own('otelcol_process_cpu_seconds')) - cpuBefore;
  const memory = (await own('otelcol_process_memory_rss')) / 2 ** 20;
  console.log(`${file}: ${writers} processes with ${series} series each, ${ROUNDS} exports`);
  console.log(
    `${Math.round(points / elapsed)} points/s, ${Math.round(bytes / points)} bytes of JSON each`,
  );
  console.log(`${((cpu / points) * 1e6).toFixed(1)} s of CPU for a million points`);
  console.log(`${Math.round(memory)} MiB resident at the end`);
} finally {
  collector.kill('SIGKILL');
  accepting.close();
  rmSync(folder, { recursive: true, force: true });
}

/** One of the Collector's own metrics, summed over its series. */
async function own(name: string): Promise<number> {
  const text = await (await fetch('http://127.0.0.1:8888/metrics')).text();
  return text
    .split('\n')
    .filter((line) => line.startsWith(name) && !line.startsWith('#'))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

function exportOf(writer: number, endMillis: number): string {
  const counts = [...BOUNDS, Number.POSITIVE_INFINITY].map((_, i) => String(i % 4));
  const dataPoints = Array.from({ length: Number(series) }, (_, i) => ({
    startTimeUnixNano: `${endMillis - 60_000}000000`,
    timeUnixNano: `${endMillis}000000`,
    attributes: [
      text('gen_ai.request.model', `model-${i % 20}`),
      text('gen_ai.operation.name', 'chat'),
      text('organization.id', `organization-${i}`),
    ],
    count: String(counts.reduce((sum, count) => sum + Number(count), 0)),
    sum: 1.5,
    bucketCounts: counts,
    explicitBounds: BOUNDS,
  }));
  const metric = {
    name: 'job.time_to_first_token',
    unit: 's',
    histogram: { aggregationTemporality: 1, dataPoints },
  };
  const resource = {
    attributes: [text('service.name', 'load'), text('service.instance.id', `process-${writer}`)],
  };
  const scopeMetrics = [{ scope: { name: 'load' }, metrics: [metric] }];
  return JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics }] });
}

function text(key: string, stringValue: string) {
  return { key, value: { stringValue } };
}

function pause(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}
