import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HistogramValue, MetricSnapshot, Point } from '../../src/core/index.js';
import { pointsOf } from '../../src/core/snapshot.js';
import { attr, buckets, counter, histogram } from '../../src/index.js';
import { coreOf, takeExemplars } from '../../src/otel/index.js';
import { openRegistry } from '../support/open-registry.js';
import { PROPERTY_TIMEOUT, tries } from '../support/property.js';
import { startTracing, type Tracing } from '../support/tracing.js';

const BOUNDARIES = [1, 5, 25];

let tracer: Tracing;
beforeAll(() => {
  tracer = startTracing();
});
afterAll(() => tracer.stop());

const measurement = fc.record({
  what: fc.constantFrom('calls', 'latency', 'size'),
  key: fc.constantFrom('a', 'b'),
  value: fc.oneof(fc.nat(40), fc.constantFrom(...BOUNDARIES)),
  span: fc.constantFrom('none', 'sampled', 'unsampled'),
  times: fc.constantFrom(1, 1, 40),
});
const operation = fc.oneof(
  { weight: 6, arbitrary: measurement },
  { weight: 1, arbitrary: fc.record({ reader: fc.nat(2) }) },
);

/** What was measured in a sampled span, by span, and how often each reader had collected. */
interface Measured {
  readonly name: string;
  readonly key: string;
  readonly value: number;
  readonly collections: readonly number[];
}

describe('exemplars', () => {
  it('are of their bucket, of a sampled span, and of the interval of their reader', {
    timeout: PROPERTY_TIMEOUT,
  }, async () => {
    await fc.assert(
      fc.property(fc.array(operation, { maxLength: 80, size: 'max' }), (operations) => {
        const attributes = { key: attr.string() };
        const { metrics, clock } = openRegistry({
          calls: counter({ name: 'calls', unit: '1', attributes }),
          latency: histogram({
            name: 'latency',
            unit: 's',
            buckets: buckets.explicit(BOUNDARIES),
            attributes,
          }),
          size: histogram({ name: 'size', unit: 'By', buckets: buckets.base2(), attributes }),
        });
        const core = coreOf(metrics);
        takeExemplars([core], 'trace_based');
        const readers = (['delta', 'cumulative', 'delta'] as const).map((it) => core.attach(it));
        const collections = readers.map(() => 0);
        const measured = new Map<string, Measured>();
        for (const it of operations) {
          clock.advance(1);
          if (!('reader' in it)) {
            const { what, key, value, times } = it;
            const record = () => {
              for (let i = 0; i < times; i++)
                if (what === 'calls') metrics.calls.add(value, { key });
                else metrics[what as 'latency'].record(value, { key });
            };
            if (it.span === 'none') record();
            else {
              const { spanId } = tracer.inSpan(record, it.span === 'sampled');
              if (it.span === 'sampled')
                measured.set(spanId, { name: what, key, value, collections: [...collections] });
            }
            continue;
          }
          const since = collections[it.reader] as number;
          collections[it.reader] = since + 1;
          for (const metric of readers[it.reader]?.collectNow().metrics ?? []) {
            const { name } = metric.declaration;
            for (const { attributes: own, exemplars = [] } of pointsOf(metric)) {
              expect(new Set(exemplars.map(({ slot }) => slot)).size).toBe(exemplars.length);
              if (name === 'calls') expect(exemplars.length).toBeLessThanOrEqual(1);
              for (const { slot, value, spanId } of exemplars) {
                const origin = measured.get(spanId ?? '');
                expect(origin).toMatchObject({ name, key: own['key'], value });
                expect(origin?.collections[it.reader]).toBe(since);
                if (name !== 'latency') continue;
                expect(value).toBeLessThanOrEqual(BOUNDARIES[slot] ?? Number.POSITIVE_INFINITY);
                expect(value).toBeGreaterThan(BOUNDARIES[slot - 1] ?? -1);
              }
            }
          }
        }
      }),
      tries(200),
    );
  });

  it('are there for the first measurement of a bucket in an interval, if it was sampled', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { minLength: 1, maxLength: 30 }), (values) => {
        const { metrics } = openRegistry({
          latency: histogram({ name: 'l', unit: 's', buckets: buckets.explicit(BOUNDARIES) }),
        });
        const core = coreOf(metrics);
        takeExemplars([core], 'trace_based');
        const reader = core.attach('cumulative');
        tracer.inSpan(() => {
          for (const value of values) metrics.latency.record(value);
        });
        const [metric] = reader.collectNow().metrics;
        const [{ value, exemplars = [] }] = pointsOf(metric as MetricSnapshot) as [Point];
        const { counts } = value as HistogramValue;
        const slots = new Set(exemplars.map(({ slot }) => slot));
        expect([...slots].sort()).toEqual([...counts.keys()].filter((i) => counts[i] !== 0));
      }),
      tries(100),
    );
  });
});
