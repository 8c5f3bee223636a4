import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { attr, observableGauge, observableUpDownCounter } from '../../src/index.js';
import { collect, onlyValueOf } from '../support/collected.js';
import { openRegistry } from '../support/open-registry.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const declare = () => openRegistry({ depth: observableGauge({ name: 'depth', unit: '{item}' }) });

describe('the time that callbacks get', () => {
  /** They got all the time that the reader had, which then gave the whole collection up. */
  it.each([
    [undefined, 5_000],
    [30_000, 5_000],
    [Number.POSITIVE_INFINITY, 5_000],
    [Number.NaN, 5_000],
    [0, 5_000],
    [1_000, 1_000],
  ])('is, of %s ms for the collection, %s ms', async (timeoutMillis, expected) => {
    const { metrics } = declare();
    metrics.depth.addCallback(() => new Promise(() => undefined));
    const options = timeoutMillis === undefined ? {} : { timeoutMillis };
    const collecting = metrics.producer().collect(options);
    let isDone = false;
    void collecting.then(() => {
      isDone = true;
    });
    await vi.advanceTimersByTimeAsync(expected - 1);
    expect(isDone).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(isDone).toBe(true);
    expect((await collecting).errors).toHaveLength(1);
  });
});

describe('two collections of one reader at once', () => {
  /** The second left the callback out, and the metric was missing from a concurrent scrape. */
  it('share the answer of an asynchronous callback', async () => {
    const { metrics } = declare();
    const callback = vi.fn(async (result: { observe(value: number): void }) => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      result.observe(7);
    });
    metrics.depth.addCallback(callback);
    const producer = metrics.producer();
    const both = Promise.all([onlyValueOf(producer, 'depth'), onlyValueOf(producer, 'depth')]);
    await vi.advanceTimersByTimeAsync(100);
    expect(await both).toEqual([7, 7]);
    expect(callback).toHaveBeenCalledTimes(1);
    const again = onlyValueOf(producer, 'depth');
    await vi.advanceTimersByTimeAsync(100);
    expect(await again).toBe(7);
    expect(callback).toHaveBeenCalledTimes(2);
  });
});

describe('a callback that fails', () => {
  /** It was warned of at every collection, and counted nowhere. */
  it.each([
    ['throws', new Error('no connection')],
    ['throws what cannot be shown', Object.create(null)],
  ])('and %s is counted at every collection and warned of once', async (_, failure) => {
    const { metrics, warnings } = declare();
    metrics.depth.addCallback(() => {
      throw failure;
    });
    const producer = metrics.producer();
    for (let i = 0; i < 3; i++) expect((await producer.collect()).errors).toEqual([failure]);
    expect(metrics.dropped()).toMatchObject([{ measurements: { callback_failed: 3 } }]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('"depth"');
  });
});

describe('a series that is observed for one reader', () => {
  /** A series made long after the last collection was born idle, and so retired by the next reader. */
  it('is not retired by another while the first waits for its callbacks', async () => {
    const { metrics, clock } = openRegistry({
      size: observableUpDownCounter({
        name: 'size',
        unit: '1',
        attributes: { key: attr.string() },
        idleSeconds: 60,
      }),
    });
    const [one, other] = [metrics.producer(), metrics.producer()];
    await one.collect();
    clock.advance(90_000);
    let calls = 0;
    metrics.size.addCallback(async (result) => {
      if (++calls > 1) return;
      result.observe(1, { key: 'a' });
      await new Promise((resolve) => setTimeout(resolve, 100));
    });
    const waiting = collect(one);
    await vi.advanceTimersByTimeAsync(1);
    await other.collect();
    expect(metrics.cardinality()[0]?.series).toBe(1);
    await vi.advanceTimersByTimeAsync(100);
    expect((await waiting).get('size')?.points).toHaveLength(1);
  });
});
