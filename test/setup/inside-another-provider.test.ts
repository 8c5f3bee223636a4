import { metrics as api, context, propagation, trace } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { describe, expect, it } from 'vitest';
import { counter, defineRegistry } from '../../src/index.js';
import { accepted, metricsNamed, usePipelines, valuesOf } from '../support/pipeline.js';

const pipelines = usePipelines();

function counted() {
  const registry = defineRegistry({
    scope: { name: 'ours', version: '1.0.0' },
    instruments: { c: counter({ name: 'c', unit: '1' }) },
  });
  registry.c.add(1);
  return registry;
}

/** What each of these tests does with a reader that is not ours. */
async function expectOurs(
  start: (reader: PeriodicExportingMetricReader) => {
    flush(): Promise<void>;
    end(): Promise<void>;
  },
): Promise<void> {
  const receiver = await pipelines.receiver();
  const registry = counted();
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({ url: receiver.url }),
    metricProducers: [registry.producer({ temporality: 'delta' })],
  });
  const { flush, end } = start(reader);
  await flush();
  registry.c.add(2);
  await end();
  expect(valuesOf(receiver, 'c')).toEqual([1, 2]);
  expect(metricsNamed(receiver, 'c')[0]).toMatchObject({ temporality: 'delta' });
  expect(accepted(receiver)[0]).toMatchObject({
    resource: { 'service.name': 'theirs' },
    scopes: [{ scope: { name: 'ours', version: '1.0.0' } }],
  });
}

describe('a registry without setupMetrics', () => {
  it('is exported by a MeterProvider that takes its producer', () =>
    expectOurs((reader) => {
      const resource = resourceFromAttributes({ 'service.name': 'theirs' });
      const provider = new MeterProvider({ readers: [reader], resource });
      return { flush: () => provider.forceFlush(), end: () => provider.shutdown() };
    }));

  it('is exported by a NodeSDK that takes its producer', () =>
    expectOurs((reader) => {
      const sdk = new NodeSDK({
        serviceName: 'theirs',
        metricReaders: [reader],
        spanProcessors: [],
        logRecordProcessors: [],
        autoDetectResources: false,
      });
      sdk.start();
      pipelines.onEnd(() => {
        for (const global of [api, context, propagation, trace]) global.disable();
      });
      return { flush: () => reader.forceFlush(), end: () => sdk.shutdown() };
    }));

  it('can be in both at once, each with deltas of its own', async () => {
    const [ours, theirs] = [await pipelines.receiver(), await pipelines.receiver()];
    const registry = counted();
    const reader = new PeriodicExportingMetricReader({
      exporter: new OTLPMetricExporter({ url: theirs.url }),
      metricProducers: [registry.producer()],
    });
    const provider = new MeterProvider({ readers: [reader] });
    const telemetry = pipelines.setup({
      registries: [registry],
      temporality: 'delta',
      otlp: { url: ours.url },
    });
    for (let i = 0; i < 2; i++) {
      await Promise.all([telemetry.forceFlush(), provider.forceFlush()]);
      registry.c.add(10);
    }
    await Promise.all([telemetry.shutdown(), provider.shutdown()]);
    expect(valuesOf(ours, 'c')).toEqual([1, 10, 10]);
    expect(valuesOf(theirs, 'c')).toEqual([1, 11, 21]);
  });
});
