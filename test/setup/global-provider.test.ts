import { metrics as api } from '@opentelemetry/api';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { describe, expect, it, vi } from 'vitest';
import { counter, defineRegistry } from '../../src/index.js';
import { accepted, metricsNamed, until, usePipelines, valuesOf } from '../support/pipeline.js';

const pipelines = usePipelines();

function counted() {
  const registry = defineRegistry({
    scope: { name: 'ours' },
    instruments: { c: counter({ name: 'c', unit: '1' }) },
  });
  registry.c.add(1);
  return registry;
}

describe("another library's instruments", () => {
  it.each([
    ['cumulative', 'cumulative', [5, 8], [2, 4]],
    ['delta', 'delta', [5, 3], [2, 4]],
    ['lowmemory', 'delta', [5, 3], [2, 4]],
  ] as const)(
    'flow through the same reader, with the temporality of ours: %s',
    async (temporality, expected, counts, levels) => {
      const receiver = await pipelines.receiver();
      const registry = counted();
      const telemetry = pipelines.setup({
        registries: [registry],
        temporality,
        otlp: { url: receiver.url },
      });
      const meter = api.getMeter('theirs', '2.0.0');
      const theirs = meter.createCounter('their.counter');
      const level = meter.createUpDownCounter('their.level');
      const latency = meter.createHistogram('their.latency');
      theirs.add(5, { key: 'a' });
      level.add(2);
      latency.record(7);
      await telemetry.forceFlush();
      theirs.add(3, { key: 'a' });
      level.add(2);
      registry.c.add(1);
      await telemetry.shutdown();

      expect(valuesOf(receiver, 'their.counter')).toEqual(counts);
      expect(valuesOf(receiver, 'their.level')).toEqual(levels);
      expect(metricsNamed(receiver, 'their.latency')[0]).toMatchObject({
        kind: 'histogram',
        temporality: expected,
        points: [{ count: 1, sum: 7 }],
      });
      for (const name of ['c', 'their.counter']) {
        for (const metric of metricsNamed(receiver, name))
          expect(metric).toMatchObject({ temporality: expected });
      }
      // One request carries both, under one resource.
      const [request] = receiver.requests;
      expect(request?.resourceMetrics).toHaveLength(1);
      const scopes = request?.resourceMetrics[0]?.scopes.map(({ scope }) => scope.name);
      expect(scopes?.toSorted()).toEqual(['ours', 'theirs']);
    },
  );

  it('have the temporality of ours on the console too', async () => {
    const printed = vi.spyOn(console, 'dir').mockImplementation(() => undefined);
    const telemetry = pipelines.setup({ otlp: false, console: true, temporality: 'delta' });
    const theirs = api.getMeter('theirs').createCounter('their.counter');
    for (const value of [5, 3]) {
      theirs.add(value);
      await telemetry.forceFlush();
    }
    expect(printed.mock.calls.map(([metric]) => metric.dataPoints[0].value)).toEqual([5, 3]);
  });

  it('are scraped with ours', async () => {
    const telemetry = pipelines.setup({
      registries: [counted()],
      otlp: false,
      prometheus: { port: 0 },
    });
    api.getMeter('theirs').createCounter('their.counter').add(5);
    const endpoint = () => telemetry.health().exporters[0]?.endpoint ?? '';
    await until('it listens', () => !endpoint().includes(':0/'));
    const text = await (await fetch(endpoint())).text();
    expect(text).toMatch(/^c_total\{.*\} 1$/m);
    expect(text).toMatch(/^their_counter_total\{.*\} 5$/m);
  });
});

describe('the global meter provider', () => {
  it('is given back at the shutdown', async () => {
    const none = api.getMeterProvider();
    const telemetry = pipelines.setup();
    expect(api.getMeterProvider()).toBeInstanceOf(MeterProvider);
    await telemetry.shutdown();
    expect(api.getMeterProvider()).toBe(none);
  });

  it('is left alone with registerGlobal: false, and where nothing is exported', async () => {
    const none = api.getMeterProvider();
    const telemetry = pipelines.setup({ registerGlobal: false });
    expect(api.getMeterProvider()).toBe(none);
    await telemetry.shutdown();
    expect(pipelines.setup({ otlp: false })).not.toBe(telemetry);
    expect(api.getMeterProvider()).toBe(none);
  });

  it('that was there before stays, with a warning, and ours are exported all the same', async () => {
    const theirs = new MeterProvider();
    api.setGlobalMeterProvider(theirs);
    pipelines.onEnd(() => api.disable());
    const receiver = await pipelines.receiver();
    const telemetry = pipelines.setup({ registries: [counted()], otlp: { url: receiver.url } });
    expect(api.getMeterProvider()).toBe(theirs);
    const { problems, status } = telemetry.health();
    expect(problems).toEqual([
      expect.stringMatching(
        /^Another meter provider is registered globally already; .* Fix: Call setupMetrics\(\) first, or .*registry\.producer\(\)/,
      ),
    ]);
    expect(pipelines.lines).toEqual(problems);
    expect(status).toBe('running');
    await telemetry.shutdown();
    expect(valuesOf(receiver, 'c')).toEqual([1]);
    expect(accepted(receiver)[0]?.scopes).toHaveLength(1);
    expect(api.getMeterProvider()).toBe(theirs);
  });

  it('that has come in the meantime stays', async () => {
    const telemetry = pipelines.setup();
    api.disable();
    const theirs = new MeterProvider();
    api.setGlobalMeterProvider(theirs);
    pipelines.onEnd(() => api.disable());
    await telemetry.shutdown();
    expect(api.getMeterProvider()).toBe(theirs);
  });
});
