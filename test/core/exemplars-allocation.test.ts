import { PerformanceObserver } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buckets, counter, histogram } from '../../src/index.js';
import { coreOf, takeExemplars } from '../../src/otel/index.js';
import { openRegistry } from '../support/open-registry.js';
import { startTracing, type Tracing } from '../support/tracing.js';

const RECORDS = 5_000_000;

let tracing: Tracing;
beforeAll(() => {
  tracing = startTracing();
});
afterAll(() => tracing.stop());

/** Garbage collections while a function runs. */
async function collectionsIn(fn: () => void): Promise<number> {
  let count = 0;
  const observer = new PerformanceObserver((list) => {
    count += list.getEntries().length;
  });
  observer.observe({ entryTypes: ['gc'] });
  fn();
  // They are told of in turns of their own.
  await new Promise((resolve) => setTimeout(resolve, 100));
  observer.disconnect();
  return count;
}

describe('a bound record with exemplars on', () => {
  it.each(['outside of any span', 'in a sampled span'])('allocates nothing: %s', async (where) => {
    const { metrics } = openRegistry({
      latency: histogram({ name: 'l', unit: 's', buckets: buckets.explicit([1, 2, 4, 8]) }),
      calls: counter({ name: 'c', unit: '1' }),
    });
    takeExemplars([coreOf(metrics)], 'trace_based');
    const latency = metrics.latency.bind();
    const calls = metrics.calls.bind();
    const record = (times: number) => {
      const loop = () => {
        for (let i = 0; i < times; i++) {
          latency.record(i & 15);
          calls.add(1);
        }
      };
      if (where === 'in a sampled span') tracing.inSpan(loop);
      else loop();
    };
    record(200_000);
    // A number on the heap for each record would be 80 MB, and at least three collections.
    expect(await collectionsIn(() => record(RECORDS))).toBeLessThanOrEqual(1);
    expect(await collectionsIn(() => allocate(RECORDS))).toBeGreaterThanOrEqual(3);
  });
});

/** What the measurement has to notice. */
function allocate(times: number): void {
  const kept: object[] = [];
  for (let i = 0; i < times; i++) kept[i & 7] = { i };
  expect(kept).toHaveLength(8);
}
