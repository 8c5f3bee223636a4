import { describe, expect, it } from 'vitest';
import { buckets, counter, gauge, histogram, observableCounter } from '../../src/index.js';
import { collect } from '../support/collected.js';
import { EPOCH } from '../support/fake-clock.js';
import { openRegistry } from '../support/open-registry.js';

const HOUR = 3_600_000;

/**
 * Metrics SDK, "Start timestamps": cumulative series must keep their start. With the wall clock set
 * back, each collection moved the start to its own time, which backends read as a counter reset.
 */
describe.each(['cumulative', 'delta', 'lowmemory'] as const)(
  '%s, clock set back',
  (temporality) => {
    it('moves a start at most once, and never after the end', async () => {
      const { metrics, clock } = openRegistry({
        counter: counter({ name: 'counter', unit: '1' }),
        gauge: gauge({ name: 'gauge', unit: '1' }),
        histogram: histogram({ name: 'histogram', unit: '1', buckets: buckets.explicit([1]) }),
        observed: observableCounter({ name: 'observed', unit: '1' }),
      });
      metrics.observed.addCallback((result) => result.observe(1));
      const first = metrics.producer({ temporality });
      const record = () => {
        metrics.counter.add(1);
        metrics.gauge.record(1);
        metrics.histogram.record(1);
      };
      clock.advance(60_000);
      record();
      await first.collect();
      const late = metrics.producer({ temporality });
      clock.setWallBy(-HOUR);
      const starts = new Map<string, number>();
      for (let i = 0; i < 5; i++) {
        clock.advance(10_000);
        record();
        for (const [reader, producer] of [first, late].entries()) {
          const metricsNow = await collect(producer);
          expect(metricsNow.size).toBe(4);
          for (const { name, points, temporality: exported } of metricsNow.values()) {
            for (const { start, end } of points) {
              expect(end).toBe(clock.now());
              expect(start).toBeLessThanOrEqual(end);
              const key = `${reader} ${name}`;
              const before = starts.get(key);
              if (before !== undefined && exported === 'CUMULATIVE') expect(start).toBe(before);
              if (before !== undefined && exported === 'DELTA') expect(start).toBe(end - 10_000);
              starts.set(key, start);
            }
          }
        }
      }
      expect(Math.max(...starts.values())).toBeLessThan(EPOCH);
    });
  },
);
