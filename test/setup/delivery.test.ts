import { metrics as api } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import type { ReceiverAnswer } from '../../demo/receiver.js';
import {
  attr,
  buckets,
  counter,
  defineRegistry,
  histogram,
  type SetupOptions,
} from '../../src/index.js';
import { metricsNamed, until, usePipelines, valuesOf } from '../support/pipeline.js';

const pipelines = usePipelines();

function declare() {
  return defineRegistry({
    scope: { name: 'delivery' },
    instruments: {
      c: counter({ name: 'c', unit: '1' }),
      many: counter({
        name: 'many',
        unit: '1',
        attributes: { id: attr.int() },
        maxSeries: 20_000,
      }),
      h: histogram({
        name: 'h',
        unit: 's',
        buckets: buckets.explicit([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192]),
        attributes: { id: attr.int() },
        maxSeries: 20_000,
      }),
    },
  });
}

/** A pipeline to a receiver of which each request is answered as the test says, at first with 200. */
async function open(options: SetupOptions = {}) {
  let answer: ReceiverAnswer | undefined;
  const receiver = await pipelines.receiver({ respond: () => answer });
  const registry = declare();
  const telemetry = pipelines.setup({
    registries: [registry],
    temporality: 'delta',
    otlp: { url: receiver.url },
    ...options,
  });
  return {
    receiver,
    registry,
    telemetry,
    answer(next: ReceiverAnswer | undefined) {
      answer = next;
    },
    otlp: () => telemetry.health().exporters[0],
    /** Waits until the pause after a failure must be over. */
    pause: () => new Promise((resolve) => setTimeout(resolve, 1_250)),
  };
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

describe('an answer that lets a request be sent again', () => {
  it.each([429, 502, 503, 504])('loses nothing: %i', async (status) => {
    const { receiver, registry, telemetry, answer, otlp, pause } = await open();
    answer({ status });
    registry.c.add(1);
    await telemetry.forceFlush();
    expect(otlp()).toMatchObject({ attempts: 1, consecutiveFailures: 1, held: 1, dropped: {} });
    expect(pipelines.lines).toEqual([
      expect.stringContaining('is held, and goes with a later one'),
    ]);
    registry.c.add(10);
    // Not before the pause is over.
    await telemetry.forceFlush();
    expect(otlp()).toMatchObject({ attempts: 1, held: 1 });
    answer(undefined);
    await pause();
    registry.c.add(100);
    await telemetry.forceFlush();
    expect(valuesOf(receiver, 'c')).toEqual([111]);
    const [metric] = metricsNamed(receiver, 'c');
    const [point] = metric?.kind === 'sum' ? metric.points : [];
    // It speaks of the whole time, from the first interval on.
    expect(Number((point?.time ?? 0n) - (point?.startTime ?? 0n)) / 1e9).toBeGreaterThan(1.2);
    expect(otlp()).toMatchObject({ attempts: 2, consecutiveFailures: 0, held: 0 });
    expect(telemetry.health().status).toBe('running');
  });

  it('is not sent again before Retry-After says so', async () => {
    const { receiver, registry, telemetry, answer, pause } = await open();
    answer({ status: 503, headers: { 'retry-after': '3600' } });
    registry.c.add(1);
    await telemetry.forceFlush();
    await pause();
    await telemetry.forceFlush();
    expect(receiver.requests).toHaveLength(1);
    // The end of the process does not wait for an hour.
    answer(undefined);
    await telemetry.shutdown();
    expect(valuesOf(receiver, 'c')).toEqual([1]);
  });

  it('holds the instruments of other libraries as well, with the same care', async () => {
    const { receiver, telemetry, answer, pause } = await open();
    const meter = api.getMeter('another library');
    const calls = meter.createCounter('their.calls');
    const sizes = meter.createHistogram('their.sizes', {
      advice: { explicitBucketBoundaries: [10] },
    });
    const level = meter.createGauge('their.level');
    answer({ status: 503 });
    calls.add(1, { a: 1 });
    sizes.record(5);
    level.record(1);
    await telemetry.forceFlush();
    answer(undefined);
    await pause();
    calls.add(2, { a: 1 });
    calls.add(5, { a: 2 });
    sizes.record(50);
    level.record(7);
    await telemetry.forceFlush();
    expect(valuesOf(receiver, 'their.calls')).toEqual([3, 5]);
    expect(valuesOf(receiver, 'their.level')).toEqual([7]);
    const [histogramMetric] = metricsNamed(receiver, 'their.sizes');
    expect(histogramMetric).toMatchObject({ points: [{ count: 2, sum: 55 }] });
  });

  it('is sent again by itself where nothing new is recorded', async () => {
    const { receiver, registry, telemetry, answer } = await open({ exportIntervalMillis: 50 });
    answer({ status: 503 });
    registry.c.add(1);
    await telemetry.forceFlush();
    answer(undefined);
    await until('it has arrived', () => valuesOf(receiver, 'c').length > 0);
    expect(valuesOf(receiver, 'c')).toEqual([1]);
  });

  it('keeps the last totals of cumulative metrics', async () => {
    const { receiver, registry, telemetry, answer, pause } = await open({
      temporality: 'cumulative',
    });
    answer({ status: 503 });
    registry.c.add(1);
    await telemetry.forceFlush();
    registry.c.add(1);
    answer(undefined);
    await pause();
    await telemetry.forceFlush();
    expect(valuesOf(receiver, 'c')).toEqual([2]);
  });
});

describe('an answer that is final', () => {
  it.each([400, 401, 403, 404, 415, 500, 501])(
    'drops what it was for, and counts: %i',
    async (status) => {
      const { receiver, registry, telemetry, answer, otlp } = await open();
      answer({ status });
      registry.c.add(1);
      await telemetry.forceFlush();
      expect(otlp()).toMatchObject({ held: 0, dropped: { rejected: 1 }, consecutiveFailures: 1 });
      // It does not block the next, which need not wait either.
      answer(undefined);
      registry.c.add(10);
      await telemetry.forceFlush();
      expect(valuesOf(receiver, 'c')).toEqual([10]);
    },
  );

  it('for size halves the request once', async () => {
    const receiver = await pipelines.receiver({
      respond: ({ resourceMetrics }) => {
        const points = resourceMetrics.flatMap(({ scopes }) =>
          scopes.flatMap(({ metrics }) => metrics.flatMap((it) => it.points as readonly unknown[])),
        );
        return points.length > 60 ? { status: 413 } : undefined;
      },
    });
    const registry = declare();
    const telemetry = pipelines.setup({
      registries: [registry],
      temporality: 'delta',
      otlp: { url: receiver.url },
    });
    for (let id = 0; id < 100; id++) registry.many.add(1, { id });
    await telemetry.forceFlush();
    expect(receiver.requests.map(({ status }) => status)).toEqual([413, 200, 200]);
    expect(valuesOf(receiver, 'many')).toHaveLength(100);
    expect(telemetry.health().exporters[0]).toMatchObject({ held: 0, dropped: {} });
    // And no more than once.
    for (let id = 0; id < 1_000; id++) registry.many.add(1, { id });
    await telemetry.forceFlush();
    expect(receiver.requests.slice(3).map(({ status }) => status)).toEqual([413, 413, 413]);
    expect(telemetry.health().exporters[0]).toMatchObject({
      held: 0,
      dropped: { too_large: 1_000 },
    });
  });

  it('for a part of the points counts these, and sends nothing again', async () => {
    const { receiver, registry, telemetry, answer, otlp } = await open();
    answer({ partialSuccess: { rejectedDataPoints: 3, errorMessage: 'too old' } });
    for (let id = 0; id < 10; id++) registry.many.add(1, { id });
    await telemetry.forceFlush();
    await telemetry.forceFlush();
    expect(receiver.requests).toHaveLength(1);
    expect(otlp()).toMatchObject({
      consecutiveFailures: 0,
      held: 0,
      dropped: { partial_success: 3 },
    });
    expect(pipelines.lines).toEqual([expect.stringMatching(/but for 3 points: too old$/)]);
  });
});

describe('a request that is cut off', () => {
  it('is sent again with the same bytes, ahead of everything else', async () => {
    const { receiver, registry, telemetry, answer, otlp, pause } = await open();
    answer({ cut: true });
    registry.c.add(1);
    await telemetry.forceFlush();
    expect(otlp()).toMatchObject({ held: 1, consecutiveFailures: 1 });
    answer(undefined);
    await pause();
    registry.c.add(10);
    await telemetry.forceFlush();
    const [cut, again, next] = receiver.requests;
    expect(receiver.requests).toHaveLength(3);
    expect(again?.resourceMetrics).toEqual(cut?.resourceMetrics);
    expect(next?.status).toBe(200);
    expect(valuesOf(receiver, 'c')).toEqual([1, 10]);
  });
});

describe('a registry of very many series', () => {
  it('arrives in requests of 5,000 points, complete, and is merged without an overflow', async () => {
    const { receiver, registry, telemetry, answer, pause } = await open();
    const record = (): void => {
      for (let id = 0; id < 12_000; id++) registry.many.add(1, { id });
    };
    answer({ status: 503 });
    record();
    await telemetry.forceFlush();
    answer(undefined);
    await pause();
    record();
    await telemetry.forceFlush();
    expect(receiver.requests.map(({ status }) => status)).toEqual([503, 200, 200, 200]);
    const values = valuesOf(receiver, 'many');
    expect(values).toHaveLength(12_000);
    expect(sum(values)).toBe(24_000);
  });

  it('lets others have their turn while it is collected and encoded', async () => {
    const { registry, telemetry } = await open();
    for (let id = 0; id < 10_000; id++) registry.h.record(id, { id });
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    await telemetry.forceFlush();
    isOver = true;
    // Collecting, converting and encoding take tens of milliseconds in slices of a few.
    expect(turns).toBeGreaterThan(8);
    expect(registry.dropped()).toEqual([]);
  });
});
