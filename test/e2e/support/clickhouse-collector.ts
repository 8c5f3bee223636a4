import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { until } from '../../support/pipeline.js';
import { freePort } from './free-port.js';

/** A Collector that writes what it is sent into ClickHouse. */
export interface ClickHouseCollector {
  /** Sends, and resolves once the rows are in their tables. */
  send(metrics: ResourceMetrics): Promise<void>;
  stop(): Promise<void>;
}

/** The Collector: where `METERBOOK_OTELCOL` says, or in the path. */
const PROGRAM = process.env['METERBOOK_OTELCOL'] ?? 'otelcol-meterbook';

/**
 * Starts a Collector with its ClickHouse exporter, which makes the tables. Without a queue, so that
 * whoever sends is answered when the rows are in.
 */
export async function startClickHouseCollector(
  clickhouse: string,
  database: string,
): Promise<ClickHouseCollector> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'meterbook-collector-'));
  const file = join(folder, 'collector.yaml');
  writeFileSync(file, configuration(port, clickhouse, database));
  const collector = spawn(PROGRAM, ['--config', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  collector.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
  });
  let isRunning = true;
  const ended = new Promise<void>((resolve) => {
    collector.once('close', () => resolve());
    collector.once('error', (error) => {
      said += error.message;
      resolve();
    });
  }).then(() => {
    isRunning = false;
  });
  const url = `http://127.0.0.1:${port}/v1/metrics`;
  await until(
    'the Collector listens',
    () => {
      if (!isRunning) throw new Error(`the Collector ended: ${said}`);
      return fetch(url).then(
        () => true,
        () => false,
      );
    },
    30_000,
  );
  const exporter = new OTLPMetricExporter({ url });
  return {
    send: (metrics) =>
      new Promise((resolve, reject) => {
        exporter.export(metrics, ({ code, error }) => {
          if (code === 0) resolve();
          else reject(new Error(`the Collector took nothing (${error?.message}): ${said}`));
        });
      }),
    async stop() {
      await exporter.shutdown();
      collector.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configuration(port: number, clickhouse: string, database: string): string {
  return `
receivers:
  otlp: { protocols: { http: { endpoint: 127.0.0.1:${port} } } }
exporters:
  clickhouse:
    endpoint: ${clickhouse}
    database: ${database}
    compress: none
    sending_queue: { enabled: false }
    retry_on_failure: { enabled: false }
service:
  telemetry: { metrics: { level: none } }
  pipelines:
    metrics: { receivers: [otlp], exporters: [clickhouse] }
`;
}
