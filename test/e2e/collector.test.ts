import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Receiver, startReceiver } from '../../demo/receiver.js';
import { agentMetrics } from '../../src/agent/index.js';
import { type CollectorOptions, collectorArtefacts } from '../../src/artefacts/index.js';
import { counter, defineRegistry } from '../../src/index.js';
import { until } from '../support/pipeline.js';
import {
  type Collector,
  type CollectorPlace,
  collectorPlace,
  startCollector,
  validate,
} from './support/collector.js';
import {
  type Ledger,
  ledgerIn,
  type RecordingService,
  startService,
  totalOf,
} from './support/ledger.js';
import { type Prometheus, startPrometheus } from './support/prometheus.js';

/** How long a server is away, seconds. METERBOOK_OUTAGE_SECONDS=60 is the long run. */
const OUTAGE_SECONDS = Number(process.env['METERBOOK_OUTAGE_SECONDS'] ?? 10);
/** Time for what is recorded to arrive, after an outage of that length too. */
const ARRIVAL_MILLIS = 60_000;
const TEST_MILLIS = (OUTAGE_SECONDS + 180) * 1_000;

const REMOTE_WRITE = { flags: ['--web.enable-remote-write-receiver'], outOfOrder: '30m' };
const OTLP = {
  program: process.env['METERBOOK_PROMETHEUS3'] ?? '',
  flags: ['--web.enable-otlp-receiver'],
  outOfOrder: '30m',
};

/** What a test has started, last first. */
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const manifests = [agentMetrics.manifest()];
const FILES = collectorArtefacts(manifests).map(({ path }) => path);

/** The text of one of the files. */
function fileNamed(path: string, options: CollectorOptions): string {
  const found = collectorArtefacts(manifests, options).find((it) => it.path === path);
  if (found === undefined) throw new Error(`there is no ${path}`);
  return found.content;
}

async function collector(
  path: string,
  options: CollectorOptions = {},
  place?: CollectorPlace,
): Promise<Collector> {
  const at = place ?? (await collectorPlace());
  const started = await startCollector(at, fileNamed(path, { ...options, ...at.options }));
  ends.push(() => started.stop());
  return started;
}

async function prometheus(...args: Parameters<typeof startPrometheus>): Promise<Prometheus> {
  const started = await startPrometheus(...args);
  ends.push(() => started.stop());
  return started;
}

async function service(...args: Parameters<typeof startService>): Promise<RecordingService> {
  const started = await startService(...args);
  ends.push(() => started.kill());
  return started;
}

const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1_000));
const writeUrl = (server: Prometheus) => `${server.url}/api/v1/write`;
const otlpUrl = (server: Prometheus) => `${server.url}/api/v1/otlp/v1/metrics`;

/** Waits until a server has all that a service has recorded, and holds every number to the ledger. */
async function holdToLedger(
  server: Prometheus,
  { instance }: RecordingService,
  ledger: Ledger,
): Promise<void> {
  expect(Math.min(...Object.values(ledger.requests))).toBeGreaterThan(100);
  const total = (counts: Readonly<Record<string, number>>): number =>
    Object.values(counts).reduce((a, b) => a + b, 0);
  const found = await untilSteady(async () => {
    const it = await ledgerIn(server, instance);
    const durations = Object.values(it.buckets).map((counts) => counts.at(-1) ?? 0);
    return { isThere: total(it.requests) >= total(ledger.requests), durations, it };
  });
  expect(found.it.requests).toEqual(ledger.requests);
  expect(found.it.buckets).toEqual(ledger.buckets);
  expect(found.it.active).toBe(ledger.active);
  expect(Object.keys(found.it.sums)).toEqual(expect.arrayContaining(Object.keys(ledger.sums)));
  for (const [route, sum] of Object.entries(ledger.sums)) {
    expect(found.it.sums[route]).toBeCloseTo(sum, 6);
  }
}

/** Asks until everything is there, and a little longer, so that too much would be seen as well. */
async function untilSteady<T extends { readonly isThere: boolean }>(
  ask: () => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + ARRIVAL_MILLIS;
  while (!(await ask()).isThere && performance.now() < deadline) await seconds(0.25);
  await seconds(2);
  return ask();
}

describe.each(FILES)('%s', (path) => {
  it('is valid', async () => {
    const { options } = await collectorPlace();
    expect(validate(fileNamed(path, options))).toEqual({ code: 0, said: '' });
  });

  it('starts, without a warning of what is deprecated', async () => {
    const started = await collector(path, {
      gateway: { hostnames: ['127.0.0.1:1'] },
    });
    expect(started.said()).not.toMatch(/deprecat|alias|will be removed/i);
  });
});

describe('clickhouse.yaml', () => {
  it('keeps what services send while the server is away, and takes it up after a restart', async () => {
    const clickhouse = { endpoint: 'tcp://127.0.0.1:1?dial_timeout=1s' };
    const started = await collector('collector/clickhouse.yaml', { clickhouse });
    const one = await service(started.url, 'delta', 'c1');
    await seconds(2);
    await one.stop();
    const held = () => started.ownMetric('otelcol_exporter_queue_size');
    expect(await held()).toBeGreaterThan(0);
    expect(await started.ownMetric('otelcol_receiver_refused_metric_points')).toBe(0);
    await started.end('SIGKILL');
    await started.restart();
    await until('the queue is taken up', async () => ((await held()) ?? 0) > 0);
  });
});

describe('signoz.yaml', () => {
  it.each(['cumulative', 'delta'] as const)('sends %s as SigNoz asks', async (temporality) => {
    const receiver: Receiver = await startReceiver();
    ends.push(() => receiver.close());
    const started = await collector('collector/signoz.yaml', {
      signoz: { endpoint: `http://127.0.0.1:${receiver.port}` },
    });
    const one = await service(started.url, temporality, 's1');
    await seconds(2);
    const ledger = await one.stop();
    const received = () =>
      receiver.requests
        .flatMap(({ resourceMetrics }) => resourceMetrics)
        .flatMap(({ scopes }) => scopes)
        .flatMap(({ metrics }) => metrics)
        .filter(({ name }) => name === 'http.server.requests');
    const counts = (): Record<string, number> => {
      const byRoute: Record<string, number> = {};
      for (const metric of received()) {
        if (metric.kind !== 'sum') throw new Error('not a sum');
        expect(metric.temporality).toBe(temporality);
        for (const { attributes, value } of metric.points) {
          const route = String(attributes['http.route']);
          byRoute[route] = temporality === 'delta' ? (byRoute[route] ?? 0) + value : value;
        }
      }
      return byRoute;
    };
    await until('all has arrived', () => {
      const found = counts();
      return Object.entries(ledger.requests).every(([route, n]) => (found[route] ?? 0) >= n);
    });
    expect(counts()).toEqual(ledger.requests);
    // Source: SigNoz documentation, "Send metrics from the OpenTelemetry Collector".
    for (const { headers } of receiver.requests) {
      expect(headers).toMatchObject({
        'signoz-ingestion-key': 'an ingestion key',
        'content-type': 'application/x-protobuf',
      });
    }
  });
});

describe.each(['cumulative', 'delta'] as const)('Prometheus, from %s', (temporality) => {
  const carries = async (path: string, server: Prometheus, options: CollectorOptions) => {
    const started = await collector(path, options);
    const one = await service(started.url, temporality, 'p1');
    await seconds(3);
    await holdToLedger(server, one, await one.stop());
  };

  it('has by OTLP what was recorded', async () => {
    const server = await prometheus(undefined, OTLP);
    await carries('collector/prometheus-otlp.yaml', server, {
      prometheus: { otlpEndpoint: otlpUrl(server) },
    });
  });

  it('has by remote write what was recorded', async () => {
    const server = await prometheus(undefined, REMOTE_WRITE);
    await carries('collector/prometheus-remote-write.yaml', server, {
      prometheus: { remoteWriteEndpoint: writeUrl(server) },
    });
  });

  it('has by scrape what was recorded', async () => {
    const place = await collectorPlace();
    const started = await collector('collector/prometheus-scrape.yaml', {}, place);
    const target = `http://127.0.0.1:${started.ports.scrape}/metrics`;
    const server = await prometheus(target, { honorLabels: true });
    const one = await service(started.url, temporality, 'p1');
    await seconds(3);
    await holdToLedger(server, one, await one.stop());
  });
});

describe('all.yaml', () => {
  it('brings the same numbers to every backend', async () => {
    const receiver = await startReceiver();
    ends.push(() => receiver.close());
    const place = await collectorPlace();
    const target = `http://127.0.0.1:${place.options.ports.scrape}/metrics`;
    const byScrape = await prometheus(target, { honorLabels: true });
    const byWrite = await prometheus(undefined, REMOTE_WRITE);
    const byOtlp = await prometheus(undefined, OTLP);
    const started = await collector(
      'collector/all.yaml',
      {
        clickhouse: { endpoint: 'tcp://127.0.0.1:1?dial_timeout=1s' },
        signoz: { endpoint: `http://127.0.0.1:${receiver.port}` },
        prometheus: { otlpEndpoint: otlpUrl(byOtlp), remoteWriteEndpoint: writeUrl(byWrite) },
      },
      place,
    );
    const one = await service(started.url, 'delta', 'a1');
    await seconds(3);
    const ledger = await one.stop();
    for (const server of [byScrape, byWrite, byOtlp]) await holdToLedger(server, one, ledger);
    expect(receiver.requests.length).toBeGreaterThan(0);
  });
});

describe('gateway-agent.yaml and gateway.yaml', () => {
  it('give each series to one gateway, which adds it up', async () => {
    const server = await prometheus(undefined, REMOTE_WRITE);
    const toServer: CollectorOptions = {
      backends: ['prometheus-remote-write'],
      prometheus: { remoteWriteEndpoint: writeUrl(server) },
    };
    const first = await collector('collector/gateway.yaml', toServer);
    const second = await collector('collector/gateway.yaml', toServer);
    const [one = '', two = ''] = [first, second].map(({ ports }) => `127.0.0.1:${ports.grpc}`);
    const gateway = { hostnames: [one, two] } as const;
    const services: RecordingService[] = [];
    for (const instance of ['g1', 'g2']) {
      const agent = await collector('collector/gateway-agent.yaml', { gateway });
      services.push(await service(agent.url, 'delta', instance));
    }
    await seconds(2);
    // A series with two owners would look as if it began anew at each of their samples.
    for (const it of services) await holdToLedger(server, it, await it.stop());
  });
});

describe('an outage', () => {
  const toRemoteWrite = async () => {
    const server = await prometheus(undefined, REMOTE_WRITE);
    const started = await collector('collector/prometheus-remote-write.yaml', {
      prometheus: { remoteWriteEndpoint: writeUrl(server) },
    });
    return { server, started };
  };

  it.each([
    ['cumulative', 'SIGKILL'],
    ['delta', 'SIGTERM'],
  ] as const)(
    'of the Collector costs no count, %s and %s',
    async (temporality, signal) => {
      const { server, started } = await toRemoteWrite();
      const one = await service(started.url, temporality, 'o1');
      await seconds(3);
      await started.end(signal);
      await seconds(OUTAGE_SECONDS);
      await started.restart();
      await seconds(5);
      await holdToLedger(server, one, await one.stop());
    },
    TEST_MILLIS,
  );

  it.each(['cumulative', 'delta'] as const)(
    'of Prometheus costs no count and no sample, %s, and the Collector may be killed meanwhile',
    async (temporality) => {
      const { server, started } = await toRemoteWrite();
      const one = await service(started.url, temporality, 'o2');
      await seconds(3);
      const from = Date.now() / 1_000;
      await server.kill();
      await seconds(OUTAGE_SECONDS);
      const ledger = await one.stop();
      const to = Date.now() / 1_000;
      await seconds(2);
      await started.end('SIGKILL');
      await started.restart();
      await seconds(2);
      await server.restart();
      await holdToLedger(server, one, ledger);
      // The queue has brought what was sent while nobody wrote it down, in its order.
      const histories = await server.history(
        `http_server_requests_total{instance="o2",http_route="/chat"}`,
      );
      const during = histories
        .flatMap(({ samples }) => samples)
        .filter(([at]) => at > from + 1 && at < to);
      expect(during.length).toBeGreaterThan(OUTAGE_SECONDS);
      expect(totalOf(histories[0] as (typeof histories)[0])).toBe(ledger.requests['/chat']);
    },
    TEST_MILLIS,
  );
});

describe('a hostile registry', () => {
  it('injects nothing', async () => {
    const awkward = [
      'a "quote" and \'another\'',
      'two\nlines: [injected]',
      '# a comment\r\nreceivers: {}',
      '$' + '{env:HOME} `id` $(id) {{ . }}',
      '\u2028exporters: {}\u2029service: {}\u0085processors: {}',
      '\u0000 \u0007 \ud800 \ufeff',
      '--- !!binary &a *a %TAG',
    ].join(' ');
    const hostile = defineRegistry({
      scope: { name: awkward, version: awkward },
      instruments: {
        requests: counter({ name: 'hostile.requests', unit: '{request}', description: awkward }),
      },
    });
    const { options } = await collectorPlace();
    const plain = collectorArtefacts(manifests, options);
    const files = collectorArtefacts([hostile.manifest()], options);
    for (const [at, { content }] of files.entries()) {
      expect(validate(content)).toEqual({ code: 0, said: '' });
      expect(parse(content)).toEqual(parse(plain[at]?.content ?? ''));
    }
  });
});
