import { expect } from 'vitest';
import { type Receiver, startReceiver } from '../../../demo/receiver.js';
import { agentMetrics } from '../../../src/agent/index.js';
import { type CollectorOptions, collectorArtefacts } from '../../../src/artefacts/index.js';
import {
  type Collector,
  type CollectorPlace,
  collectorPlace,
  startCollector,
} from './collector.js';
import { type Ledger, ledgerIn, type RecordingService, startService } from './ledger.js';
import { type Prometheus, startPrometheus } from './prometheus.js';

/** Most time for what is recorded to arrive, after an outage too, milliseconds. */
const ARRIVAL_MILLIS = 60_000;

export const manifests = [agentMetrics.manifest()];

/** What takes remote write, and what is late: a Collector that was killed brings some of it again. */
export const REMOTE_WRITE = { flags: ['--web.enable-remote-write-receiver'], outOfOrder: '30m' };
/** What takes OTLP: no version that Debian has. */
export const OTLP = {
  program: process.env['METERBOOK_PROMETHEUS3'] ?? 'METERBOOK_PROMETHEUS3 is not set',
  flags: ['--web.enable-otlp-receiver'],
  outOfOrder: '30m',
};

/** Starts servers that end with the test. */
export interface Started {
  /** A Collector with one of the generated files. */
  collector(path: string, options?: CollectorOptions, place?: CollectorPlace): Promise<Collector>;
  prometheus(...args: Parameters<typeof startPrometheus>): Promise<Prometheus>;
  service(...args: Parameters<typeof startService>): Promise<RecordingService>;
  receiver(): Promise<Receiver>;
}

/** For one test: what it starts ends with it, the last first, so that tests can run side by side. */
export function starting(onTestFinished: (end: () => Promise<void>) => void): Started {
  return {
    async collector(path, options = {}, place) {
      const at = place ?? (await collectorPlace());
      const it = await startCollector(at, fileNamed(path, { ...options, ...at.options }));
      onTestFinished(() => it.stop());
      return it;
    },
    async prometheus(...args) {
      const it = await startPrometheus(...args);
      onTestFinished(() => it.stop());
      return it;
    },
    async service(...args) {
      const it = await startService(...args);
      onTestFinished(async () => it.kill());
      return it;
    },
    async receiver() {
      const it = await startReceiver();
      onTestFinished(() => it.close());
      return it;
    },
  };
}

/** The text of one of the files that are generated from the standard registry. */
export function fileNamed(path: string, options: CollectorOptions): string {
  const found = collectorArtefacts(manifests, options).find((it) => it.path === path);
  if (found === undefined) throw new Error(`there is no ${path}`);
  return found.content;
}

export const seconds = (count: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, count * 1_000));
export const writeUrl = ({ url }: Prometheus): string => `${url}/api/v1/write`;
export const otlpUrl = ({ url }: Prometheus): string => `${url}/api/v1/otlp/v1/metrics`;

/** Waits until a server has all that a service has recorded, and holds every number to the ledger. */
export async function holdToLedger(
  server: Prometheus,
  { instance }: RecordingService,
  ledger: Ledger,
): Promise<void> {
  expect(Math.min(...Object.values(ledger.requests))).toBeGreaterThan(100);
  const found = await untilThere(
    () => ledgerIn(server, instance),
    (it) => total(it.requests) >= total(ledger.requests) && it.active === ledger.active,
  );
  expect(found.requests).toEqual(ledger.requests);
  expect(found.buckets).toEqual(ledger.buckets);
  expect(found.active).toBe(ledger.active);
  const routes = Object.keys(ledger.sums);
  expect(Object.keys(found.sums).sort()).toEqual(routes.sort());
  for (const route of routes) {
    expect(found.sums[route]).toBeCloseTo(ledger.sums[route] as number, 6);
  }
}

/** Waits until a receiver of OTLP has been sent all the requests of a ledger, and no more. */
export async function holdReceiverToLedger(
  receiver: Receiver,
  temporality: 'cumulative' | 'delta',
  ledger: Ledger,
): Promise<void> {
  const found = await untilThere(
    async () => requestsIn(receiver, temporality),
    (it) => total(it) >= total(ledger.requests),
  );
  expect(found).toEqual(ledger.requests);
}

function requestsIn({ requests }: Receiver, temporality: string): Record<string, number> {
  const byRoute: Record<string, number> = {};
  const metrics = requests
    .flatMap(({ resourceMetrics }) => resourceMetrics)
    .flatMap(({ scopes }) => scopes)
    .flatMap((scope) => scope.metrics)
    .filter(({ name }) => name === 'http.server.requests');
  for (const metric of metrics) {
    if (metric.kind !== 'sum') throw new Error('not a sum');
    expect(metric.temporality).toBe(temporality);
    for (const { attributes, value } of metric.points) {
      const route = String(attributes['http.route']);
      byRoute[route] = temporality === 'delta' ? (byRoute[route] ?? 0) + value : value;
    }
  }
  return byRoute;
}

const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((a, b) => a + b, 0);

/** Asks until all is there, and once more after a while, so that too much would be seen as well. */
export async function untilThere<T>(
  ask: () => Promise<T>,
  isThere: (found: T) => boolean,
): Promise<T> {
  const deadline = performance.now() + ARRIVAL_MILLIS;
  while (!isThere(await ask()) && performance.now() < deadline) await seconds(0.25);
  await seconds(2);
  return ask();
}
