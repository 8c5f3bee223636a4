import { metrics as api } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { counter, defineRegistry } from '../../src/index.js';
import { accepted, metricsNamed, until, usePipelines, valuesOf } from '../support/pipeline.js';
import { startHungServer } from '../support/servers.js';

const pipelines = usePipelines();

/** A registry with one counter, at 2. */
function counted() {
  const registry = defineRegistry({
    scope: { name: 'environment' },
    instruments: { c: counter({ name: 'c', unit: '1' }) },
  });
  registry.c.add(2);
  return registry;
}

/** Sends what there is to wherever the environment says. */
async function send() {
  const telemetry = pipelines.setup({ registries: [counted()] });
  await telemetry.forceFlush();
  return telemetry;
}

describe('the endpoint', () => {
  it('comes from OTEL_EXPORTER_OTLP_ENDPOINT, with /v1/metrics after it', async () => {
    const receiver = await pipelines.receiver();
    pipelines.env({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${receiver.port}` });
    await send();
    expect(valuesOf(receiver, 'c')).toEqual([2]);
  });

  it.each([
    ['/', '/v1/metrics'],
    ['/prefix', '/prefix/v1/metrics'],
    ['/prefix/', '/prefix/v1/metrics'],
    ['/prefix?tenant=a', '/prefix/v1/metrics'],
  ])('keeps the path %s of it', (path, expected) => {
    pipelines.env({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:9${path}` });
    const [otlp] = pipelines.setup().health().exporters;
    expect(otlp?.endpoint).toBe(`http://127.0.0.1:9${expected}`);
  });

  it('is OTEL_EXPORTER_OTLP_METRICS_ENDPOINT as it stands, before the general one', async () => {
    const receiver = await pipelines.receiver();
    pipelines.env({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: receiver.url,
    });
    const telemetry = await send();
    expect(valuesOf(receiver, 'c')).toEqual([2]);
    expect(telemetry.health().exporters[0]?.endpoint).toBe(receiver.url);
  });

  it('is http://localhost:4318/v1/metrics where nothing is said', () => {
    const [otlp] = pipelines.setup().health().exporters;
    expect(otlp).toMatchObject({
      exporter: 'otlp',
      endpoint: 'http://localhost:4318/v1/metrics',
      temporality: 'cumulative',
      exportIntervalMillis: 60_000,
      exportTimeoutMillis: 10_000,
    });
  });
});

describe('what a request carries', () => {
  it('merges the headers of both variables, those for metrics before the general ones', async () => {
    const receiver = await pipelines.receiver();
    pipelines.env({
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-both=general,x-general=a%20b',
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'x-both=metrics , x-metrics=c=d',
    });
    await send();
    expect(receiver.requests[0]?.headers).toMatchObject({
      'x-both': 'metrics',
      'x-general': 'a b',
      'x-metrics': 'c=d',
    });
    expect(pipelines.lines).toEqual([]);
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_COMPRESSION', 'gzip'],
    ['OTEL_EXPORTER_OTLP_COMPRESSION', 'GZIP'],
    ['OTEL_EXPORTER_OTLP_METRICS_COMPRESSION', 'gzip'],
  ])('is compressed by %s=%s', async (name, value) => {
    const receiver = await pipelines.receiver();
    pipelines.env({ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: receiver.url, [name]: value });
    await send();
    expect(receiver.requests[0]?.headers['content-encoding']).toBe('gzip');
    expect(valuesOf(receiver, 'c')).toEqual([2]);
  });

  it('is not compressed where the variable for metrics says so', async () => {
    const receiver = await pipelines.receiver();
    pipelines.env({
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_METRICS_COMPRESSION: 'none',
    });
    await send();
    expect(receiver.requests[0]?.headers['content-encoding']).toBeUndefined();
  });
});

describe('times', () => {
  it.each(['OTEL_EXPORTER_OTLP_TIMEOUT', 'OTEL_EXPORTER_OTLP_METRICS_TIMEOUT'])(
    'bound an export by %s',
    async (name) => {
      const server = await startHungServer();
      pipelines.onEnd(server.close);
      pipelines.env({ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: server.url, [name]: '150' });
      const telemetry = await send();
      expect(telemetry.health().exporters[0]).toMatchObject({
        exportTimeoutMillis: 150,
        consecutiveFailures: 1,
        lastError: 'there was no complete answer within 150 ms',
      });
    },
  );

  it('take the timeout for metrics before the general one', () => {
    pipelines.env({
      OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
      OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: '2000',
    });
    expect(pipelines.setup().health().exporters[0]?.exportTimeoutMillis).toBe(2_000);
  });

  it('export every OTEL_METRIC_EXPORT_INTERVAL', async () => {
    const receiver = await pipelines.receiver();
    pipelines.env({
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: receiver.url,
      OTEL_METRIC_EXPORT_INTERVAL: '20',
    });
    pipelines.setup({ registries: [counted()] });
    await until('three exports have come', () => receiver.requests.length >= 3);
  });

  it('bound an export by OTEL_METRIC_EXPORT_TIMEOUT, which is at most the interval', () => {
    pipelines.env({ OTEL_METRIC_EXPORT_TIMEOUT: '2000' });
    expect(pipelines.setup().health().exporters[0]?.exportTimeoutMillis).toBe(2_000);
  });

  it('clamp the timeout to the interval without a word', () => {
    pipelines.env({ OTEL_METRIC_EXPORT_INTERVAL: '500', OTEL_METRIC_EXPORT_TIMEOUT: '2000' });
    const { exporters, problems } = pipelines.setup().health();
    expect(exporters[0]).toMatchObject({ exportIntervalMillis: 500, exportTimeoutMillis: 500 });
    expect(problems).toEqual([]);
  });
});

describe('what is sent', () => {
  it.each([
    ['delta', 'delta', [2, 3]],
    ['DELTA', 'delta', [2, 3]],
    ['LowMemory', 'delta', [2, 3]],
    ['cumulative', 'cumulative', [2, 5]],
  ])('has the temporality of ..._TEMPORALITY_PREFERENCE=%s', async (value, temporality, sent) => {
    const receiver = await pipelines.receiver();
    pipelines.env({
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: value,
    });
    const registry = counted();
    const telemetry = pipelines.setup({ registries: [registry] });
    await telemetry.forceFlush();
    registry.c.add(3);
    await telemetry.forceFlush();
    expect(valuesOf(receiver, 'c')).toEqual(sent);
    for (const metric of metricsNamed(receiver, 'c')) expect(metric).toMatchObject({ temporality });
    expect(telemetry.health().exporters[0]?.temporality).toBe(value.toLowerCase());
  });

  it.each([
    ['base2_exponential_bucket_histogram', 'exponentialHistogram'],
    ['explicit_bucket_histogram', 'histogram'],
  ])("makes other libraries' histograms %s", async (value, kind) => {
    const receiver = await pipelines.receiver();
    pipelines.env({
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: value,
    });
    const telemetry = pipelines.setup();
    api.getMeter('another library').createHistogram('h').record(3);
    await telemetry.forceFlush();
    expect(metricsNamed(receiver, 'h')).toMatchObject([{ kind, points: [{ count: 1, sum: 3 }] }]);
  });
});

describe('the exporters of OTEL_METRICS_EXPORTER', () => {
  it.each([
    ['otlp', ['otlp']],
    ['prometheus', ['prometheus']],
    ['console', ['console']],
    ['otlp,prometheus', ['otlp', 'prometheus']],
    [' Console , OTLP ', ['otlp', 'console']],
    ['otlp,otlp', ['otlp']],
    ['none', []],
    ['otlp,none', []],
    ['', ['otlp']],
    [' , ', ['otlp']],
  ])('are, of "%s", %j', (value, expected) => {
    pipelines.env({ OTEL_METRICS_EXPORTER: value, OTEL_EXPORTER_PROMETHEUS_PORT: '0' });
    const { exporters, problems, status } = pipelines.setup().health();
    expect(exporters.map(({ exporter }) => exporter)).toEqual(expected);
    expect(problems).toEqual([]);
    expect(status).toBe(expected.length === 0 ? 'disabled' : 'running');
  });

  it('leave out what is unknown, and are OTLP when nothing is left', () => {
    pipelines.env({ OTEL_METRICS_EXPORTER: 'zipkin, jaeger' });
    const { exporters, problems } = pipelines.setup().health();
    expect(exporters.map(({ exporter }) => exporter)).toEqual(['otlp']);
    expect(problems).toEqual([
      'OTEL_METRICS_EXPORTER is "zipkin", which was ignored. Fix: Use otlp, prometheus, console or none, separated by commas.',
      'OTEL_METRICS_EXPORTER is "jaeger", which was ignored. Fix: Use otlp, prometheus, console or none, separated by commas.',
    ]);
  });

  it('scrape where OTEL_EXPORTER_PROMETHEUS_HOST and _PORT say', async () => {
    pipelines.env({
      OTEL_METRICS_EXPORTER: 'prometheus',
      OTEL_EXPORTER_PROMETHEUS_HOST: 'localhost',
      OTEL_EXPORTER_PROMETHEUS_PORT: '0',
    });
    const telemetry = pipelines.setup({ registries: [counted()] });
    const endpoint = () => telemetry.health().exporters[0]?.endpoint ?? '';
    await until('it listens', () => !endpoint().includes(':0/'));
    expect(endpoint()).toMatch(/^http:\/\/localhost:\d+\/metrics$/);
    expect(await (await fetch(endpoint())).text()).toMatch(/^c_total\{.*\} 2$/m);
  });
});

describe('OTEL_SDK_DISABLED', () => {
  it.each(['true', 'TRUE', ' true '])('switches everything off as "%s"', async (value) => {
    const receiver = await pipelines.receiver();
    pipelines.env({ OTEL_SDK_DISABLED: value });
    const registry = counted();
    const telemetry = pipelines.setup({
      registries: [registry],
      otlp: { url: receiver.url },
      prometheus: { port: 0 },
    });
    registry.c.add(1);
    await telemetry.forceFlush();
    expect(telemetry.health()).toMatchObject({
      status: 'disabled',
      exporters: [],
      problems: [],
      serviceName: 'test',
    });
    await telemetry.shutdown();
    expect(receiver.requests).toEqual([]);
  });

  it.each(['false', '', 'FALSE'])('leaves everything as it is as "%s"', (value) => {
    pipelines.env({ OTEL_SDK_DISABLED: value });
    expect(pipelines.setup().health()).toMatchObject({ status: 'running', problems: [] });
  });

  it('is false, with a word about it, for anything else', () => {
    pipelines.env({ OTEL_SDK_DISABLED: '1' });
    const { status, problems } = pipelines.setup().health();
    expect(status).toBe('running');
    expect(problems).toEqual([
      'OTEL_SDK_DISABLED is "1", which was ignored. Fix: Use true or false.',
    ]);
  });
});

describe('an empty variable', () => {
  it('is as good as none, whichever it is', async () => {
    const names = [
      'METRIC_EXPORT_INTERVAL',
      'METRIC_EXPORT_TIMEOUT',
      'METRICS_EXEMPLAR_FILTER',
      'METRICS_EXPORTER',
      'LOG_LEVEL',
      'RESOURCE_ATTRIBUTES',
      'SDK_DISABLED',
      'SERVICE_NAME',
      'EXPORTER_PROMETHEUS_HOST',
      'EXPORTER_PROMETHEUS_PORT',
      'EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
      'EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION',
      ...[
        'ENDPOINT',
        'PROTOCOL',
        'HEADERS',
        'TIMEOUT',
        'COMPRESSION',
        'CERTIFICATE',
        'CLIENT_CERTIFICATE',
        'CLIENT_KEY',
      ].flatMap((name) => [`EXPORTER_OTLP_${name}`, `EXPORTER_OTLP_METRICS_${name}`]),
    ];
    const plain = pipelines.setup();
    const expected = plain.health();
    await plain.shutdown();
    for (const empty of ['', '  ']) {
      pipelines.env(Object.fromEntries(names.map((name) => [`OTEL_${name}`, empty])));
      const telemetry = pipelines.setup();
      expect(telemetry.health()).toEqual(expected);
      await telemetry.shutdown();
    }
    expect(pipelines.lines).toEqual([]);
  });
});

describe('the resource', () => {
  it('takes OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES, percent-decoded', async () => {
    const receiver = await pipelines.receiver();
    pipelines.env({
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: receiver.url,
      OTEL_SERVICE_NAME: 'from-variable',
      OTEL_RESOURCE_ATTRIBUTES:
        'service.name=loses, deployment.environment.name = prod ,note=a%2Cb%3Dc%20%C3%A9,',
    });
    const { setup } = pipelines;
    const telemetry = setup({ serviceName: undefined as never, registries: [counted()] });
    await telemetry.forceFlush();
    expect(accepted(receiver)[0]?.resource).toMatchObject({
      'service.name': 'from-variable',
      'deployment.environment.name': 'prod',
      note: 'a,b=c é',
      'telemetry.sdk.language': 'nodejs',
    });
    expect(telemetry.health()).toMatchObject({ serviceName: 'from-variable', problems: [] });
  });
});
