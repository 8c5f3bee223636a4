import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { agentMetrics } from '../../../src/agent/index.js';
import type { Prometheus, SampleHistory } from './prometheus.js';

/** The routes of the load, and the bounds of the histogram that is looked at. */
export const LOAD_ROUTES = ['/chat', '/embed', '/'];
export const LEDGER_BOUNDARIES: readonly number[] =
  agentMetrics
    .manifest()
    .instruments.find(({ property }) => property === 'httpServerRequestDuration')?.boundaries ?? [];

/** What a service has recorded, by route. */
export interface Ledger {
  readonly requests: Record<string, number>;
  /** Seconds. */
  readonly sums: Record<string, number>;
  /** How many took at most each boundary, and all. */
  readonly buckets: Record<string, readonly number[]>;
  /** Requests in flight at the end. */
  readonly active: number;
}

/** A process that records. */
export interface RecordingService {
  /** `service.instance.id`, by which its series are told from those of others. */
  readonly instance: string;
  /** Lets it flush and end, and gives what it has recorded. */
  stop(): Promise<Ledger>;
  /** Ends it without; nothing happens where it has ended. */
  kill(): void;
}

/** Time between two exports of a service, milliseconds. */
export const EXPORT_MILLIS = 500;

/** Starts a service that records up to 1,000 requests a second, and sends them to a Collector. */
export async function startService(
  url: string,
  temporality: 'cumulative' | 'delta',
  instance: string,
): Promise<RecordingService> {
  const program = fileURLToPath(new URL('recording-service.ts', import.meta.url));
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('OTEL_'));
  const child = fork(program, {
    execArgv: ['--import', 'tsx'],
    env: {
      ...Object.fromEntries(inherited),
      OTEL_SERVICE_NAME: 'collected',
      OTEL_RESOURCE_ATTRIBUTES: `service.instance.id=${instance}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: temporality,
      OTEL_METRIC_EXPORT_INTERVAL: String(EXPORT_MILLIS),
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
  });
  const answer = async (): Promise<unknown> => {
    const ended = once(child, 'close').then(() => {
      throw new Error(`the service has ended: ${said}`);
    });
    const [message] = await Promise.race([once(child, 'message'), ended]);
    return message;
  };
  await answer();
  return {
    instance,
    async stop() {
      const answered = answer();
      child.send('stop');
      const { ledger, failed } = (await answered) as { ledger: Ledger; failed: boolean };
      if (failed) throw new Error(`the last export failed: ${said}`);
      return ledger;
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

/** What a Prometheus server has of one service, in the form of its ledger. */
export async function ledgerIn(prometheus: Prometheus, instance: string): Promise<Ledger> {
  const of = `job="collected",instance="${instance}"`;
  const byRoute = async (name: string): Promise<Record<string, number>> => {
    const series = await prometheus.history(`${name}{${of}}`);
    return Object.fromEntries(
      series.map((it) => [it.labels['http_route'] ?? 'no route', totalOf(it)]),
    );
  };
  const requests = await byRoute('http_server_requests_total');
  const sums = await byRoute('http_server_request_duration_seconds_sum');
  const histories = await prometheus.history(`http_server_request_duration_seconds_bucket{${of}}`);
  const bounds = [...LEDGER_BOUNDARIES, Number.POSITIVE_INFINITY];
  const buckets: Record<string, number[]> = {};
  for (const history of histories) {
    const { http_route: route = 'no route', le = '' } = history.labels;
    const at = bounds.indexOf(le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le));
    buckets[route] ??= bounds.map(() => 0);
    (buckets[route] as number[])[at] = totalOf(history);
  }
  const active = await prometheus.query(`http_server_active_requests{${of}}`);
  return { requests, sums, buckets, active: active[0]?.value ?? Number.NaN };
}

/** What a counter has counted: it begins at zero, and again whenever it is less than before. */
export function totalOf({ samples }: SampleHistory): number {
  let before = 0;
  let total = 0;
  for (const [, value] of samples) {
    total += value < before ? value : value - before;
    before = value;
  }
  return total;
}
