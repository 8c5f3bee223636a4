import { DiagConsoleLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import { describe, expect, it, vi } from 'vitest';
import { attr, counter, defineRegistry, MeterbookError, setupMetrics } from '../../src/index.js';
import { accepted, metricsNamed, until, usePipelines, valuesOf } from '../support/pipeline.js';
import { startHungServer } from '../support/servers.js';

const pipelines = usePipelines();

/** A registry with one counter, at 2. */
function counted(scope = 'options') {
  const registry = defineRegistry({
    scope: { name: scope, version: '1.2.3' },
    instruments: {
      c: counter({ name: 'c', unit: '{thing}', attributes: { a: attr.string().optional() } }),
    },
  });
  registry.c.add(2);
  return registry;
}

describe('setupMetrics', () => {
  it('exports what was recorded before it, what is recorded after it, and each once', async () => {
    const receiver = await pipelines.receiver();
    const registry = counted();
    const telemetry = pipelines.setup({
      registries: [registry],
      temporality: 'delta',
      otlp: { url: receiver.url },
    });
    registry.c.add(3);
    await telemetry.forceFlush();
    registry.c.add(4);
    await telemetry.shutdown();
    expect(valuesOf(receiver, 'c')).toEqual([5, 4]);
    expect(accepted(receiver)[0]?.scopes).toMatchObject([
      { scope: { name: 'options', version: '1.2.3' } },
    ]);
  });

  it('gives each of several exporters everything', async () => {
    const receiver = await pipelines.receiver();
    const printed = vi.spyOn(console, 'dir').mockImplementation(() => undefined);
    const registry = counted();
    const telemetry = pipelines.setup({
      registries: [registry],
      temporality: 'delta',
      otlp: { url: receiver.url },
      prometheus: { port: 0 },
      console: true,
    });
    await telemetry.forceFlush();
    registry.c.add(3);
    await telemetry.forceFlush();
    registry.c.add(4);
    const scraped = telemetry.health().exporters.find(({ exporter }) => exporter === 'prometheus');
    const text = await (await fetch(scraped?.endpoint ?? '')).text();
    await telemetry.shutdown();
    expect(valuesOf(receiver, 'c')).toEqual([2, 3, 4]);
    expect(text).toMatch(/^c_total\{.*\} 9$/m);
    const values = printed.mock.calls.map(([metric]) => metric.dataPoints[0].value);
    expect(values).toEqual([2, 3, 4]);
  });

  it('sends what the options of OTLP say, before what the variables say', async () => {
    const receiver = await pipelines.receiver();
    pipelines.env({
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://127.0.0.1:9/',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-both=variable,x-variable=1',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'none',
      OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
    });
    const telemetry = pipelines.setup({
      registries: [counted()],
      otlp: {
        url: receiver.url,
        headers: { 'x-both': 'option', 'x-option': '1' },
        compression: 'gzip',
        timeoutMillis: 2_000,
      },
    });
    await telemetry.forceFlush();
    expect(receiver.requests[0]?.headers).toMatchObject({
      'content-encoding': 'gzip',
      'x-both': 'option',
      'x-option': '1',
      'x-variable': '1',
    });
    expect(telemetry.health().exporters[0]).toMatchObject({
      endpoint: receiver.url,
      exportTimeoutMillis: 2_000,
    });
  });

  it('takes every other option before its variable', async () => {
    const receiver = await pipelines.receiver();
    pipelines.env({
      OTEL_SERVICE_NAME: 'variable',
      OTEL_RESOURCE_ATTRIBUTES: 'both=variable,variable=1,service.name=attribute',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_METRIC_EXPORT_INTERVAL: '1000',
      OTEL_METRIC_EXPORT_TIMEOUT: '500',
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'cumulative',
      OTEL_EXPORTER_PROMETHEUS_HOST: '0.0.0.0',
      OTEL_EXPORTER_PROMETHEUS_PORT: '9',
    });
    const telemetry = pipelines.setup({
      serviceName: 'option',
      registries: [counted()],
      resource: { both: 'option', option: 1, yes: true },
      temporality: 'lowmemory',
      exportIntervalMillis: 3_000,
      exportTimeoutMillis: 2_000,
      otlp: { url: receiver.url },
      prometheus: { host: 'localhost', port: 0 },
    });
    await telemetry.forceFlush();
    const health = telemetry.health();
    expect(health).toMatchObject({ serviceName: 'option', problems: [] });
    expect(health.exporters).toMatchObject([
      { temporality: 'lowmemory', exportIntervalMillis: 3_000, exportTimeoutMillis: 2_000 },
      { temporality: 'cumulative', endpoint: expect.stringMatching(/^http:\/\/localhost:\d/) },
    ]);
    expect(accepted(receiver)[0]?.resource).toMatchObject({
      'service.name': 'option',
      both: 'option',
      option: 1,
      yes: true,
      variable: '1',
    });
    expect(metricsNamed(receiver, 'c')).toMatchObject([{ temporality: 'delta' }]);
  });

  it('exports on the interval', async () => {
    const receiver = await pipelines.receiver();
    pipelines.setup({
      registries: [counted()],
      exportIntervalMillis: 20,
      otlp: { url: receiver.url },
    });
    await until('three exports have come', () => receiver.requests.length >= 3);
  });

  it('gives up an export at exportTimeoutMillis, whatever otlp.timeoutMillis says', async () => {
    const server = await startHungServer();
    pipelines.onEnd(server.close);
    const telemetry = pipelines.setup({
      registries: [counted()],
      exportTimeoutMillis: 150,
      otlp: { url: server.url, timeoutMillis: 60_000 },
    });
    await telemetry.forceFlush();
    expect(telemetry.health().exporters[0]).toMatchObject({
      exportTimeoutMillis: 150,
      consecutiveFailures: 1,
    });
  });

  it('exports nothing over OTLP with otlp: false, whatever the variable says', () => {
    pipelines.env({ OTEL_METRICS_EXPORTER: 'otlp' });
    const { status, exporters } = pipelines.setup({ otlp: false }).health();
    expect({ status, exporters }).toEqual({ status: 'disabled', exporters: [] });
  });

  it('listens with prometheus: true, and not with false', async () => {
    pipelines.env({ OTEL_METRICS_EXPORTER: 'prometheus', OTEL_EXPORTER_PROMETHEUS_PORT: '0' });
    const off = pipelines.setup({ prometheus: false });
    expect(off.health().exporters).toEqual([]);
    await off.shutdown();
    pipelines.env({ OTEL_METRICS_EXPORTER: 'none' });
    expect(pipelines.setup({ prometheus: true }).health().exporters).toMatchObject([
      { exporter: 'prometheus', exportIntervalMillis: undefined },
    ]);
  });
});

describe('strict', () => {
  it('throws where production counts, until the shutdown', async () => {
    const registry = counted();
    const telemetry = pipelines.setup({ registries: [registry], otlp: false, strict: true });
    expect(() => registry.c.add(-1)).toThrow(MeterbookError);
    await telemetry.shutdown();
    expect(() => registry.c.add(-1)).not.toThrow();
  });

  it('is off by default, and what was dropped is in health()', () => {
    const registry = counted();
    const telemetry = pipelines.setup({ registries: [registry], otlp: false });
    registry.c.add(-1);
    registry.c.add(-1);
    expect(telemetry.health().dropped).toEqual([
      { instrument: 'c', measurements: { negative_value: 2 }, undeclaredAttributes: 0 },
    ]);
    expect(pipelines.lines).toHaveLength(1);
  });
});

describe('the logger', () => {
  it('is told what was wrong before the setup too', () => {
    const registry = counted();
    registry.c.add(Number.NaN);
    pipelines.setup({ registries: [registry], otlp: false });
    expect(pipelines.lines).toMatchObject([expect.stringContaining('NaN')]);
  });

  it('may throw, and nobody notices', async () => {
    const fail = (): never => {
      throw new Error('the log is full');
    };
    const registry = counted();
    const telemetry = pipelines.setup({
      registries: [registry],
      logger: { warn: fail, error: fail },
      exportIntervalMillis: -1,
      otlp: { url: 'http://127.0.0.1:9/v1/metrics', timeoutMillis: 50 },
    });
    registry.c.add(-1);
    await telemetry.forceFlush();
    expect(telemetry.health().problems).toHaveLength(1);
    expect(telemetry.health().status).toBe('failing');
  });

  it('is the console by default, with the name of the project before each line', () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const telemetry = setupMetrics({ serviceName: 'test', otlp: { url: 'x' }, flushAtExit: false });
    pipelines.onEnd(() => telemetry.shutdown());
    expect(printed.mock.calls).toEqual([[expect.stringMatching(/^meterbook: otlp\.url is "x"/)]]);
  });
});

describe('OTEL_LOG_LEVEL', () => {
  it("lets OpenTelemetry's own diagnostics speak", () => {
    const setLogger = vi.spyOn(diag, 'setLogger').mockReturnValue(true);
    pipelines.env({ OTEL_LOG_LEVEL: 'Debug' });
    pipelines.setup({ otlp: false });
    expect(setLogger.mock.calls).toEqual([
      [
        expect.any(DiagConsoleLogger),
        { logLevel: DiagLogLevel.DEBUG, suppressOverrideMessage: true },
      ],
    ]);
  });

  it('leaves them alone where it is not set', () => {
    const debug = vi.fn();
    const logger = { debug, error: debug, warn: debug, info: debug, verbose: debug };
    diag.setLogger(logger, { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true });
    pipelines.onEnd(() => diag.disable());
    pipelines.setup({ otlp: false });
    diag.debug('a word');
    expect(debug).toHaveBeenCalledWith('a word');
  });
});

describe('a mistake in the program', () => {
  const nothing: unknown = undefined;

  it.each([
    ['a definition', { scope: { name: 'x' }, instruments: {} }, 'an object'],
    ['a string', 'metrics', '"metrics"'],
    ['nothing', nothing, 'undefined'],
    ['null', null, 'null'],
  ])('%s in the place of a registry is refused', (_, wrong, shown) => {
    expect(() => pipelines.setup({ registries: [wrong as never] })).toThrow(
      expect.objectContaining({
        code: 'INVALID_REGISTRY',
        message: expect.stringContaining(`${shown} was passed where a registry is needed`),
        fix: 'Pass what defineRegistry() returned.',
      }),
    );
  });

  it('a registry in the place of the list is refused', () => {
    expect(() => pipelines.setup({ registries: counted() as never })).toThrow(
      expect.objectContaining({
        code: 'INVALID_SETUP',
        fix: 'Pass setupMetrics({ registries: [registry] }).',
      }),
    );
  });

  it('two registries with one scope and one name are refused, both shown', () => {
    const other = defineRegistry({
      scope: { name: 'options', version: '1.2.3' },
      instruments: { total: counter({ name: 'C', unit: 'By' }) },
    });
    expect(() => pipelines.setup({ registries: [counted(), other] })).toThrow(
      expect.objectContaining({
        code: 'CONFLICTING_INSTRUMENTS',
        message: expect.stringMatching(
          /a counter "c" in "\{thing\}" with attributes \{a\?:string\}.*a counter "C" in "By".*Fix: Rename/,
        ),
      }),
    );
    // Nothing was begun: a setup that is right is not the second one.
    expect(pipelines.setup({ otlp: false }).health().problems).toEqual([]);
    expect(pipelines.lines).toEqual([]);
  });

  it('neither one name in two scopes nor one registry given twice is one', async () => {
    const receiver = await pipelines.receiver();
    const registry = counted();
    const telemetry = pipelines.setup({
      registries: [registry, counted('another'), registry],
      otlp: { url: receiver.url },
    });
    await telemetry.forceFlush();
    expect(valuesOf(receiver, 'c')).toEqual([2, 2]);
  });
});
