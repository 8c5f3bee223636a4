import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import {
  addAttributes,
  attr,
  buckets,
  counter,
  gauge,
  histogram,
  MeterbookError,
  observableGauge,
  withAttributes,
} from '../../src/index.js';
import { collect } from '../support/collected.js';
import { throwingGetter, throwingProxy, untyped } from '../support/hostile.js';
import { openRegistry } from '../support/open-registry.js';
import { PROPERTY_TIMEOUT, tries } from '../support/property.js';

const declare = (strict = false) => {
  const attributes = {
    text: attr.string(),
    kind: attr.oneOf('a', 'b').optional(),
    code: attr.int().optional(),
    flag: attr.boolean().fromContext().optional(),
  };
  return openRegistry(
    {
      c: counter({ name: 'c', unit: '1', attributes }),
      g: gauge({ name: 'g', unit: '1', attributes }),
      h: histogram({ name: 'h', unit: 's', attributes, buckets: buckets.explicit([1]) }),
      e: histogram({ name: 'e', unit: 's', attributes, buckets: buckets.base2() }),
      o: observableGauge({ name: 'o', unit: '1', attributes }),
      none: counter({ name: 'none', unit: '1' }),
    },
    { strict },
  );
};
type Declared = ReturnType<typeof declare>['metrics'];
type Given = { text: string };

const circular: Record<string, unknown> = { text: 'round' };
circular['self'] = circular;

/** Wrapped, since fast-check itself looks into the objects that it hands out. */
type Made = () => unknown;
const these = (...given: readonly unknown[]): fc.Arbitrary<Made> =>
  fc.constantFrom(...given.map((it) => () => it));
const anything = fc
  .anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true })
  .map(
    (it): Made =>
      () =>
        it,
  );

/** Values that no declaration allows, each a stand-in for what untyped code passes. */
const badValue = fc.oneof(
  these(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  these(null, undefined, 1n, Symbol('s'), '1', true, () => 1, [1], new Date(0)),
  these(Object(1), circular, throwingProxy(), throwingGetter('valueOf')),
  anything,
);
const anyValue = fc.oneof(
  fc.nat().map(
    (it): Made =>
      () =>
        it,
  ),
  badValue,
);

/** Attribute objects of every kind, from right to hostile. */
const anyAttributes: fc.Arbitrary<Made> = fc.oneof(
  fc
    .record(
      { text: anyValue, kind: anyValue, code: anyValue, flag: anyValue, other: anyValue },
      { requiredKeys: [] },
    )
    .map((made): Made => {
      const entries = Object.entries(made).map(([key, make]) => [key, make()]);
      return () => Object.fromEntries(entries);
    }),
  fc.record({ text: fc.string() }).map(
    (it): Made =>
      () =>
        it,
  ),
  these(
    JSON.parse('{"__proto__":{"text":"polluted","isPolluted":true}}'),
    JSON.parse('{"text":"a","constructor":{"prototype":{"isPolluted":true}}}'),
    { text: 'a', toString: 'x', valueOf: 'y', hasOwnProperty: 'z' },
    Object.create({ text: 'inherited' }),
    Object.assign(Object.create(null), { text: 'null prototype' }),
  ),
  these(throwingGetter('text'), throwingProxy(), circular, null, undefined),
  these('text', 5, 1n, Symbol('s'), () => 1, [], new Map([['text', 'a']])),
  anything,
);

const attempt = fc.record({ value: anyValue, attributes: anyAttributes, how: fc.nat({ max: 8 }) });

/** Records by one of the ways there are; which instrument takes one measurement is returned. */
function record(metrics: Declared, how: number, value: number, given: Given): string | undefined {
  switch (how) {
    case 0:
      metrics.c.add(value, given);
      return 'c';
    case 1:
      metrics.g.record(value, given);
      return 'g';
    case 2:
      metrics.h.record(value, given);
      return 'h';
    case 3:
      metrics.e.bind(given).record(value);
      return 'e';
    case 4:
      metrics.h.startTimer(given)();
      return 'h';
    case 5:
      metrics.h.startTimer()(given);
      return 'h';
    case 6:
      metrics.e.time(() => value, given);
      return 'e';
    case 7:
      withAttributes(given, () => {
        addAttributes(given);
        metrics.c.add(value, { text: 'in context' });
      });
      return 'c';
    default:
      metrics.none.add(value, untyped<undefined>(given));
      return 'none';
  }
}

const prototypeBefore = Reflect.ownKeys(Object.prototype);
afterEach(() => expect(Reflect.ownKeys(Object.prototype)).toEqual(prototypeBefore));

describe('hostile values and attributes', () => {
  it('never throw, and are counted or recorded, each once', {
    timeout: PROPERTY_TIMEOUT,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(attempt, { maxLength: 40, size: 'max' }), async (attempts) => {
        const { metrics } = declare();
        const expected = new Map<string, number>();
        const observed = attempts.slice(0, 5);
        metrics.o.addCallback((result) => {
          for (const it of observed)
            result.observe(untyped<number>(it.value()), untyped<Given>(it.attributes()));
        });
        for (const { how, value, attributes } of attempts) {
          const name = record(metrics, how, untyped<number>(value()), untyped<Given>(attributes()));
          if (name !== undefined) expected.set(name, (expected.get(name) ?? 0) + 1);
        }
        const exported = await collect(metrics.producer());
        const dropped = new Map(
          metrics
            .dropped()
            .map(({ instrument, measurements }) => [
              instrument,
              Object.values(measurements).reduce((total, count) => total + count, 0),
            ]),
        );
        for (const name of ['h', 'e']) {
          const kept = (exported.get(name)?.points ?? []).reduce(
            (total, { value }) => total + (typeof value === 'number' ? 0 : value.count),
            0,
          );
          expect(kept + (dropped.get(name) ?? 0)).toBe(expected.get(name) ?? 0);
        }
        for (const { points } of exported.values()) {
          for (const { attributes, value } of points) {
            for (const [key, it] of Object.entries(attributes)) {
              const type = { text: 'string', kind: 'string', code: 'number', flag: 'boolean' }[key];
              expect(typeof it).toBe(type);
            }
            expect(Number.isFinite(typeof value === 'number' ? value : value.sum)).toBe(true);
          }
        }
        expect(({} as { isPolluted?: boolean }).isPolluted).toBeUndefined();
      }),
      tries(300),
    );
  });

  it('leave the series right that were there before', { timeout: PROPERTY_TIMEOUT }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(attempt, { maxLength: 20 }), async (attempts) => {
        const { metrics } = declare();
        const own = { text: 'a series of its own, that nothing random meets', kind: 'a' } as const;
        const count = () => {
          metrics.c.add(1, own);
          metrics.h.record(0.5, own);
          metrics.e.record(0.5, own);
        };
        count();
        for (const { how, value, attributes } of attempts)
          record(metrics, how, untyped<number>(value()), untyped<Given>(attributes()));
        count();
        const exported = await collect(metrics.producer());
        const find = (name: string) =>
          exported.get(name)?.points.find((point) => point.attributes['text'] === own.text)?.value;
        expect(find('c')).toBe(2);
        expect(find('h')).toMatchObject({ count: 2, sum: 1, min: 0.5, max: 0.5 });
        expect(find('e')).toMatchObject({ count: 2, sum: 1, min: 0.5, max: 0.5 });
      }),
      tries(100),
    );
  });
});

describe('strict mode', () => {
  const refusals: readonly (readonly [string, (metrics: Declared) => void])[] = [
    ['NaN', (metrics) => metrics.c.add(Number.NaN, { text: 'a' })],
    ['an infinity', (metrics) => metrics.g.record(Number.POSITIVE_INFINITY, { text: 'a' })],
    ['a negative increment', (metrics) => metrics.c.add(-1, { text: 'a' })],
    ['a negative length', (metrics) => metrics.h.record(-1, { text: 'a' })],
    ['a BigInt', (metrics) => metrics.e.record(untyped<number>(1n), { text: 'a' })],
    ['a symbol', (metrics) => metrics.c.add(untyped<number>(Symbol('s')), { text: 'a' })],
    ['no attributes', (metrics) => metrics.c.add(1, untyped<Given>(undefined))],
    ['null for attributes', (metrics) => metrics.c.add(1, untyped<Given>(null))],
    ['a number for a string', (metrics) => metrics.c.add(1, untyped<Given>({ text: 1 }))],
    ['a fraction for an int', (metrics) => metrics.c.add(1, { text: 'a', code: 0.5 })],
    ['a value outside oneOf', (m) => m.c.add(1, { text: 'a', kind: untyped<'a'>('c') })],
    ['an undeclared key', (m) => m.c.add(1, untyped<Given>({ text: 'a', other: 1 }))],
    ['a getter that throws', (m) => m.c.add(1, untyped<Given>(throwingGetter('text')))],
    ['a proxy that throws', (m) => m.h.startTimer(untyped<Given>(throwingProxy()))()],
    ['a bound series of it', (m) => m.c.bind(untyped<Given>({})).add(1)],
    ['a sum out of range', (m) => [1, 2].map(() => m.c.add(Number.MAX_VALUE, { text: 'a' }))],
    ['a timed call of it', (m) => m.h.time(() => 1, untyped<Given>(undefined))],
  ];

  it.each(refusals)('throws MEASUREMENT_REFUSED for %s', (_, act) => {
    const { metrics } = declare(true);
    let caught: unknown;
    try {
      act(metrics);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(MeterbookError);
    expect(caught).toMatchObject({ code: 'MEASUREMENT_REFUSED' });
    expect((caught as MeterbookError).instrument).toMatch(/^[cghe]$/);
    expect(metrics.dropped()).toEqual([]);
  });

  it.each(refusals)('production drops or leaves out, and counts: %s', (_, act) => {
    const { metrics } = declare();
    act(metrics);
    const [drops] = metrics.dropped();
    const counted = Object.values(drops?.measurements ?? {}).reduce((a, b) => a + b, 0);
    expect(counted + (drops?.undeclaredAttributes ?? 0)).toBe(1);
  });

  it('hands the refusal of an observed value to the reader, with all the rest', async () => {
    const { metrics } = declare(true);
    metrics.o.addCallback((result) => result.observe(Number.NaN, { text: 'a' }));
    metrics.none.add(1);
    const { errors, resourceMetrics } = await metrics.producer().collect();
    expect(errors).toMatchObject([{ code: 'MEASUREMENT_REFUSED', instrument: 'o' }]);
    expect(resourceMetrics.scopeMetrics[0]?.metrics).toHaveLength(1);
  });
});
