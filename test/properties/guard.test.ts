import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attr, buckets, counter, histogram, upDownCounter } from '../../src/index.js';
import type { RegistryProducer } from '../../src/otel/index.js';
import { collect, keyOf } from '../support/collected.js';
import { openRegistry } from '../support/open-registry.js';
import { PROPERTY_TIMEOUT, tries } from '../support/property.js';

const declare = () => {
  const attributes = {
    user: attr.string({ maxValues: 3 }),
    team: attr.int({ maxValues: 4 }).optional(),
    path: attr.string(),
  };
  const guarded = { unit: '1', attributes, maxSeries: 6, idleSeconds: 10 } as const;
  return openRegistry({
    c: counter({ name: 'c', ...guarded }),
    u: upDownCounter({ name: 'u', ...guarded }),
    h: histogram({ name: 'h', ...guarded, buckets: buckets.explicit([1]) }),
  });
};

const pick = fc.record({
  user: fc.nat({ max: 5 }).map((it) => `user ${it}`),
  team: fc.option(fc.nat({ max: 5 }), { nil: undefined }),
  path: fc.nat({ max: 2 }).map((it) => `/${it}`),
});
type Pick = typeof pick extends fc.Arbitrary<infer It> ? It : never;
type Operation =
  | { readonly type: 'record' | 'bound'; readonly attributes: Pick; readonly value: number }
  | { readonly type: 'wait'; readonly seconds: number }
  | { readonly type: 'collect'; readonly reader: number };

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constantFrom('record' as const, 'bound' as const),
      attributes: pick,
      value: fc.nat({ max: 100 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('wait' as const), seconds: fc.nat({ max: 15 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('collect' as const), reader: fc.nat({ max: 1 }) }),
  },
);

/** What one reader has been told, added up as a backend would. */
class Backend {
  private readonly points = new Map<string, number>();
  private readonly ends = new Map<string, number>();

  constructor(private readonly producer: RegistryProducer) {}

  async collect(): Promise<void> {
    for (const { name, temporality, points } of (await collect(this.producer)).values()) {
      expect(points.length).toBeLessThanOrEqual(7);
      for (const { attributes, start, end, value } of points) {
        const number = typeof value === 'number' ? value : (value.sum ?? Number.NaN);
        const series = `${name} ${keyOf(attributes)}`;
        // A series that was retired and is back is told apart by its start.
        const isTotal = temporality === 'CUMULATIVE';
        const key = isTotal ? `${series} ${start}` : `${series} ${start} ${end}`;
        if (!isTotal) expect(start).toBeGreaterThanOrEqual(this.ends.get(series) ?? 0);
        this.ends.set(series, end);
        const before = isTotal ? 0 : (this.points.get(key) ?? 0);
        this.points.set(key, before + number);
      }
    }
  }

  total(name: string): number {
    const own = [...this.points].filter(([key]) => key.startsWith(`${name} `));
    return own.reduce((total, [, value]) => total + value, 0);
  }
}

describe('the cardinality guard', () => {
  it('conserves totals through all of its steps, for two readers', {
    timeout: PROPERTY_TIMEOUT,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 120, size: 'max' }), async (operations) => {
        const { metrics, clock } = declare();
        const bound = new Map<string, ReturnType<typeof metrics.c.bind>>();
        const backends = [
          new Backend(metrics.producer({ temporality: 'delta' })),
          new Backend(metrics.producer({ temporality: 'cumulative' })),
        ];
        let recorded = 0;
        for (const it of operations) {
          clock.advance(1);
          if (it.type === 'wait') clock.advance(it.seconds * 1_000);
          else if (it.type === 'collect') await backends[it.reader]?.collect();
          else {
            const { attributes, value } = it;
            recorded += value;
            if (it.type === 'record') metrics.c.add(value, attributes);
            else {
              const key = JSON.stringify(attributes);
              const series = bound.get(key) ?? metrics.c.bind(attributes);
              bound.set(key, series);
              series.add(value);
            }
            metrics.u.add(value, attributes);
            metrics.h.record(value, attributes);
          }
        }
        for (const backend of backends) {
          await backend.collect();
          for (const name of ['c', 'u', 'h'])
            expect(`${name} ${backend.total(name)}`).toBe(`${name} ${recorded}`);
        }
        for (const { series, attributes } of metrics.cardinality()) {
          expect(series).toBeLessThanOrEqual(6);
          // maxValues, and `_OTHER`.
          for (const { values, maxValues } of attributes)
            expect(values).toBeLessThanOrEqual((maxValues ?? 6) + 1);
        }
        expect(metrics.dropped()).toEqual([]);
      }),
      tries(300),
    );
  });
});
