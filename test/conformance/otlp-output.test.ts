import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import {
  AggregationType,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from 'vitest';
import type { DecodedMetric } from '../../demo/receiver.js';
import {
  attr,
  buckets,
  counter,
  defineRegistry,
  gauge,
  histogram,
  observableCounter,
  upDownCounter,
} from '../../src/index.js';
import { accepted, usePipelines } from '../support/pipeline.js';

const pipelines = usePipelines();
const SCOPE = { name: 'conformance', version: '1.0.0' };
const BOUNDARIES = [0.1, 1, 10];

type Attributes = Readonly<Record<string, string | number | boolean>>;

/** The instruments that both sides have, as functions, and how they are exported. */
interface Side {
  add(value: number, attributes?: Attributes): void;
  level(value: number, attributes?: Attributes): void;
  ready(value: number): void;
  latency(value: number, attributes?: Attributes): void;
  size(value: number): void;
  flush(): Promise<void>;
}

const attributes = {
  text: attr.string().optional(),
  number: attr.int().optional(),
  flag: attr.boolean().optional(),
};
const OBSERVED = { text: 'observed' };

function ours(url: string, temporality: 'cumulative' | 'delta'): Side {
  const registry = defineRegistry({
    scope: SCOPE,
    instruments: {
      sum: counter({ name: 'a.sum', unit: 'By', description: 'A sum.', attributes }),
      level: upDownCounter({ name: 'a.level', unit: '{thing}', attributes }),
      ready: gauge({ name: 'a.gauge', unit: '1' }),
      latency: histogram({
        name: 'a.histogram',
        unit: 's',
        buckets: buckets.explicit(BOUNDARIES),
        attributes,
      }),
      size: histogram({ name: 'a.base2', unit: 'By', buckets: buckets.base2() }),
      total: observableCounter({ name: 'a.total', unit: '1', attributes }),
    },
  });
  registry.total.addCallback((result) => result.observe(42, OBSERVED));
  const telemetry = pipelines.setup({ registries: [registry], temporality, otlp: { url } });
  return {
    add: (value, given) => registry.sum.add(value, given),
    level: (value, given) => registry.level.add(value, given),
    ready: (value) => registry.ready.record(value),
    latency: (value, given) => registry.latency.record(value, given),
    size: (value) => registry.size.record(value),
    flush: () => telemetry.forceFlush(),
  };
}

function official(url: string, temporality: 'cumulative' | 'delta'): Side {
  const exporter = new OTLPMetricExporter({
    url,
    temporalityPreference: temporality === 'delta' ? 0 : 1,
  });
  const provider = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter })],
    views: [
      {
        instrumentName: 'a.base2',
        aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
      },
    ],
  });
  pipelines.onEnd(() => provider.shutdown());
  const meter = provider.getMeter(SCOPE.name, SCOPE.version);
  const sum = meter.createCounter('a.sum', { unit: 'By', description: 'A sum.' });
  const level = meter.createUpDownCounter('a.level', { unit: '{thing}' });
  const ready = meter.createGauge('a.gauge', { unit: '1' });
  const latency = meter.createHistogram('a.histogram', {
    unit: 's',
    advice: { explicitBucketBoundaries: BOUNDARIES },
  });
  const size = meter.createHistogram('a.base2', { unit: 'By' });
  const total = meter.createObservableCounter('a.total', { unit: '1' });
  total.addCallback((result) => result.observe(42, OBSERVED));
  return {
    add: (value, given) => sum.add(value, given),
    level: (value, given) => level.add(value, given),
    ready: (value) => ready.record(value),
    latency: (value, given) => latency.record(value, given),
    size: (value) => size.record(value),
    flush: () => provider.forceFlush(),
  };
}

/** Two intervals of measurements of every kind. */
async function record(side: Side): Promise<void> {
  for (const value of [1, 2.5, 0, 1e9]) {
    side.add(value);
    side.add(value, { text: 'é', number: -7, flag: false });
    side.level(-value, { flag: true });
    side.ready(value);
    side.latency(value, { text: 'a' });
    side.size(value);
  }
  await side.flush();
  side.add(0.5, { text: '' });
  side.latency(1, { text: 'a' });
  side.latency(0.1);
  side.size(3);
  await side.flush();
}

/** What was received, without its times and in one order. */
async function received(make: typeof ours, temporality: 'cumulative' | 'delta') {
  const receiver = await pipelines.receiver();
  await record(make(receiver.url, temporality));
  return accepted(receiver).map(({ scopes }) =>
    scopes.map(({ scope, metrics }) => ({
      scope,
      metrics: [...metrics].sort((a, b) => (a.name < b.name ? -1 : 1)).map(withoutTimes),
    })),
  );
}

function withoutTimes(metric: DecodedMetric) {
  const points = metric.points
    .map(({ time, startTime, ...point }) => ({ ...point, key: JSON.stringify(point.attributes) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  return { ...metric, points };
}

describe.each(['cumulative', 'delta'] as const)('what is sent over OTLP, %s', (temporality) => {
  it('is what the official SDK sends for the same records', async () => {
    const sent = await received(ours, temporality);
    expect(sent).toHaveLength(2);
    expect(sent[0]?.[0]?.metrics).toHaveLength(6);
    expect(sent).toEqual(await received(official, temporality));
  });
});
