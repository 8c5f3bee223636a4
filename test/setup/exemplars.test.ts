import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { buckets, counter, defineRegistry, histogram, type SetupOptions } from '../../src/index.js';
import { coreOf } from '../../src/otel/index.js';
import { decodeWireRequest } from '../support/official-otlp/definitions.js';
import { until, usePipelines } from '../support/pipeline.js';
import { startTracing, type Tracing } from '../support/tracing.js';

const pipelines = usePipelines();

let tracing: Tracing | undefined;
afterEach(async () => {
  await tracing?.stop();
  tracing = undefined;
});

const declare = () =>
  defineRegistry({
    scope: { name: 'test' },
    instruments: {
      calls: counter({ name: 'calls', unit: '1' }),
      latency: histogram({ name: 'latency', unit: 's', buckets: buckets.explicit([0.1, 1]) }),
    },
  });

/** The lines of a scrape in OpenMetrics that have an exemplar. */
async function scraped(
  options: SetupOptions,
  record: (metrics: ReturnType<typeof declare>) => void,
) {
  const registry = declare();
  const telemetry = pipelines.setup({
    registries: [registry],
    otlp: false,
    prometheus: { port: 0 },
    ...options,
  });
  const endpoint = () => telemetry.health().exporters[0]?.endpoint ?? '';
  await until('it listens', () => !endpoint().includes(':0/'));
  const scrape = async () => {
    const accept = 'application/openmetrics-text; version=1.0.0';
    const text = await (await fetch(endpoint(), { headers: { accept } })).text();
    return text.split('\n').filter((line) => line.includes(' # '));
  };
  record(registry);
  return { registry, telemetry, scrape, lines: await scrape() };
}

const inAndOutOfSpans = (metrics: ReturnType<typeof declare>) => {
  tracing?.inSpan(() => metrics.latency.record(0.05));
  tracing?.inSpan(() => metrics.latency.record(0.5), false);
  metrics.latency.record(5);
};

describe('which exemplars are sent', () => {
  it('by default: those of sampled spans', async () => {
    tracing = startTracing();
    const { lines } = await scraped({}, inAndOutOfSpans);
    expect(lines).toEqual([
      expect.stringMatching(/le="0.1"} 1 # {trace_id="\w{32}",span_id="\w{16}"} 0.05 \d+\.\d{3}$/),
    ]);
  });

  it('by always_on: all, with the ids that there are', async () => {
    tracing = startTracing();
    const { lines } = await scraped({ exemplars: 'always_on' }, inAndOutOfSpans);
    expect(lines).toEqual([
      expect.stringMatching(/le="0.1"} 1 # {trace_id="\w{32}",span_id="\w{16}"} 0.05 /),
      expect.stringMatching(/le="1"} 2 # {trace_id="\w{32}",span_id="\w{16}"} 0.5 /),
      expect.stringMatching(/le="\+Inf"} 3 # {} 5 /),
    ]);
  });

  it('by always_on: all, without any tracer too', async () => {
    const { lines } = await scraped({ exemplars: 'always_on' }, (it) => it.calls.add(2));
    expect(lines).toEqual([expect.stringMatching(/^calls_total{.*} 2 # {} 2 \d/)]);
  });

  it('by always_off: none', async () => {
    tracing = startTracing();
    const { lines, registry } = await scraped({ exemplars: 'always_off' }, inAndOutOfSpans);
    expect(lines).toEqual([]);
    expect(coreOf(registry).runtime.trace).toBeUndefined();
  });

  it('by OTEL_METRICS_EXEMPLAR_FILTER, which the option goes before', async () => {
    tracing = startTracing();
    pipelines.env({ OTEL_METRICS_EXEMPLAR_FILTER: 'always_off' });
    const off = await scraped({}, inAndOutOfSpans);
    expect(off.lines).toEqual([]);
    await off.telemetry.shutdown();
    const on = await scraped({ exemplars: 'always_on' }, inAndOutOfSpans);
    expect(on.lines).toHaveLength(3);
  });

  it('an option that cannot be used is reported, and the default stands', async () => {
    tracing = startTracing();
    const options = { exemplars: 'sometimes' } as unknown as SetupOptions;
    const { lines, telemetry } = await scraped(options, inAndOutOfSpans);
    expect(lines).toHaveLength(1);
    expect(telemetry.health().problems).toEqual([
      expect.stringMatching(/exemplars is "sometimes".*always_on, always_off, trace_based/),
    ]);
  });
});

describe('when exemplars are taken', () => {
  it('not before setupMetrics, nor after the shutdown, nor for the console alone', async () => {
    const { registry, telemetry } = await scraped({}, () => undefined);
    const { runtime } = coreOf(registry);
    await telemetry.shutdown();
    expect(runtime.trace).toBeUndefined();
    expect(coreOf(declare()).runtime.trace).toBeUndefined();
    const other = declare();
    pipelines.setup({ registries: [other], otlp: false, console: true });
    expect(coreOf(other).runtime.trace).toBeUndefined();
  });

  it('from the interval after a tracer has come, though the metrics were there first', async () => {
    const { registry, scrape } = await scraped({}, () => undefined);
    const { runtime } = coreOf(registry);
    // There is nothing that could have a span: a record looks for none.
    expect(runtime.trace).toBeUndefined();
    tracing = startTracing();
    await scrape();
    const { spanId } = tracing.inSpan(() => registry.calls.add(1));
    expect(await scrape()).toEqual([expect.stringContaining(`span_id="${spanId}"`)]);
  });

  it('in the first interval, where the tracer comes before its end, and sent by OTLP', async () => {
    const bodies: Buffer[] = [];
    const server = createServer(async (request, response) => {
      bodies.push(await buffer(request));
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    pipelines.onEnd(() => server.close());
    const registry = declare();
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/v1/metrics`;
    const telemetry = pipelines.setup({ registries: [registry], otlp: { url } });
    tracing = startTracing();
    const { traceId, spanId } = tracing.inSpan(() => registry.calls.add(3));
    await telemetry.forceFlush();
    const [exemplar] = bodies
      .flatMap((body) => decodeWireRequest(body).resourceMetrics)
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
      .flatMap(({ sum }) => sum?.dataPoints ?? [])
      .flatMap(({ exemplars }) => exemplars);
    expect(exemplar?.asDouble).toBe(3);
    expect(Buffer.from(exemplar?.traceId ?? []).toString('hex')).toBe(traceId);
    expect(Buffer.from(exemplar?.spanId ?? []).toString('hex')).toBe(spanId);
  });
});
