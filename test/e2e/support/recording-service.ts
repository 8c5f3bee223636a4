/**
 * A service of its own process: it records in the standard registry until it is told to stop, then
 * flushes, shuts down and says what it has recorded. Where it sends to, how often and with which
 * temporality is in `OTEL_*` variables, as in production.
 */
import { agentMetrics } from '../../../src/agent/index.js';
import { setupMetrics } from '../../../src/index.js';
import { LEDGER_BOUNDARIES, type Ledger, LOAD_ROUTES } from './ledger.js';

/** Time between two bursts, milliseconds, and the requests of a burst. */
const BURST_MILLIS = 10;
const BURST_REQUESTS = 10;

const telemetry = setupMetrics({ registries: [agentMetrics], flushAtExit: false, strict: true });
const ledger: { -readonly [K in keyof Ledger]: Ledger[K] } = {
  requests: {},
  sums: {},
  buckets: {},
  active: 0,
};
let index = 0;

const timer = setInterval(() => {
  for (let i = 0; i < BURST_REQUESTS; i++) recordOne(index++);
}, BURST_MILLIS);

function recordOne(n: number): void {
  const route = LOAD_ROUTES[n % LOAD_ROUTES.length] as string;
  // Every fifth is a boundary itself: those belong to the bucket below.
  const boundary = LEDGER_BOUNDARIES[n % LEDGER_BOUNDARIES.length] as number;
  const seconds = n % 5 === 0 ? boundary : ((n * 7919) % 12_000) / 1_000;
  const attributes = { 'http.request.method': 'GET', 'url.scheme': 'http' } as const;
  const status = 200 as const;
  const all = { ...attributes, 'http.route': route, 'http.response.status_code': status };
  agentMetrics.httpServerRequests.add(1, all);
  agentMetrics.httpServerRequestDuration.record(seconds, all);
  agentMetrics.serviceReadiness.record(n % 2);
  if (n % 3 === 0) {
    agentMetrics.httpServerActiveRequests.add(1, attributes);
    ledger.active += 1;
  } else if (ledger.active > 10) {
    agentMetrics.httpServerActiveRequests.add(-1, attributes);
    ledger.active -= 1;
  }
  ledger.requests[route] = (ledger.requests[route] ?? 0) + 1;
  ledger.sums[route] = (ledger.sums[route] ?? 0) + seconds;
  ledger.buckets[route] ??= [...LEDGER_BOUNDARIES, Number.POSITIVE_INFINITY].map(() => 0);
  const counts = ledger.buckets[route] as number[];
  const bounds = [...LEDGER_BOUNDARIES, Number.POSITIVE_INFINITY];
  for (const [at, bound] of bounds.entries())
    if (seconds <= bound) counts[at] = (counts[at] ?? 0) + 1;
}

process.once('message', async () => {
  clearInterval(timer);
  await telemetry.forceFlush();
  await telemetry.shutdown();
  const { exporters } = telemetry.health();
  process.send?.({ ledger, failed: exporters.some((it) => it.consecutiveFailures > 0) });
  process.disconnect();
});
process.send?.('ready');
