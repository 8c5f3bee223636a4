import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { diag, metrics, trace } from '@opentelemetry/api';
import { logs } from '@opentelemetry/api-logs';
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  AggregationType,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LinesPanel } from '../../src/live/protocol.js';
import { until } from '../support/pipeline.js';
import { type LiveCommand, startLiveCommand } from './support/live-command.js';

/**
 * What the live view shows of services with the official SDKs of Node and of Go is what they recorded,
 * however they send it, and when they are started again in between.
 */
let live: LiveCommand;

beforeAll(async () => {
  live = await startLiveCommand();
});

afterAll(async () => {
  const { refused, rejected } = await live.health();
  expect({ refused, rejected }).toEqual({ refused: {}, rejected: {} });
  expect(await live.stop()).toBe(0);
});

type TemporalityName = 'delta' | 'cumulative';

/** What a life of a service recorded. */
interface Recorded {
  readonly orders: Readonly<Record<string, number>>;
  /** Measurements of the histogram, and their sum. */
  readonly counted: number;
  readonly items: number;
}

const TEMPORALITIES = {
  delta: AggregationTemporality.DELTA,
  cumulative: AggregationTemporality.CUMULATIVE,
};
const EXPORTERS = { protobuf: ProtobufExporter, JSON: JsonExporter };
const REGIONS = ['eu', 'us'] as const;
const PARTS = 3;
/** Between exports: more than a second, which is how finely the history is cut. */
const PAUSE_MILLIS = 1_500;
const SHOWN_MILLIS = 40_000;

/** One life of a service with the official SDK of Node: the same as that of test/e2e/go-service. */
async function liveOnce(
  service: string,
  encoding: keyof typeof EXPORTERS,
  temporality: TemporalityName,
  orders: number,
  isExponential = false,
): Promise<Recorded> {
  const exporter = new EXPORTERS[encoding]({ url: `${live.receiver}/v1/metrics` });
  exporter.selectAggregationTemporality = () => TEMPORALITIES[temporality];
  const provider = new MeterProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
    views: isExponential
      ? [
          {
            instrumentName: 'shop.order.items',
            aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
          },
        ]
      : [],
  });
  const meter = provider.getMeter('shop');
  const counter = meter.createCounter('shop.orders', { unit: '{order}' });
  const histogram = meter.createHistogram('shop.order.items', {
    unit: '{item}',
    advice: { explicitBucketBoundaries: [1, 2, 5, 10] },
  });
  const recorded = { orders: { eu: 0, us: 0 }, counted: 0, items: 0 };
  for (let i = 0; i < orders; i++) {
    const region = REGIONS[i % 2] as (typeof REGIONS)[number];
    const attributes = { 'shop.region': region };
    counter.add(2, attributes);
    recorded.orders[region] += 2;
    histogram.record(i % 10, attributes);
    recorded.counted += 1;
    recorded.items += i % 10;
    if ((i + 1) % (orders / PARTS) !== 0) continue;
    await provider.forceFlush();
    await sleep(PAUSE_MILLIS);
  }
  await provider.shutdown();
  return recorded;
}

/** One life of the service in Go. */
async function goOnce(
  service: string,
  temporality: TemporalityName,
  orders: number,
): Promise<Recorded> {
  const program = process.env['METERBOOK_GO_SERVICE'];
  if (program === undefined) {
    throw new Error(
      'METERBOOK_GO_SERVICE is not set: npm run test:e2e builds the service, with Go',
    );
  }
  const env = {
    ...process.env,
    OTEL_EXPORTER_OTLP_ENDPOINT: live.receiver,
    OTEL_SERVICE_NAME: service,
  };
  const { stdout, stderr } = await promisify(execFile)(program, [temporality, String(orders)], {
    env,
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Recorded;
}

/** What all lives recorded together. */
function together(lives: readonly Recorded[]): Recorded {
  const sum = (value: (life: Recorded) => number) => lives.reduce((all, it) => all + value(it), 0);
  return {
    orders: Object.fromEntries(REGIONS.map((it) => [it, sum(({ orders }) => orders[it] ?? 0)])),
    counted: sum(({ counted }) => counted),
    items: sum(({ items }) => items),
  };
}

/** What the page is told of a service, in the same terms. */
async function shown(service: string): Promise<Recorded> {
  const [counter, histogram] = await Promise.all([
    amounts(service, 'shop.orders', 'How many', 'By shop.region'),
    amounts(service, 'shop.order.items', 'How many', 'As a whole'),
  ]);
  const items = await amounts(service, 'shop.order.items', 'How much', 'As a whole');
  return {
    orders: Object.fromEntries(REGIONS.map((it) => [it, counter.get(it) ?? 0])),
    counted: [...histogram.values()][0] ?? 0,
    items: [...items.values()][0] ?? 0,
  };
}

/** The lines of a panel, each as what its rates amount to over the time shown. */
async function amounts(
  service: string,
  instrument: string,
  title: string,
  row: string,
): Promise<ReadonlyMap<string, number>> {
  const query = new URLSearchParams({ view: 'instrument', range: '300', service, instrument });
  const { shown, stepMillis } = await live.answer(query.toString());
  const rows = shown.kind === 'instrument' ? shown.rows : [];
  const panel = rows
    .find((it) => it.title === row)
    ?.panels.find((it): it is LinesPanel => it.title === title && 'lines' in it);
  return new Map(
    panel?.lines.map(({ labels, values }) => [
      labels['shop.region'] ?? '',
      // Rates are shown with six digits; what they amount to are whole numbers.
      Math.round(values.reduce<number>((sum, it) => sum + (it ?? 0), 0) * (stepMillis / 1_000)),
    ]),
  );
}

/** Waits until a service is shown as it recorded; fails with the difference. */
async function expectShown(service: string, recorded: Recorded): Promise<void> {
  let last: Recorded | undefined;
  const isShown = async () => {
    last = await shown(service);
    return JSON.stringify(last) === JSON.stringify(recorded);
  };
  await until('it is shown', isShown, SHOWN_MILLIS).catch(() => undefined);
  expect(last).toEqual(recorded);
}

describe('what is shown is what was recorded', () => {
  describe.each(['protobuf', 'JSON'] as const)('by the SDK of Node, in %s', (encoding) => {
    it.each(['delta', 'cumulative'] as const)('%s, started again', async (temporality) => {
      const service = `node-${encoding}-${temporality}`;
      const first = await liveOnce(service, encoding, temporality, 300);
      const second = await liveOnce(service, encoding, temporality, 90);
      await expectShown(service, together([first, second]));
    });

    it('exponential histograms, delta', async () => {
      const service = `node-${encoding}-exponential`;
      await expectShown(service, await liveOnce(service, encoding, 'delta', 300, true));
    });
  });

  it.each(['delta', 'cumulative'] as const)(
    'by the SDK of Go, %s, started again',
    async (temporality) => {
      const service = `go-${temporality}`;
      const first = await goOnce(service, temporality, 300);
      const second = await goOnce(service, temporality, 90);
      await expectShown(service, together([first, second]));
      const { services } = await live.answer('view=overview');
      expect(services.find(({ name }) => name === service)).toMatchObject({ language: 'go' });
    },
  );

  it('by a service that sends traces and logs to the same port, which logs no errors', async () => {
    const logged: string[] = [];
    const note = (message: string) => logged.push(message);
    const quiet = () => undefined;
    diag.setLogger({ error: note, warn: note, info: quiet, debug: quiet, verbose: quiet });
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', live.receiver);
    for (const signal of ['TRACES', 'METRICS', 'LOGS']) {
      vi.stubEnv(`OTEL_${signal}_EXPORTER`, 'otlp');
    }
    const sdk = new NodeSDK({ serviceName: 'all-signals', autoDetectResources: false });
    sdk.start();
    trace.getTracer('shop').startSpan('an order').end();
    logs.getLogger('shop').emit({ body: 'an order' });
    metrics.getMeter('shop').createCounter('shop.orders').add(2, { 'shop.region': 'eu' });
    await sdk.shutdown();
    vi.unstubAllEnvs();
    expect(logged).toEqual([]);
    expect((await live.health()).notKept).toEqual({ traces: 1, logs: 1 });
    const isShown = async () => (await shown('all-signals')).orders['eu'] === 2;
    await until('the metric is shown', isShown, SHOWN_MILLIS);
  });

  it('and all of them are there at a time', async () => {
    const { services, history } = await live.answer('view=catalogue');
    expect(services.map(({ name }) => name).sort()).toEqual([
      'all-signals',
      'go-cumulative',
      'go-delta',
      'node-JSON-cumulative',
      'node-JSON-delta',
      'node-JSON-exponential',
      'node-protobuf-cumulative',
      'node-protobuf-delta',
      'node-protobuf-exponential',
    ]);
    expect(history.dropped).toEqual({});
  });
});
