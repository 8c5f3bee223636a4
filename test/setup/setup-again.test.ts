import { describe, expect, it } from 'vitest';
import { buckets, counter, defineRegistry, histogram, upDownCounter } from '../../src/index.js';
import { accepted, metricsNamed, usePipelines, valuesOf } from '../support/pipeline.js';

const pipelines = usePipelines();
const TEMPORALITIES = ['cumulative', 'delta'] as const;

function measured() {
  return defineRegistry({
    scope: { name: 'again' },
    instruments: {
      c: counter({ name: 'c', unit: '1' }),
      h: histogram({ name: 'h', unit: '1', buckets: buckets.explicit([10]) }),
      inFlight: upDownCounter({ name: 'in_flight', unit: '1' }),
    },
  });
}

describe('a second call', () => {
  it('is ignored with a warning, and gives the pipeline that is there', async () => {
    const [receiver, other] = [await pipelines.receiver(), await pipelines.receiver()];
    const registry = measured();
    const first = pipelines.setup({ registries: [registry], otlp: { url: receiver.url } });
    const second = pipelines.setup({ registries: [measured()], otlp: { url: other.url } });
    expect(second).toBe(first);
    expect(pipelines.lines).toEqual([expect.stringContaining('was called a second time')]);
    expect(pipelines.lines[0]).toContain('Fix: call it once, with all registries');
    registry.c.add(1);
    await second.shutdown();
    expect(valuesOf(receiver, 'c')).toEqual([1]);
    expect(other.requests).toEqual([]);
  });

  it('during the shutdown is told to wait for it', async () => {
    const receiver = await pipelines.receiver();
    const first = pipelines.setup({ otlp: { url: receiver.url } });
    const end = first.shutdown();
    expect(pipelines.setup()).toBe(first);
    expect(pipelines.lines).toEqual([expect.stringContaining('await its shutdown() first')]);
    await end;
    expect(pipelines.setup({ otlp: false })).not.toBe(first);
  });
});

describe.each(
  TEMPORALITIES.flatMap((first) => TEMPORALITIES.map((next) => [first, next] as const)),
)('a %s pipeline, shut down, and a %s one after it', (firstTemporality, nextTemporality) => {
  it('send every record once', async () => {
    const registry = measured();
    let during = 0;
    const first = await pipelines.receiver({
      // Recorded after the last collection of the first pipeline, before its end.
      onRequest: () => {
        during += 1;
        registry.c.add(100);
        registry.h.record(3);
      },
    });
    registry.c.add(1);
    registry.h.record(1);
    registry.inFlight.add(3);
    const telemetry = pipelines.setup({
      registries: [registry],
      temporality: firstTemporality,
      otlp: { url: first.url },
    });
    await telemetry.shutdown();
    expect(valuesOf(first, 'c')).toEqual([1]);
    expect(during).toBe(1);

    registry.c.add(1_000);
    registry.h.record(30);
    registry.inFlight.add(-1);
    const second = await pipelines.receiver();
    const again = pipelines.setup({
      registries: [registry],
      temporality: nextTemporality,
      serviceName: 'under another name',
      otlp: { url: second.url },
    });
    await again.shutdown();
    expect(valuesOf(second, 'c')).toEqual([1_100]);
    expect(metricsNamed(second, 'h')).toMatchObject([
      { points: [{ count: 2, sum: 33, min: 3, max: 30, bucketCounts: [1, 1] }] },
    ]);
    // How many are in flight is no count of what has happened: it is told as it is.
    expect(valuesOf(second, 'in_flight')).toEqual([2]);
    expect(accepted(second)[0]?.resource['service.name']).toBe('under another name');

    // The second claims no time that the first has claimed.
    const [before] = metricsNamed(first, 'c');
    const [after] = metricsNamed(second, 'c');
    if (before?.kind !== 'sum' || after?.kind !== 'sum') throw new Error('c is no sum');
    expect(after.points[0]?.startTime).toBeGreaterThanOrEqual(before.points[0]?.time ?? 0n);
    expect(pipelines.lines).toEqual([]);
  });
});

describe('a pipeline that is set up again', () => {
  it('warns of what is wrong again, to its own logger', async () => {
    const lines: string[] = [];
    const log = (message: string): void => void lines.push(message);
    await pipelines.setup({ exportIntervalMillis: -1, otlp: false }).shutdown();
    const logger = { warn: log, error: log };
    pipelines.setup({ exportIntervalMillis: -1, otlp: false, logger });
    expect(lines).toEqual(pipelines.lines);
  });

  it('listens where the one before it did', async () => {
    const first = pipelines.setup({ otlp: false, prometheus: { port: 0 } });
    const { endpoint = '' } = await listening(first);
    const port = Number(new URL(endpoint).port);
    await first.shutdown();
    const second = pipelines.setup({ otlp: false, prometheus: { port } });
    expect(await (await fetch((await listening(second)).endpoint ?? '')).text()).toContain('test');
    expect(pipelines.lines).toEqual([]);
  });
});

/** The scrape endpoint, once it listens. */
async function listening(telemetry: ReturnType<typeof pipelines.setup>) {
  for (;;) {
    const [prometheus] = telemetry.health().exporters;
    if (prometheus?.endpoint !== undefined && !prometheus.endpoint.includes(':0/'))
      return prometheus;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
