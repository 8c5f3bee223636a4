import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { attr, buckets, defineRegistry, histogram, setupMetrics } from '../../src/index.js';
import { BOUNDARIES } from '../subjects/subject.js';

/** Who exports. */
export const STALL_SUBJECTS = ['meterbook', 'sdk-metrics 2.x'] as const;
export type StallSubject = (typeof STALL_SUBJECTS)[number];

const SERIES = 10_000;
const WARMUPS = 10;
/** Longer than the process lives: exports are those that are asked for. */
const NEVER = 3_600_000;

/** A server that takes everything, in a process of its own. */
const RECEIVER = `
  const { createServer } = require('node:http');
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.end());
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));`;

interface Exporting {
  record(value: number, id: number): void;
  export(): Promise<void>;
}

const MAKERS: Readonly<Record<StallSubject, (url: string) => Exporting>> = {
  meterbook(url) {
    const metrics = defineRegistry({
      scope: { name: 'bench' },
      instruments: {
        latency: histogram({
          name: 'latency',
          unit: 's',
          buckets: buckets.explicit(BOUNDARIES),
          attributes: { id: attr.int() },
          maxSeries: SERIES,
        }),
      },
    });
    const telemetry = setupMetrics({
      serviceName: 'bench',
      registries: [metrics],
      otlp: { url },
      exportIntervalMillis: NEVER,
    });
    return {
      record: (value, id) => metrics.latency.record(value, { id }),
      export: () => telemetry.forceFlush(),
    };
  },
  'sdk-metrics 2.x'(url) {
    const exporter = new OTLPMetricExporter({ url });
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: NEVER });
    const provider = new MeterProvider({
      readers: [reader],
      views: [{ instrumentName: 'latency', aggregationCardinalityLimit: SERIES + 1 }],
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

/**
 * The longest time, milliseconds, that the event loop had no turn during each of so many exports of
 * 10,000 histogram series, after a few that do not count.
 */
export async function timeStalls(subject: StallSubject, count: number): Promise<readonly number[]> {
  const receiver = spawn(process.execPath, ['--eval', RECEIVER], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = await once(receiver.stdout, 'data');
  const exporting = MAKERS[subject](`http://127.0.0.1:${String(port).trim()}/v1/metrics`);
  const stalls: number[] = [];
  for (let i = 0; i < WARMUPS + count; i++) {
    for (let id = 0; id < SERIES; id++) exporting.record(id % 7, id);
    // Each starts without the garbage of the one before, as with a minute between them.
    globalThis.gc?.();
    const stall = await longestStall(() => exporting.export());
    if (i >= WARMUPS) stalls.push(stall);
  }
  receiver.kill();
  return stalls;
}

async function longestStall(work: () => Promise<void>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  let isOver = false;
  const turn = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  isOver = true;
  return Math.max(longest, performance.now() - last);
}
