import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from 'vitest';
import { counter, defineRegistry, observableGauge } from '../../src/index.js';
import { openRegistry } from '../support/open-registry.js';

const scope = { name: 'ours', version: '2' };

describe('a producer in a reader of the official SDK', () => {
  it('is exported beside the SDK’s own metrics, under the SDK’s resource', async () => {
    const metrics = defineRegistry({
      scope,
      instruments: { calls: counter({ name: 'calls', unit: '{call}' }) },
    });
    const exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA);
    const reader = new PeriodicExportingMetricReader({
      exporter,
      exportIntervalMillis: 1_000_000,
      exportTimeoutMillis: 1_000,
      metricProducers: [metrics.producer({ temporality: 'delta' })],
    });
    const provider = new MeterProvider({ readers: [reader] });
    provider.getMeter('theirs').createCounter('theirs').add(1);
    for (const value of [1, 2]) {
      metrics.calls.add(value);
      await provider.forceFlush();
    }
    await provider.shutdown();
    const [first, second] = exporter.getMetrics();
    expect(first?.scopeMetrics.map((it) => it.scope.name).sort()).toEqual(['ours', 'theirs']);
    expect(first?.resource.attributes['service.name']).toBeDefined();
    const values = [first, second].map(
      (it) =>
        it?.scopeMetrics.find((own) => own.scope.name === 'ours')?.metrics[0]?.dataPoints[0]?.value,
    );
    expect(values).toEqual([1, 2]);
  });

  it('does not keep the SDK from exporting when a callback hangs', async () => {
    const metrics = defineRegistry({
      scope,
      instruments: {
        calls: counter({ name: 'calls', unit: '{call}' }),
        stuck: observableGauge({ name: 'stuck', unit: '1' }),
      },
    });
    metrics.calls.add(1);
    metrics.stuck.addCallback(() => new Promise(() => undefined));
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({
      exporter,
      exportIntervalMillis: 1_000_000,
      exportTimeoutMillis: 1_000_000,
      metricProducers: [metrics.producer()],
    });
    const provider = new MeterProvider({ readers: [reader] });
    const { resourceMetrics, errors } = await reader.collect({ timeoutMillis: 20 });
    expect(errors).toHaveLength(1);
    expect(resourceMetrics.scopeMetrics[0]?.metrics[0]?.dataPoints[0]?.value).toBe(1);
    await provider.shutdown();
  });
});

describe('a producer', () => {
  it('never rejects, whatever its callbacks do', async () => {
    const { metrics } = openRegistry({
      a: observableGauge({ name: 'a', unit: '1' }),
      b: observableGauge({ name: 'b', unit: '1' }),
    });
    const hostile: readonly (() => unknown)[] = [
      () => {
        throw undefined;
      },
      () => Promise.reject(null),
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: a thenable that throws is what is tested.
        get then() {
          throw new Error('no then');
        },
      }),
      () => Object.create(null),
      () => 5,
    ];
    for (const it of hostile) metrics.a.addCallback(it as () => void);
    metrics.b.addCallback((result) => result.observe(1));
    const { errors, resourceMetrics } = await metrics.producer().collect();
    expect(errors).toHaveLength(3);
    expect(resourceMetrics.scopeMetrics[0]?.metrics.map((it) => it.descriptor.name)).toEqual(['b']);
  });

  it('is one reader: each has its own deltas', async () => {
    const { metrics } = openRegistry({ c: counter({ name: 'c', unit: '1' }) });
    const producers = [1, 2].map(() => metrics.producer({ temporality: 'delta' }));
    metrics.c.add(3);
    for (const producer of producers) {
      const { resourceMetrics } = await producer.collect();
      expect(resourceMetrics.scopeMetrics[0]?.metrics[0]?.dataPoints[0]?.value).toBe(3);
    }
  });
});
