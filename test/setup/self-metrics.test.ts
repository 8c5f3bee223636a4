import { describe, expect, it } from 'vitest';
import type { ReceiverAnswer } from '../../demo/receiver.js';
import { attr, counter, defineRegistry, type SetupOptions } from '../../src/index.js';
import { metricsNamed, usePipelines } from '../support/pipeline.js';

const pipelines = usePipelines();

async function open(options: SetupOptions = {}) {
  let answer: ReceiverAnswer | undefined;
  const receiver = await pipelines.receiver({ respond: () => answer });
  const registry = defineRegistry({
    scope: { name: 'mine' },
    instruments: {
      c: counter({ name: 'c', unit: '1', attributes: { id: attr.int() }, maxSeries: 2 }),
    },
  });
  const telemetry = pipelines.setup({
    registries: [registry],
    selfMetrics: true,
    otlp: { url: receiver.url },
    ...options,
  });
  /** The points of the last export of a metric, by their attributes but for those of the component. */
  const last = (name: string): Record<string, unknown> => {
    const metric = metricsNamed(receiver, name).at(-1);
    const points = (metric?.points ?? []) as readonly {
      attributes: Record<string, unknown>;
      value?: number;
      count?: number;
    }[];
    return Object.fromEntries(
      points.map(({ attributes, value, count }) => [
        Object.entries(attributes)
          .filter(([key]) => !/^(otel|server)\./.test(key))
          .map(([key, it]) => `${key}=${it}`)
          .sort()
          .join(),
        value ?? count,
      ]),
    );
  };
  return {
    receiver,
    registry,
    telemetry,
    last,
    answer(next: ReceiverAnswer | undefined) {
      answer = next;
    },
  };
}

describe('a pipeline tells of itself', () => {
  it('how many exports were made and what became of them, from zero on', async () => {
    const { registry, telemetry, last, answer } = await open();
    registry.c.add(1, { id: 1 });
    await telemetry.forceFlush();
    expect(last('meterbook.export.attempts')).toEqual({
      'outcome=accepted': 0,
      'outcome=retryable': 0,
      'outcome=rejected': 0,
      'outcome=too_large': 0,
      'outcome=ambiguous': 0,
    });
    answer({ status: 400 });
    await telemetry.forceFlush();
    answer(undefined);
    await telemetry.forceFlush();
    expect(last('meterbook.export.attempts')).toMatchObject({
      'outcome=accepted': 1,
      'outcome=rejected': 1,
    });
    expect(last('meterbook.export.duration')).toEqual({
      'outcome=accepted': 1,
      'outcome=rejected': 1,
    });
    const { dropped } = telemetry.health().exporters[0] ?? {};
    expect(last('meterbook.export.dropped_points')).toMatchObject({
      'reason=rejected': dropped?.rejected,
      'reason=shutdown': 0,
    });
  });

  it('by the names of the conventions too', async () => {
    const { registry, telemetry, last, answer, receiver } = await open();
    registry.c.add(1, { id: 1 });
    answer({ status: 400 });
    await telemetry.forceFlush();
    const first = telemetry.health().exporters[0]?.dropped.rejected;
    answer(undefined);
    await telemetry.forceFlush();
    await telemetry.forceFlush();
    const exported = last('otel.sdk.exporter.metric_data_point.exported');
    expect(exported).toEqual({ '': expect.any(Number), 'error.type=rejected': first });
    // What is under way at a collection is nothing: one export has ended before the next begins.
    expect(last('otel.sdk.exporter.metric_data_point.inflight')).toEqual({ '': 0 });
    expect(last('otel.sdk.exporter.operation.duration')).toEqual({
      'error.type=400,http.response.status_code=400': 1,
      'http.response.status_code=200': 1,
    });
    expect(last('otel.sdk.metric_reader.collection.duration')).toEqual({ '': 2 });
    const [metric] = metricsNamed(receiver, 'otel.sdk.exporter.operation.duration');
    const [point] = (metric?.points ?? []) as readonly { attributes: Record<string, unknown> }[];
    expect(point?.attributes).toMatchObject({
      'otel.component.type': 'otlp_http_metric_exporter',
      'otel.component.name': 'otlp_http_metric_exporter/0',
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(receiver.url).port),
    });
  });

  it('what is held, what overflows, and what could not be recorded', async () => {
    const { registry, telemetry, last, answer } = await open({ temporality: 'delta' });
    for (let id = 0; id < 5; id++) registry.c.add(1, { id });
    registry.c.add(Number.NaN, { id: 1 });
    answer({ status: 503 });
    await telemetry.forceFlush();
    const { held = 0 } = telemetry.health().exporters[0] ?? {};
    expect(held).toBeGreaterThan(3);
    answer(undefined);
    await new Promise((resolve) => setTimeout(resolve, 1_250));
    await telemetry.forceFlush();
    expect(last('meterbook.export.held_points')).toEqual({ '': held });
    expect(last('meterbook.series')).toEqual({ 'instrument=c': 2 });
    expect(last('meterbook.overflow')).toEqual({ 'instrument=c': 1 });
    expect(last('meterbook.measurements.dropped')).toEqual({
      'instrument=c,reason=not_a_number': 1,
    });
  });

  it('on every exporter, and not where it is told not to', async () => {
    const { receiver, registry, telemetry } = await open({ selfMetrics: false });
    registry.c.add(1, { id: 1 });
    await telemetry.forceFlush();
    const [request] = receiver.requests;
    expect(
      request?.resourceMetrics.flatMap(({ scopes }) => scopes.map(({ scope }) => scope.name)),
    ).toEqual(['mine']);
  });
});
