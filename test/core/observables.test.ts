import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  attr,
  counter,
  observableCounter,
  observableGauge,
  observableUpDownCounter,
} from '../../src/index.js';
import { collect, onlyValueOf, pointsOf, pointWith } from '../support/collected.js';
import { openRegistry } from '../support/open-registry.js';

const attributes = { key: attr.string({ maxValues: 2 }) };
const declare = () =>
  openRegistry({
    total: observableCounter({ name: 'total', unit: '1', attributes }),
    sum: observableUpDownCounter({ name: 'sum', unit: '1', attributes }),
    level: observableGauge({ name: 'level', unit: '1', attributes }),
    calls: counter({ name: 'calls', unit: '1' }),
  });

describe('an observable instrument', () => {
  it('calls its callbacks once for each collection of each reader', async () => {
    const { metrics } = declare();
    const callback = vi.fn((result: { observe(value: number, of: { key: string }): void }) =>
      result.observe(1, { key: 'a' }),
    );
    metrics.level.addCallback(callback);
    metrics.level.addCallback(callback);
    const [one, other] = [metrics.producer(), metrics.producer()];
    await Promise.all([one.collect(), other.collect()]);
    await one.collect();
    expect(callback).toHaveBeenCalledTimes(3);
    metrics.level.removeCallback(callback);
    expect(await pointsOf(one, 'level')).toEqual([]);
    expect(callback).toHaveBeenCalledTimes(3);
  });

  it('takes several callbacks, asynchronous ones too; the last value of a set counts', async () => {
    const { metrics } = declare();
    metrics.level.addCallback((result) => {
      result.observe(1, { key: 'a' });
      result.observe(2, { key: 'a' });
    });
    metrics.level.addCallback(async (result) => {
      await Promise.resolve();
      result.observe(3, { key: 'b' });
    });
    const points = await pointsOf(metrics.producer(), 'level');
    expect(pointWith(points, { key: 'a' })?.value).toBe(2);
    expect(pointWith(points, { key: 'b' })?.value).toBe(3);
  });

  it('reports totals cumulative as they are, and delta as what came in between', async () => {
    const { metrics } = declare();
    let value = 0;
    for (const it of [metrics.total, metrics.sum, metrics.level])
      it.addCallback((result: { observe(value: number, of: { key: string }): void }) =>
        result.observe(value, { key: 'a' }),
      );
    const readers = {
      cumulative: metrics.producer(),
      delta: metrics.producer({ temporality: 'delta' }),
      lowmemory: metrics.producer({ temporality: 'lowmemory' }),
    };
    const read = async (reader: keyof typeof readers) => {
      const exported = await collect(readers[reader]);
      return ['total', 'sum', 'level'].map((name) => exported.get(name)?.points[0]?.value);
    };
    const seen: Record<string, unknown[]> = { cumulative: [], delta: [], lowmemory: [] };
    // The last but one falls: a new beginning for a counter alone.
    for (value of [10, 15, 15, 4, 6])
      for (const reader of ['cumulative', 'delta', 'lowmemory'] as const)
        seen[reader]?.push(await read(reader));
    const whole = [10, 15, 15, 4, 6].map((it) => [it, it, it]);
    expect(seen['cumulative']).toEqual(whole);
    expect(seen['lowmemory']).toEqual(whole);
    expect(seen['delta']).toEqual(
      [10, 5, 0, 4, 2].map((it, i) => [it, whole[i]?.[1], whole[i]?.[2]]),
    );
  });

  it('adds up what the guard puts together, each callback once', async () => {
    const { metrics } = declare();
    const report = (keys: readonly string[], value: number) =>
      metrics.sum.addCallback((result) => {
        for (const key of keys) result.observe(value, { key });
      });
    report(['a', 'b', 'c', 'd'], 1);
    report(['e'], 10);
    const producer = metrics.producer();
    for (let i = 0; i < 2; i++) {
      const points = await pointsOf(producer, 'sum');
      expect(points).toHaveLength(3);
      expect(pointWith(points, { key: '_OTHER' })?.value).toBe(12);
    }
  });

  it('keeps what it adds up in the range of a double', async () => {
    const { metrics } = declare();
    metrics.sum.addCallback((result) => {
      for (const key of ['a', 'b', 'c', 'd']) result.observe(Number.MAX_VALUE, { key });
    });
    const points = await pointsOf(metrics.producer(), 'sum');
    expect(pointWith(points, { key: '_OTHER' })?.value).toBe(Number.MAX_VALUE);
  });

  it('does not add up gauges: of what shares a series the last counts', async () => {
    const { metrics } = declare();
    metrics.level.addCallback((result) => {
      for (const [value, key] of ['a', 'b', 'c', 'd'].entries()) result.observe(value, { key });
    });
    const points = await pointsOf(metrics.producer(), 'level');
    expect(pointWith(points, { key: '_OTHER' })?.value).toBe(3);
  });

  it('drops what it cannot take, and keeps the rest of the callback', async () => {
    const { metrics } = declare();
    metrics.total.addCallback((result) => {
      result.observe(-1, { key: 'a' });
      result.observe(Number.NaN, { key: 'a' });
      result.observe(7, { key: 'a' });
    });
    expect(await onlyValueOf(metrics.producer(), 'total')).toBe(7);
    expect(metrics.dropped()).toMatchObject([
      { instrument: 'total', measurements: { negative_value: 1, not_a_number: 1 } },
    ]);
  });

  it('takes nothing once its callback has answered', async () => {
    const { metrics } = openRegistry(
      {
        level: observableGauge({ name: 'level', unit: '1', attributes }),
      },
      { strict: true },
    );
    let late = (): void => undefined;
    metrics.level.addCallback((result) => {
      late = () => {
        result.observe(9, { key: 'late' });
        result.observe(Number.NaN, { key: 'late' });
      };
    });
    const producer = metrics.producer();
    await producer.collect();
    expect(late).not.toThrow();
    expect(metrics.cardinality()[0]?.series).toBe(0);
    expect(await pointsOf(producer, 'level')).toEqual([]);
  });
});

describe('a callback that fails', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const sound = ({ metrics }: ReturnType<typeof declare>) => {
    metrics.calls.add(5);
    metrics.level.addCallback((result) => result.observe(1, { key: 'sound' }));
    return metrics;
  };

  it.each([
    ['throws', () => failing()],
    ['rejects', async () => failing()],
    ['rejects later', () => new Promise((_, reject) => setTimeout(reject, 10, new Error('x')))],
  ])('because it %s loses its own values only', async (_, fail) => {
    const metrics = sound(declare());
    metrics.level.addCallback(async (result) => {
      result.observe(2, { key: 'lost' });
      await fail();
    });
    const collecting = metrics.producer().collect();
    await vi.advanceTimersByTimeAsync(10);
    const { resourceMetrics, errors } = await collecting;
    expect(errors).toEqual([new Error('x')]);
    const [level, calls] = resourceMetrics.scopeMetrics[0]?.metrics ?? [];
    expect(level?.dataPoints.map((it) => it.attributes)).toEqual([{ key: 'sound' }]);
    expect(calls?.dataPoints[0]?.value).toBe(5);
  });

  it('to answer in time is left out until it has answered, and does not hold others up', async () => {
    const metrics = sound(declare());
    let answer = (): void => undefined;
    const hanging = vi.fn(async (result: { observe(value: number, of: { key: string }): void }) => {
      result.observe(2, { key: 'early' });
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      result.observe(3, { key: 'late' });
    });
    metrics.level.addCallback(hanging);
    const producer = metrics.producer();
    const keys = async (timeoutMillis: number) => {
      const collecting = producer.collect({ timeoutMillis });
      await vi.advanceTimersByTimeAsync(timeoutMillis);
      const { resourceMetrics, errors } = await collecting;
      const level = resourceMetrics.scopeMetrics[0]?.metrics.find(
        (it) => it.descriptor.name === 'level',
      );
      return [level?.dataPoints.map((it) => it.attributes['key']), errors.map(String)];
    };
    expect(await keys(1_000)).toEqual([
      ['sound'],
      ['Error: A callback of "level" did not answer within 1000 ms.'],
    ]);
    const before = Date.now();
    expect(await keys(0)).toEqual([
      ['sound'],
      ['Error: A callback of "level" has not answered an earlier collection yet.'],
    ]);
    expect(Date.now()).toBe(before);
    expect(hanging).toHaveBeenCalledTimes(1);
    answer();
    await vi.advanceTimersByTimeAsync(0);
    answer = () => undefined;
    const collecting = keys(1_000);
    answer();
    await collecting;
    expect(hanging).toHaveBeenCalledTimes(2);
  });

  it('for one reader does not fail for another', async () => {
    const { metrics } = declare();
    let calls = 0;
    metrics.level.addCallback((result) => {
      if (++calls === 1) failing();
      result.observe(1, { key: 'a' });
    });
    const [one, other] = [metrics.producer(), metrics.producer()];
    expect((await one.collect()).errors).toHaveLength(1);
    expect(await onlyValueOf(other, 'level')).toBe(1);
  });

  it('because it is none is an error of the collection, not of the application', async () => {
    const metrics = sound(declare());
    metrics.level.addCallback('no function' as unknown as () => void);
    const { errors, resourceMetrics } = await metrics.producer().collect();
    expect(errors).toMatchObject([expect.any(TypeError)]);
    expect(resourceMetrics.scopeMetrics[0]?.metrics).toHaveLength(2);
  });
});

function failing(): never {
  throw new Error('x');
}
