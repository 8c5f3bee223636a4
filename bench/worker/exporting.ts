import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import {
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { attr, buckets, defineRegistry, histogram, setupMetrics } from '../../src/index.js';
import { decodeMetricsRequest } from '../../src/live/otlp/decode.js';
import { coreOf, Delivery, makeProducer, toRowMetric } from '../../src/otel/index.js';
import { BOUNDARIES } from '../subjects/subject.js';
import type { ExporterName } from './exporter-names.js';

/** Longer than the process lives: exports are those that are asked for. */
const NEVER = 3_600_000;

/** A histogram of 14 boundaries that is exported over OTLP. */
export interface Exporting {
  record(value: number, id: number): void;
  export(): Promise<void>;
}

/** One that goes as far as the request's bytes. */
export interface ExportingBytes extends Exporting {
  /** Exports once more, and tells how many points are in the requests. */
  exportedPoints(): Promise<number>;
}

/** Told of the bytes of each request. */
type OnRequest = (bytes: Uint8Array) => void;

function declare(series: number) {
  return defineRegistry({
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
}

/** As far as the request's bytes, by the parts of which `setupMetrics` makes its pipeline. */
function meterbookBytes(series: number, onRequest: OnRequest): Exporting {
  const metrics = declare(series);
  const delivery = new Delivery({
    send: async (body) => {
      onRequest(body);
      return { fate: 'accepted', isBodyFree: true };
    },
    serialize: (metrics) => ProtobufMetricsSerializer.serializeRequest(metrics),
    timeoutMillis: 10_000,
    now: () => performance.now(),
    random: Math.random,
    sleep: async () => undefined,
    onAnswer: () => undefined,
    onDropped: (reason) => {
      throw new Error(reason);
    },
  });
  const reader = new PeriodicExportingMetricReader({
    exporter: exporterOf((metrics) => delivery.export(metrics)),
    exportIntervalMillis: NEVER,
    metricProducers: [makeProducer(coreOf(metrics), { convert: toRowMetric })],
  });
  const provider = new MeterProvider({ readers: [reader] });
  return {
    record: (value, id) => metrics.latency.record(value, { id }),
    export: () => provider.forceFlush(),
  };
}

function meterbookSending(series: number, url: string, intervalMillis: number): Exporting {
  const metrics = declare(series);
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
}

function sdk(
  series: number,
  exporter: PushMetricExporter,
  exportIntervalMillis = NEVER,
): Exporting {
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis });
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
}

type Take = Parameters<PushMetricExporter['export']>[0];

function exporterOf(take: (metrics: Take) => Promise<unknown>): PushMetricExporter {
  return {
    export: (metrics, done) => void take(metrics).then(() => done({ code: 0 })),
    forceFlush: async () => undefined,
    shutdown: async () => undefined,
  };
}

/** An export as far as the bytes that would go out. */
export function exportingBytes(name: ExporterName, series: number): ExportingBytes {
  // Copies, and only when they are asked for: the memory of a request is used again.
  let kept: Uint8Array[] | undefined;
  const onRequest: OnRequest = (bytes) => void kept?.push(Uint8Array.from(bytes));
  // What the official exporter does before it sends.
  const serialize = async (metrics: Take) =>
    onRequest(ProtobufMetricsSerializer.serializeRequest(metrics) ?? new Uint8Array());
  const exporting =
    name === 'meterbook' ? meterbookBytes(series, onRequest) : sdk(series, exporterOf(serialize));
  return {
    ...exporting,
    async exportedPoints() {
      const requests: Uint8Array[] = [];
      kept = requests;
      await exporting.export();
      kept = undefined;
      return requests
        .flatMap(decodeMetricsRequest)
        .flatMap(({ scopes }) => scopes.flatMap(({ metrics }) => metrics))
        .reduce((sum, { points }) => sum + points.length, 0);
    },
  };
}

/** A server that takes everything, in a process of its own. */
const RECEIVER = `
  const { createServer } = require('node:http');
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.end());
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));`;

/** A whole export, to a receiver in another process; when asked, and in an interval if one is given. */
export async function exportingTo(
  name: ExporterName,
  series: number,
  intervalMillis = NEVER,
): Promise<Exporting & { stop(): void }> {
  const receiver = spawn(process.execPath, ['--eval', RECEIVER], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = await once(receiver.stdout, 'data');
  const url = `http://127.0.0.1:${String(port).trim()}/v1/metrics`;
  const exporting =
    name === 'meterbook'
      ? meterbookSending(series, url, intervalMillis)
      : sdk(series, new OTLPMetricExporter({ url }), intervalMillis);
  return { ...exporting, stop: () => receiver.kill() };
}
