import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attr, buckets, counter, gauge, histogram } from '../../src/index.js';
import { collect, keyOf } from '../support/collected.js';
import { openRegistry } from '../support/open-registry.js';
import { PROPERTY_TIMEOUT, tries } from '../support/property.js';

const declare = () => {
  const attributes = { key: attr.int({ maxValues: 6 }) };
  const shared = { unit: '1', attributes, maxSeries: 5, idleSeconds: 5 } as const;
  return openRegistry({
    c: counter({ name: 'c', ...shared }),
    g: gauge({ name: 'g', ...shared }),
    h: histogram({ name: 'h', ...shared, buckets: buckets.explicit([1, 10]) }),
    e: histogram({ name: 'e', ...shared, buckets: buckets.base2({ maxSize: 4 }) }),
  });
};

const operation = fc.oneof(
  { weight: 8, arbitrary: fc.record({ key: fc.nat({ max: 9 }), value: fc.nat({ max: 99 }) }) },
  { weight: 2, arbitrary: fc.record({ reader: fc.nat({ max: 1 }) }) },
  { weight: 2, arbitrary: fc.record({ seconds: fc.nat({ max: 9 }) }) },
);

describe('bound series', () => {
  it('record what calls do, through growth, overflow and retirement', {
    timeout: PROPERTY_TIMEOUT,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 150, size: 'max' }), async (operations) => {
        const [called, bound] = [declare(), declare()];
        const bindings = Array.from({ length: 10 }, (_, key) => ({
          c: bound.metrics.c.bind({ key }),
          g: bound.metrics.g.bind({ key }),
          h: bound.metrics.h.bind({ key }),
          e: bound.metrics.e.bind({ key }),
        }));
        const readers = (['delta', 'cumulative'] as const).map((temporality) => [
          called.metrics.producer({ temporality }),
          bound.metrics.producer({ temporality }),
        ]);
        const compare = async (reader: number) => {
          const [one, other] = await Promise.all((readers[reader] ?? []).map(collect));
          const sorted = (exported: typeof one) =>
            [...(exported ?? [])].map(([name, { points }]) => [
              name,
              points.map((it) => [keyOf(it.attributes), it]).sort(),
            ]);
          expect(sorted(other)).toEqual(sorted(one));
        };
        for (const it of operations) {
          if ('reader' in it) await compare(it.reader);
          else if ('seconds' in it) {
            called.clock.advance(it.seconds * 1_000);
            bound.clock.advance(it.seconds * 1_000);
          } else {
            const { key, value } = it;
            called.metrics.c.add(value, { key });
            called.metrics.g.record(value, { key });
            called.metrics.h.record(value, { key });
            called.metrics.e.record(value, { key });
            bindings[key]?.c.add(value);
            bindings[key]?.g.record(value);
            bindings[key]?.h.record(value);
            bindings[key]?.e.record(value);
          }
        }
        await compare(0);
        await compare(1);
        expect(bound.metrics.cardinality()).toEqual(called.metrics.cardinality());
      }),
      tries(200),
    );
  });

  it('take no place before their first measurement', () => {
    const { metrics } = declare();
    for (let key = 0; key < 100; key++) metrics.c.bind({ key });
    expect(metrics.cardinality()[0]).toMatchObject({ series: 0, isOverflowing: false });
  });
});
