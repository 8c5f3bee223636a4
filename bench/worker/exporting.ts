import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { attr, buckets, defineRegistry, histogram, setupMetrics } from '../../src/index.js';
import { BOUNDARIES } from '../subjects/subject.js';
import type { ExporterName } from './exporter-names.js';

/** What an exporter is made with. */
export interface ExportingOptions {
  readonly series: number;
  readonly intervalMillis: number;
}

/** Longer than the process lives: exports are those that are asked for. */
export const NEVER = 3_600_000;

/** A server that takes everything, in a process of its own. */
const RECEIVER = `
  const { createServer } = require('node:http');
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.end());
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));`;

/** A histogram of 14 boundaries that is exported over OTLP to a receiver in another process. */
export interface Exporting {
  record(value: number, id: number): void;
  export(): Promise<void>;
}

const MAKERS: Readonly<
  Record<ExporterName, (url: string, options: ExportingOptions) => Exporting>
> = {
  meterbook(url, { series, intervalMillis }) {
    const metrics = defineRegistry({
      scope: { name: 'bench' },
      instruments: {
        latency: histogram({
          name: 'latency',
          unit: 's',
          buckets: buckets.explicit(BOUNDARIES),
          attributes: { id: attr.int() },
          maxSeries: series,
        }),
      },
    });
    const telemetry = setupMetrics({
      serviceName: 'bench',
      registries: [metrics],
      otlp: { url },
      exportIntervalMillis: intervalMillis,
    });
    return {
      record: (value, id) => metrics.latency.record(value, { id }),
      export: () => telemetry.forceFlush(),
    };
  },
  'sdk-metrics 2.x'(url, { series, intervalMillis }) {
    const exporter = new OTLPMetricExporter({ url });
    const reader = new PeriodicExportingMetricReader({
      exporter,
      exportIntervalMillis: intervalMillis,
    });
    const provider = new MeterProvider({
      readers: [reader],
      views: [{ instrumentName: 'latency', aggregationCardinalityLimit: series + 1 }],
    });
    const latency = provider.getMeter('bench').createHistogram('latency', {
      advice: { explicitBucketBoundaries: [...BOUNDARIES] },
    });
    return {
      record: (value, id) => latency.record(value, { id }),
      export: () => provider.forceFlush(),
    };
  },
};

/** Starts the receiver, and what exports to it; both end with the process. */
export async function startExporting(
  name: ExporterName,
  options: ExportingOptions,
): Promise<Exporting & { stop(): void }> {
  const receiver = spawn(process.execPath, ['--eval', RECEIVER], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = await once(receiver.stdout, 'data');
  const exporting = MAKERS[name](`http://127.0.0.1:${String(port).trim()}/v1/metrics`, options);
  return { ...exporting, stop: () => receiver.kill() };
}
