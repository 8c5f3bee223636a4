import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  attr,
  buckets,
  counter,
  defineRegistry,
  gauge,
  histogram,
  MeterbookError,
  observableGauge,
} from '../../src/index.js';
import { FakeClock, metricMatchers, testRegistry, watchRegistry } from '../../src/testing/index.js';

expect.extend(metricMatchers);

declare module 'vitest' {
  interface Matchers<T> {
    toHaveRecorded(
      expected: number | { count?: number; sum?: number; min?: number; max?: number },
      attributes?: object,
    ): Promise<T>;
    toHaveDropped(count: number, reason?: string): T;
  }
}

const app = defineRegistry({
  scope: { name: 'app' },
  instruments: {
    requests: counter({
      name: 'requests',
      unit: '{request}',
      attributes: { route: attr.string(), method: attr.oneOf('GET', 'POST').optional() },
    }),
    latency: histogram({
      name: 'latency',
      unit: 's',
      buckets: buckets.explicit([0.1, 1]),
      attributes: { route: attr.string() },
    }),
    sizes: histogram({ name: 'sizes', unit: 'By', buckets: buckets.base2() }),
    ready: gauge({ name: 'ready', unit: '1' }),
    depth: observableGauge({ name: 'depth', unit: '{job}' }),
  },
});

describe('testRegistry', () => {
  it('reads back what was recorded, by exactly these attributes', async () => {
    const metrics = testRegistry(app);
    metrics.requests.add(2, { route: '/a', method: 'GET' });
    metrics.requests.add(3, { route: '/a' });
    expect(await metrics.requests.read({ method: 'GET', route: '/a' })).toBe(2);
    expect(await metrics.requests.read({ route: '/a' })).toBe(3);
    expect(await metrics.requests.read({ route: '/b' })).toBeUndefined();
    expect(await metrics.requests.total({ route: '/a' })).toBe(5);
    expect(await metrics.requests.readAll()).toEqual([
      { attributes: { route: '/a', method: 'GET' }, value: 2 },
      { attributes: { route: '/a' }, value: 3 },
    ]);
  });

  it('reads distributions, gauges and callbacks with their types', async () => {
    const metrics = testRegistry(app);
    metrics.latency.record(0.5, { route: '/a' });
    metrics.latency.record(0.1, { route: '/a' });
    metrics.sizes.record(4);
    metrics.ready.record(1);
    metrics.depth.addCallback((result) => result.observe(7));
    const latency = await metrics.latency.read({ route: '/a' });
    expectTypeOf(latency?.counts).toEqualTypeOf<readonly number[] | undefined>();
    expect(latency).toMatchObject({ count: 2, sum: 0.6, min: 0.1, max: 0.5, counts: [1, 1, 0] });
    const sizes = await metrics.sizes.read();
    expectTypeOf(sizes?.scale).toEqualTypeOf<number | undefined>();
    expect(sizes).toMatchObject({ count: 1, scale: 20 });
    const ready = await metrics.ready.read();
    expectTypeOf(ready).toEqualTypeOf<number | undefined>();
    expect(ready).toBe(1);
    expect(await metrics.depth.read()).toBe(7);
  });

  it('keeps apart from the real registry and from other test registries', async () => {
    const one = testRegistry(app);
    const two = testRegistry(app);
    app.ready.record(3);
    one.ready.record(1);
    expect(await one.ready.read()).toBe(1);
    expect(await two.ready.read()).toBeUndefined();
  });

  it('is strict, unless asked otherwise', async () => {
    const strict = testRegistry(app);
    expect(() => strict.requests.add(-1, { route: '/a' })).toThrow(MeterbookError);
    const lenient = testRegistry(app, { strict: false });
    lenient.requests.add(-1, { route: '/a' });
    expect(lenient).toHaveDropped(1, 'negative_value');
  });

  it('times by the clock that it is given', async () => {
    const clock = new FakeClock();
    const metrics = testRegistry(app, { clock });
    const stop = metrics.latency.startTimer();
    clock.advance(250);
    expect(stop({ route: '/a' })).toBe(0.25);
    const slow = metrics.latency.time(async () => clock.advance(2_000), { route: '/slow' });
    await slow;
    expect(await metrics.latency.read({ route: '/slow' })).toMatchObject({ count: 1, sum: 2 });
  });

  it('throws what a callback throws', async () => {
    const metrics = testRegistry(app);
    metrics.depth.addCallback(() => {
      throw new Error('no queue');
    });
    await expect(metrics.depth.read()).rejects.toThrow('no queue');
  });

  it('refuses what is no registry', () => {
    // @ts-expect-error -- an object without instruments
    expect(() => testRegistry({})).toThrow(/INVALID_REGISTRY/);
  });
});

describe('watchRegistry', () => {
  it('reads what the real registry records from now on, and gives it back as it was', async () => {
    app.requests.add(10, { route: '/before' });
    const watched = watchRegistry(app);
    app.requests.add(1, { route: '/a' });
    expect(await watched.requests.read({ route: '/before' })).toBeUndefined();
    expect(await watched.requests.read({ route: '/a' })).toBe(1);
    expect(() => app.requests.add(Number.NaN, { route: '/a' })).toThrow(MeterbookError);
    watched.stopWatching();
    app.requests.add(Number.NaN, { route: '/a' });
    expect(app).toHaveDropped(1);
  });

  it('leaves the name of every instrument alone', async () => {
    const unit = '1';
    const instruments = {
      stop: counter({ name: 'stop', unit }),
      read: gauge({ name: 'read', unit }),
    };
    const watched = watchRegistry(defineRegistry({ scope: { name: 's' }, instruments }));
    watched.stop.add(2);
    watched.read.record(3);
    expect(await watched.stop.read()).toBe(2);
    expect(await watched.read.read()).toBe(3);
    watched.stopWatching();
  });

  it('takes nothing from a reader that is there already', async () => {
    const producer = app.producer({ temporality: 'delta' });
    await producer.collect();
    app.requests.add(5, { route: '/shared' });
    const watched = watchRegistry(app);
    app.requests.add(2, { route: '/shared' });
    expect(await watched.requests.read({ route: '/shared' })).toBe(2);
    const { resourceMetrics } = await producer.collect();
    const points = resourceMetrics.scopeMetrics[0]?.metrics[0]?.dataPoints;
    expect(points?.find((it) => it.attributes.route === '/shared')?.value).toBe(7);
    watched.stopWatching();
    producer.detach();
  });
});

describe('matchers', () => {
  it('pass and fail for a reason that they tell', async () => {
    const metrics = testRegistry(app);
    metrics.latency.record(0.1, { route: '/a' });
    metrics.latency.record(0.2, { route: '/a' });
    await expect(metrics.latency).toHaveRecorded({ count: 2, sum: 0.3 }, { route: '/a' });
    await expect(metrics.latency).not.toHaveRecorded({ count: 1 }, { route: '/a' });
    const failing = expect(metrics.latency).toHaveRecorded({ count: 1 }, { route: '/a' });
    await expect(failing).rejects.toThrow(
      /latency\{"route":"\/a"\}: expected \{"count":1\}, found/,
    );
    const missing = expect(metrics.latency).toHaveRecorded({ count: 1 }, { route: '/b' });
    await expect(missing).rejects.toThrow(/found nothing; recorded are \{"route":"\/a"\}/);
    expect(() => expect({}).toHaveDropped(0)).toThrow(/INVALID_REGISTRY/);
    await expect(expect(app.latency).toHaveRecorded(1)).rejects.toThrow(/testRegistry\(\)/);
    expect(metrics).toHaveDropped(0);
    expect(() => expect(metrics).toHaveDropped(1)).toThrow(/expected 1 measurements dropped/);
  });
});
