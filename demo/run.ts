import { setTimeout as sleep } from 'node:timers/promises';
import { agentMetrics } from '../src/agent/index.js';
import { headerContext, observeHttpServer } from '../src/http/index.js';
import { setupMetrics, type Telemetry } from '../src/index.js';
import { createJobTimings, jobStoreMetrics, pgliteStore } from '../src/jobs/index.js';
import { watchRegistry } from '../src/testing/index.js';
import { expectInTable, tableTotals } from './ledger/job-table.js';
import { type DropsByInstrument, settle } from './ledger/ledger.js';
import { tellMeasured } from './ledger/measured.js';
import { Tally } from './ledger/tally.js';
import { Forwarder } from './live-page.js';
import { type Load, startLoad } from './load/generator.js';
import { serviceMetrics } from './metrics.js';
import { startMishaps } from './mishaps.js';
import type { DemoOptions } from './options.js';
import { Accumulator } from './received/accumulator.js';
import { type DecodedRequest, type ReceiverOptions, startReceiver } from './receiver.js';
import type { Recording } from './recording.js';
import { ROUTE_TEMPLATES, startService } from './service/server.js';
import { allAgents } from './service/tenants.js';
import { MEASURED, StandardRecording } from './standard-recording.js';
import { BY_ENDPOINT, BY_MODEL, figuresOf } from './view/figures.js';
import { Rates } from './view/rates.js';
import { makeReport } from './view/report.js';
import type { DemoResult, DemoState, ExportCounts, View } from './view/state.js';

const EXPORT_INTERVAL_MILLIS = 1_000;
/** How long the last answers are waited for; the slowest takes a few seconds. */
const DRAIN_MILLIS = 15_000;

/** Everything that runs, and what came of it so far. */
interface Running {
  readonly options: DemoOptions;
  readonly telemetry: Telemetry;
  readonly received: Accumulator;
  readonly rates: Rates;
  readonly exports: { -readonly [K in keyof ExportCounts]: ExportCounts[K] };
  readonly receiverUrl: string;
  readonly pageUrl: string | undefined;
  readonly warnings: string[];
}

/** What a run of the demo may have besides. */
export interface RunExtras {
  /** Lets a test lose data, to see that the ledger tells. */
  readonly respond?: ReceiverOptions['respond'];
  /** A live view, to which all that is received is handed on. */
  readonly live?: { readonly receiverUrl: string; readonly pageUrl: string } | undefined;
  /** Lets a test listen to what is recorded. */
  readonly listen?: (recording: Recording) => Recording;
}

/**
 * Runs the demo: service, load, SDK and receiver in this process, for the duration of the options
 * or until `interrupted` is aborted. The result says whether the ledger balances.
 */
export async function runDemo(
  options: DemoOptions,
  view: View,
  interrupted: AbortSignal,
  { respond, live, listen = (it) => it }: RunExtras = {},
): Promise<DemoResult> {
  const received = new Accumulator();
  const rates = new Rates();
  const exports = { requests: 0, bytes: 0, points: 0, refused: 0 };
  const warnings: string[] = [];
  const forwarder = live === undefined ? undefined : new Forwarder(live.receiverUrl);

  // Loading a database takes the process a second or more: before anything is timed.
  const store = await pgliteStore();
  const receiver = await startReceiver({
    keepRequests: false,
    ...(respond === undefined ? {} : { respond }),
    onRequest: (request, body) => {
      if (request.status >= 300) return;
      forwarder?.send(body);
      received.add(request.resourceMetrics);
      rates.sample(request.receivedAt, countsOf(received));
      exports.requests += 1;
      exports.bytes += request.bytes;
      exports.points += pointsOf(request);
    },
  });
  const warn = (message: string) => warnings.push(message);
  const telemetry = setupMetrics({
    serviceName: 'meterbook-demo',
    registries: [agentMetrics, serviceMetrics, jobStoreMetrics],
    temporality: options.temporality,
    exportIntervalMillis: EXPORT_INTERVAL_MILLIS,
    otlp: { url: receiver.url, compression: 'gzip' },
    runtime: true,
    flushAtExit: false,
    logger: { warn, error: warn },
  });
  const receiverUrl = receiver.url;
  const pageUrl = live?.pageUrl;
  const running = { options, telemetry, received, rates, exports, receiverUrl, pageUrl, warnings };

  const tally = new Tally();
  // A reader of its own: the ledger's side of what the SDK has measured by itself.
  const watched = watchRegistry(agentMetrics, { strict: false });
  const observation = observeHttpServer({
    routes: ROUTE_TEMPLATES,
    // The load generator stands for the gateway in front of a real service.
    context: headerContext({ trust: true }),
  });
  const timings = createJobTimings({ store, logger: { warn, error: warn } });
  const recording = listen(new StandardRecording(tally));
  const service = await startService(recording, timings, { slowModel: options.slowModel });
  const stopMishaps = startMishaps(tally);
  const load = startLoad(service.url, options.rate, allAgents());
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 1000;
  const ticker = setInterval(() => view.show(stateOf(running, load, elapsed())), 1_000);

  await sleep(options.durationSeconds * 1000, undefined, { signal: interrupted }).catch(() => {});
  stopMishaps();
  const loadSeconds = elapsed();
  const loadResult = await load.stop(DRAIN_MILLIS);
  await service.close();
  observation.stop();
  await tellMeasured(watched, tally, MEASURED);
  expectInTable(tally);
  await timings.flush();
  const [inTable, jobs] = await Promise.all([timings.report(), timings.report({ by: 'model' })]);
  await timings.close();
  watched.stopWatching();
  clearInterval(ticker);
  await telemetry.shutdown();
  exports.refused = receiver.refused;
  await receiver.close();
  await forwarder?.settled();

  const state = stateOf(running, load, elapsed(), (one) => one.requests / loadSeconds);
  const compared = [...comparedSeries(received), ...tableTotals(inTable)];
  const ledger = settle(tally.entries(), compared, dropsOf(telemetry));
  const exportError = telemetry.health().exporters[0]?.lastError;
  const result = { state, load: loadResult, loadSeconds, jobs, ledger, exportError };
  view.finish(result);
  return result;
}

/** 0 if everything that was recorded is accounted for, otherwise 1. */
export function exitCodeOf({ ledger }: DemoResult): number {
  return ledger.balanced ? 0 : 1;
}

function stateOf(
  { options, telemetry, received, rates, exports, receiverUrl, pageUrl, warnings }: Running,
  load: Load,
  elapsedSeconds: number,
  rateOf: (one: { name: string; requests: number }) => number = (one) => rates.perSecond(one.name),
): DemoState {
  const cardinality = [...agentMetrics.cardinality(), ...serviceMetrics.cardinality()];
  return {
    options,
    elapsedSeconds,
    underWay: load.underWay,
    receiverUrl,
    pageUrl,
    exports: { ...exports },
    report: makeReport(received, cardinality, telemetry.health(), rateOf),
    warnings: [...warnings],
  };
}

/** Requests and calls so far, by the name of the endpoint or the model. */
function countsOf(received: Accumulator): Map<string, number> {
  const figures = [...figuresOf(received, BY_ENDPOINT), ...figuresOf(received, BY_MODEL)];
  return new Map(figures.map(({ name, requests }) => [name, requests]));
}

function pointsOf({ resourceMetrics }: DecodedRequest): number {
  const metrics = resourceMetrics.flatMap(({ scopes }) => scopes.flatMap((one) => one.metrics));
  return metrics.reduce((sum, metric) => sum + metric.points.length, 0);
}

/** The series that the demo counts itself: those of its two registries. */
function comparedSeries(received: Accumulator) {
  const scopes = [agentMetrics.scope.name, serviceMetrics.scope.name];
  return received.series().filter((series) => scopes.includes(series.scope));
}

function dropsOf(telemetry: Telemetry): DropsByInstrument {
  const { dropped } = telemetry.health();
  return Object.fromEntries(dropped.map((one) => [one.instrument, { ...one.measurements }]));
}
