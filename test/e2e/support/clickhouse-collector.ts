import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { collectorArtefacts } from '../../../src/artefacts/index.js';
import type { Manifest } from '../../../src/declare/index.js';
import { until } from '../../support/pipeline.js';
import type { Engine } from './chdb.js';
import type { ClickHouseServer } from './clickhouse-http.js';
import { collectorPlace, startCollector } from './collector.js';

/** A Collector that writes what it is sent into ClickHouse. */
export interface ClickHouseCollector {
  send(metrics: ResourceMetrics): Promise<void>;
  /** Waits until everything that was sent is in the tables. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** Ten years: what is sent has dates of its own, and old rows would go. A DateTime ends in 2106. */
const KEPT = '87600h';
const TABLES = ['sum', 'gauge', 'histogram', 'exponential_histogram'];

/**
 * Starts a Collector with the configuration that is generated for ClickHouse, which makes the tables:
 * queue on disk, batches and all.
 */
export async function startClickHouseCollector(
  manifests: readonly Manifest[],
  server: ClickHouseServer,
  engine: Engine,
): Promise<ClickHouseCollector> {
  const place = await collectorPlace();
  // What stands in for the server does not know ClickHouse's own compression.
  const endpoint = `${server.url}?compress=none`;
  const clickhouse = { endpoint, createSchema: true, ttl: KEPT };
  const made = collectorArtefacts(manifests, { ...place.options, clickhouse });
  const config = made.find(({ path }) => path.endsWith('/clickhouse.yaml'));
  if (config === undefined) throw new Error('no configuration for ClickHouse');
  const collector = await startCollector(place, config.content);
  const exporter = new OTLPMetricExporter({ url: `${collector.url}/v1/metrics` });
  let points = 0;
  const rows = (): number => {
    const counts = TABLES.map((it) => `SELECT count() AS rows FROM otel.otel_metrics_${it}`);
    const found = engine.rows<{ readonly rows: number | string }>(counts.join(' UNION ALL '));
    return found.reduce((sum, row) => sum + Number(row.rows), 0);
  };
  return {
    send: (metrics) =>
      new Promise((resolve, reject) => {
        for (const { metrics: each } of metrics.scopeMetrics)
          for (const { dataPoints } of each) points += dataPoints.length;
        exporter.export(metrics, ({ code, error }) => {
          if (code === 0) resolve();
          else reject(new Error(`the Collector took nothing: ${error?.message}`));
        });
      }),
    settled: () =>
      until('every point is a row', () => rows() >= points, 60_000).catch((error: unknown) => {
        throw new Error(`${rows()} of ${points} points are rows: ${collector.said()}`, {
          cause: error,
        });
      }),
    async stop() {
      await exporter.shutdown();
      await collector.stop();
    },
  };
}
