import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  buckets,
  counter,
  defineRegistry,
  histogram,
  type SetupOptions,
  setupMetrics,
} from '../../src/index.js';
import { until } from '../support/pipeline.js';
import { startTracing, type Tracing } from '../support/tracing.js';
import { collectorPlace, startCollector } from './support/collector.js';
import { type Prometheus, startPrometheus } from './support/prometheus.js';

const BOUNDARIES = [0.1, 1, 10];

let tracing: Tracing;
let ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.reverse()) await end();
  ends = [];
});

/** A service with a tracer of the official SDK. */
function serve(options: SetupOptions) {
  const registry = defineRegistry({
    scope: { name: 'traced' },
    instruments: {
      calls: counter({ name: 'traced.calls', unit: '{call}' }),
      latency: histogram({
        name: 'traced.latency',
        unit: 's',
        buckets: buckets.explicit(BOUNDARIES),
      }),
      size: histogram({ name: 'traced.size', unit: 'By', buckets: buckets.base2() }),
    },
  });
  const telemetry = setupMetrics({
    serviceName: 'traced',
    registries: [registry],
    flushAtExit: false,
    ...options,
  });
  ends.push(() => telemetry.shutdown());
  tracing = startTracing();
  ends.push(() => tracing.stop());
  return { registry, telemetry };
}

/** One measurement in each bucket and a span of its own, and some that are none of its. */
function record({ latency, calls, size }: ReturnType<typeof serve>['registry']) {
  const spans = [0.05, 0.5, 5, 50].map((value) => ({
    value,
    ...tracing.inSpan(() => latency.record(value)),
  }));
  for (let i = 0; i < 100; i++) latency.record(0.07);
  tracing.inSpan(() => latency.record(0.08), false);
  const call = tracing.inSpan(() => calls.add(1));
  const sized = tracing.inSpan(() => size.record(2_048));
  return { spans, call, sized };
}

/** What Prometheus' storage has. */
async function exemplarsIn({ url }: Prometheus, query: string) {
  const range = { start: '2020-01-01T00:00:00Z', end: '2100-01-01T00:00:00Z' };
  const response = await fetch(
    `${url}/api/v1/query_exemplars?${new URLSearchParams({ query, ...range })}`,
  );
  const { data } = (await response.json()) as {
    data: readonly {
      readonly seriesLabels: Readonly<Record<string, string>>;
      readonly exemplars: readonly {
        readonly labels: Readonly<Record<string, string>>;
        readonly value: string;
        readonly timestamp: number;
      }[];
    }[];
  };
  return data.flatMap(({ seriesLabels, exemplars }) =>
    exemplars.map(({ labels, value, timestamp }) => ({
      le: seriesLabels['le'],
      value: Number(value),
      traceId: labels['trace_id'],
      spanId: labels['span_id'],
      millis: timestamp * 1_000,
    })),
  );
}

const byValue = <T extends { readonly value: number }>(all: readonly T[]) =>
  [...all].sort((a, b) => a.value - b.value);

describe('exemplars in Prometheus', () => {
  it('are there by a scrape, with the spans that were active', async () => {
    const { registry, telemetry } = serve({ otlp: false, prometheus: { port: 0 } });
    const endpoint = () => telemetry.health().exporters[0]?.endpoint ?? '';
    await until('it listens', () => !endpoint().includes(':0/'));
    const server = await startPrometheus(endpoint(), {
      flags: ['--enable-feature=exemplar-storage'],
    });
    ends.push(() => server.stop());
    const before = Date.now();
    const { spans, call } = record(registry);
    const query = 'traced_latency_bucket';
    await until('all are stored', async () => (await exemplarsIn(server, query)).length >= 4);
    const found = byValue(await exemplarsIn(server, query));
    expect(found.map(({ millis, ...it }) => it)).toEqual(
      spans.map((it, i) => ({ le: String(BOUNDARIES[i] ?? '+Inf'), ...it })),
    );
    for (const { millis } of found) {
      expect(millis).toBeGreaterThanOrEqual(before - 1);
      expect(millis).toBeLessThanOrEqual(Date.now());
    }
    const [counted] = await exemplarsIn(server, 'traced_calls_total');
    expect(counted).toMatchObject({ value: 1, ...call });
    // What is no exemplar is there as well, from the same scrape.
    expect(await server.value('traced_latency_count')).toBe(105);
    expect(await server.value('up')).toBe(1);
    // A later one takes its place, and is stored beside the earlier ones.
    const [later] = [tracing.inSpan(() => registry.latency.record(6))];
    await until('it is stored', async () => (await exemplarsIn(server, query)).length >= 5);
    expect((await exemplarsIn(server, query)).filter(({ le }) => le === '10')).toMatchObject([
      { value: 5 },
      { value: 6, ...later },
    ]);
  });

  it('may be without ids', async () => {
    const { registry, telemetry } = serve({
      otlp: false,
      prometheus: { port: 0 },
      exemplars: 'always_on',
    });
    const endpoint = () => telemetry.health().exporters[0]?.endpoint ?? '';
    await until('it listens', () => !endpoint().includes(':0/'));
    const server = await startPrometheus(endpoint(), {
      flags: ['--enable-feature=exemplar-storage'],
    });
    ends.push(() => server.stop());
    registry.latency.record(3);
    await until('it is scraped', async () => (await server.value('traced_latency_count')) === 1);
    expect(await exemplarsIn(server, 'traced_latency_bucket')).toMatchObject([
      { le: '10', value: 3, traceId: undefined },
    ]);
  });
});

/** A line of the file: a request in OTLP's JSON. */
interface Line {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly {
      readonly metrics: readonly {
        readonly name: string;
        readonly sum?: Data;
        readonly histogram?: Data;
        readonly exponentialHistogram?: Data;
      }[];
    }[];
  }[];
}
interface Data {
  readonly dataPoints: readonly {
    readonly exemplars?: readonly {
      readonly asDouble: number;
      readonly traceId: string;
      readonly spanId: string;
    }[];
  }[];
}

/** A Collector that writes what it receives to a file. */
async function fileCollector() {
  const place = await collectorPlace();
  const { ports } = place.options;
  const file = join(place.folder, 'received.json');
  // JSON is YAML.
  const config = {
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${ports.http}` } } } },
    exporters: { file: { path: file } },
    extensions: { health_check: { endpoint: `127.0.0.1:${ports.health}` } },
    service: {
      extensions: ['health_check'],
      telemetry: { metrics: { level: 'none' } },
      pipelines: { metrics: { receivers: ['otlp'], exporters: ['file'] } },
    },
  };
  const collector = await startCollector(place, JSON.stringify(config));
  ends.push(() => collector.stop());
  return {
    url: collector.url,
    collector,
    exemplars(name: string) {
      const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
      const lines = text.split('\n').filter((line) => line.endsWith('}'));
      return byValue(
        lines
          .map((line) => JSON.parse(line) as Line)
          .flatMap(({ resourceMetrics }) => resourceMetrics)
          .flatMap(({ scopeMetrics }) => scopeMetrics)
          .flatMap(({ metrics }) => metrics)
          .filter((metric) => metric.name === name)
          .flatMap((it) => (it.sum ?? it.histogram ?? it.exponentialHistogram)?.dataPoints ?? [])
          .flatMap(({ exemplars = [] }) => exemplars)
          .map(({ asDouble, traceId, spanId }) => ({ value: asDouble, traceId, spanId })),
      );
    },
  };
}

describe.each(['cumulative', 'delta'] as const)(
  "exemplars in the Collector's file: %s",
  (temporality) => {
    it('are those of the spans that were active', async () => {
      const { url, exemplars } = await fileCollector();
      const { registry, telemetry } = serve({
        temporality,
        otlp: { url: `${url}/v1/metrics` },
      });
      const { spans, call, sized } = record(registry);
      await telemetry.forceFlush();
      await until('they are written', () => exemplars('traced.size').length > 0);
      expect(exemplars('traced.latency')).toEqual(spans);
      expect(exemplars('traced.calls')).toEqual([{ value: 1, ...call }]);
      expect(exemplars('traced.size')).toEqual([{ value: 2_048, ...sized }]);
      // An interval later they are not sent again.
      registry.latency.record(0.07);
      await telemetry.forceFlush();
      expect(exemplars('traced.latency')).toEqual(spans);
    });

    it('outlast an outage: of each bucket the newest', async () => {
      const { url, exemplars, collector } = await fileCollector();
      await collector.end('SIGTERM');
      const { registry, telemetry } = serve({
        temporality,
        otlp: { url: `${url}/v1/metrics`, timeoutMillis: 1_000 },
        logger: { warn: () => undefined, error: () => undefined },
      });
      const first = record(registry);
      await telemetry.forceFlush();
      const [later] = [tracing.inSpan(() => registry.latency.record(0.06))];
      await telemetry.forceFlush();
      expect(telemetry.health().exporters[0]?.held).toBeGreaterThan(0);
      await collector.restart();
      await until('they are written', async () => {
        await telemetry.forceFlush();
        return exemplars('traced.size').length > 0;
      });
      expect(exemplars('traced.latency')).toEqual([
        { value: 0.06, ...later },
        ...first.spans.slice(1),
      ]);
      expect(exemplars('traced.calls')).toEqual([{ value: 1, ...first.call }]);
    });
  },
);
