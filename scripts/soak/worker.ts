/**
 * The service of `npm run soak`: it records at a fixed rate, as a service that answers requests and
 * runs jobs would, and reports on itself once a second. Run as a child with an IPC channel; its job
 * is the first argument, as JSON.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { agentMetrics } from '../../src/agent/index.js';
import { type ExporterHealth, setupMetrics, type Telemetry } from '../../src/index.js';
import { INSTRUMENTS, type Job, type Report, SERIES_EACH } from './protocol.js';

const TICK_MILLIS = 10;
/** One record in so many is not a number, and has to be dropped; a prime, to reach every way in. */
const NOT_A_NUMBER_EVERY = 9_973;
const MODELS = 10;
const DELAY_RESOLUTION_MILLIS = 10;
/** Longest time to get rid of what is held, once the receiver is well again. */
const DRAIN_MILLIS = 30_000;

type Recorder = (value: number) => void;

/** Two ways into each series: by its attributes, and bound. */
function recorders(): readonly (readonly Recorder[])[] {
  const { jobTimeToFirstToken, jobDuration, httpServerRequestDuration, httpServerRequests } =
    agentMetrics;
  return Array.from({ length: SERIES_EACH }, (_, i) => {
    const model = `model-${i % MODELS}`;
    const caller = { 'organization.id': `organization-${Math.floor(i / MODELS)}` };
    const job = { 'gen_ai.request.model': model, ...caller };
    const ended = { ...job, 'job.outcome': 'completed' } as const;
    const request = {
      'http.request.method': 'POST',
      'url.scheme': 'https',
      'http.route': `/v1/agents/:agent/${model}`,
      ...caller,
    } as const;
    const bound = [
      jobTimeToFirstToken.bind(job),
      jobDuration.bind(ended),
      httpServerRequestDuration.bind(request),
    ];
    const boundRequests = httpServerRequests.bind(request);
    return [
      (value) => jobTimeToFirstToken.record(value, job),
      (value) => jobDuration.record(value, ended),
      (value) => httpServerRequestDuration.record(value, request),
      (value) => httpServerRequests.add(count(value), request),
      ...bound.map((series) => (value: number) => series.record(value)),
      (value) => boundRequests.add(count(value)),
    ];
  });
}

/** A counter adds 1 for a record, so that its value is the number of records. */
function count(value: number): number {
  return Number.isNaN(value) ? value : 1;
}

/** Runs a job until the parent sends anything. */
async function run(job: Job): Promise<void> {
  const telemetry = setupMetrics({
    serviceName: 'meterbook-soak',
    registries: [agentMetrics],
    temporality: 'delta',
    exportIntervalMillis: job.intervalMillis,
    exportTimeoutMillis: job.intervalMillis,
    otlp: { url: job.url, timeoutMillis: job.intervalMillis },
    logger: { warn: () => undefined, error: () => undefined },
  });
  const series = recorders();
  const recorded = INSTRUMENTS.map(() => 0);
  let made = 0;
  const start = performance.now();
  const tick = (): void => {
    const due = Math.floor(((performance.now() - start) * job.recordsPerSecond) / 1000);
    for (; made < due; made++) {
      const way = made % (2 * INSTRUMENTS.length);
      const instrument = way % INSTRUMENTS.length;
      const record = series[Math.floor(made / (2 * INSTRUMENTS.length)) % SERIES_EACH]?.[way];
      record?.(made % NOT_A_NUMBER_EVERY === 0 ? Number.NaN : Math.random());
      recorded[instrument] = (recorded[instrument] as number) + 1;
    }
  };
  const delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MILLIS });
  delay.enable();
  const report = (isFinal: boolean): void => {
    const { user, system } = process.cpuUsage();
    const { dropped } = telemetry.health();
    process.send?.({
      isFinal,
      recorded: [...recorded],
      dropped: INSTRUMENTS.map((name) => ({
        ...dropped.find(({ instrument }) => instrument === name)?.measurements,
      })),
      held: exporterOf(telemetry).held,
      droppedPoints: { ...exporterOf(telemetry).dropped },
      seconds: (performance.now() - start) / 1000,
      cpuSeconds: (user + system) / 1e6,
      rssBytes: process.memoryUsage.rss(),
      delayP99Millis: Math.max(0, delay.percentile(99) / 1e6 - DELAY_RESOLUTION_MILLIS),
    } satisfies Report);
  };
  const load = setInterval(tick, TICK_MILLIS);
  const reports = setInterval(() => report(false), 1_000);
  await new Promise((resolve) => process.once('message', resolve));
  clearInterval(load);
  clearInterval(reports);
  delay.disable();
  const deadline = performance.now() + DRAIN_MILLIS;
  do {
    await telemetry.forceFlush();
    await sleep(100);
  } while (exporterOf(telemetry).held > 0 && performance.now() < deadline);
  await telemetry.shutdown();
  report(true);
  process.disconnect();
}

/** The OTLP exporter's health. */
function exporterOf(telemetry: Telemetry): ExporterHealth {
  return telemetry.health().exporters[0] as ExporterHealth;
}

await run(JSON.parse(process.argv[2] as string) as Job);
