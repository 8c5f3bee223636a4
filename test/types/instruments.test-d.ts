import { describe, expectTypeOf, it } from 'vitest';
import {
  attr,
  buckets,
  type Counter,
  counter,
  defineRegistry,
  type Gauge,
  gauge,
  type Histogram,
  histogram,
  type InstrumentDeclaration,
  type Observable,
  observableCounter,
  observableGauge,
  observableUpDownCounter,
  type UpDownCounter,
  upDownCounter,
} from '../../src/index.js';

const attributes = { model: attr.string(), kind: attr.oneOf('a', 'b').optional() };
const declared = {
  calls: counter({ name: 'calls', unit: '{call}', attributes }),
  active: upDownCounter({ name: 'active', unit: '{call}', attributes }),
  ready: gauge({ name: 'ready', unit: '1', attributes }),
  latency: histogram({ name: 'latency', unit: 's', attributes, buckets: buckets.explicit([1, 2]) }),
  size: histogram({ name: 'size', unit: 'By', buckets: buckets.base2() }),
  total: observableCounter({ name: 'total', unit: '1', attributes }),
  depth: observableUpDownCounter({ name: 'depth', unit: '1', attributes }),
  level: observableGauge({ name: 'level', unit: '1' }),
  plain: counter({ name: 'plain', unit: '1' }),
};
const metrics = defineRegistry({ scope: { name: 'service' }, instruments: declared });

type Passed = { readonly model: string; readonly kind?: 'a' | 'b' | undefined };

describe('a declaration', () => {
  it('keeps its kind, its unit, its attributes and its boundaries', () => {
    expectTypeOf(declared.calls).toExtend<
      InstrumentDeclaration<'counter', '{call}', typeof attributes, undefined>
    >();
    expectTypeOf(declared.latency.kind).toEqualTypeOf<'histogram'>();
    expectTypeOf(declared.latency.unit).toEqualTypeOf<'s'>();
    expectTypeOf(declared.latency.buckets.boundaries).toEqualTypeOf<readonly [1, 2]>();
    expectTypeOf(declared.size.buckets.type).toEqualTypeOf<'base2'>();
    expectTypeOf(declared.level.kind).toEqualTypeOf<'observableGauge'>();
  });

  it('is refused with a unit, an option or buckets that do not fit', () => {
    // @ts-expect-error: the unit is "s".
    counter({ name: 'x', unit: 'seconds' });
    // @ts-expect-error: the unit is missing.
    counter({ name: 'x' });
    // @ts-expect-error: a former name has a last day.
    counter({ name: 'calls', unit: '{call}', renamedFrom: { name: 'requests' } });
    // @ts-expect-error: the unit is none.
    gauge({ name: 'a', unit: '1', renamedFrom: { name: 'b', until: '2027-01-31', unit: 'sec' } });
    // @ts-expect-error: the name is missing.
    counter({ unit: 's' });
    // @ts-expect-error: a histogram has buckets.
    histogram({ name: 'x', unit: 's' });
    // @ts-expect-error: bounds are made by a builder.
    histogram({ name: 'x', unit: 's', buckets: [1, 2] });
    // @ts-expect-error: a counter has none.
    counter({ name: 'x', unit: 's', buckets: buckets.base2() });
    // @ts-expect-error: a gauge cannot be sampled.
    gauge({ name: 'x', unit: 's', sampleOneIn: 2 });
    // @ts-expect-error: only counters can be seeded.
    histogram({ name: 'x', unit: 's', buckets: buckets.base2(), seedZero: true });
    // @ts-expect-error: attributes are made by `attr`.
    counter({ name: 'x', unit: 's', attributes: { model: 'string' } });
  });
});

describe('live instruments', () => {
  it('are of the kind that was declared', () => {
    expectTypeOf(metrics.calls).toExtend<Counter<typeof attributes>>();
    expectTypeOf(metrics.active).toExtend<UpDownCounter<typeof attributes>>();
    expectTypeOf(metrics.ready).toExtend<Gauge<typeof attributes>>();
    expectTypeOf(metrics.latency).toExtend<Histogram<typeof attributes, 's'>>();
    expectTypeOf(metrics.total).toExtend<Observable<typeof attributes>>();
    expectTypeOf(metrics.depth).toExtend<Observable<typeof attributes>>();
    expectTypeOf(metrics.calls.declaration).toExtend<InstrumentDeclaration<'counter', '{call}'>>();
  });

  it('take a number and the declared attributes', () => {
    expectTypeOf(metrics.calls.add).parameters.toEqualTypeOf<[number, Passed]>();
    expectTypeOf(metrics.active.add).parameters.toEqualTypeOf<[number, Passed]>();
    expectTypeOf(metrics.ready.record).parameters.toEqualTypeOf<[number, Passed]>();
    expectTypeOf(metrics.latency.record).parameters.toEqualTypeOf<[number, Passed]>();
    expectTypeOf(metrics.latency.bind).parameters.toEqualTypeOf<[Passed]>();
    expectTypeOf(metrics.calls.add).returns.toEqualTypeOf<void>();
  });

  it('need no attributes where none are required', () => {
    metrics.plain.add(1);
    metrics.plain.add(1, {});
    metrics.size.record(1);
    metrics.size.bind().record(1);
    const optional = defineRegistry({
      scope: { name: 'service' },
      instruments: {
        calls: counter({
          name: 'calls',
          unit: '1',
          attributes: { model: attr.string().fromContext(), kind: attr.int().optional() },
        }),
      },
    });
    optional.calls.add(1);
    optional.calls.add(1, { kind: 1 });
    optional.calls.add(1, { model: undefined });
    optional.calls.bind().add(1);
  });

  it('refuse what is not declared', () => {
    // @ts-expect-error: `user` is not declared.
    metrics.calls.add(1, { model: 'a', user: 'b' });
    // @ts-expect-error: `model` is missing.
    metrics.calls.add(1, {});
    // @ts-expect-error: the attributes are missing.
    metrics.calls.add(1);
    // @ts-expect-error: the value is missing.
    metrics.calls.add({ model: 'a' });
    // @ts-expect-error: "c" is not in the set.
    metrics.latency.record(1, { model: 'a', kind: 'c' });
    // @ts-expect-error: `model` is a string.
    metrics.latency.record(1, { model: 1 });
    // @ts-expect-error: a required attribute is not undefined.
    metrics.calls.add(1, { model: undefined });
    // @ts-expect-error: no attributes are declared.
    metrics.plain.add(1, { model: 'a' });
    // @ts-expect-error: a histogram has no `add`.
    metrics.latency.add(1, { model: 'a' });
    // @ts-expect-error: a counter has no `record`.
    metrics.calls.record(1, { model: 'a' });
    // @ts-expect-error: an observable instrument is read, not written.
    metrics.total.add(1, { model: 'a' });
    // @ts-expect-error: a counter cannot be timed.
    metrics.calls.startTimer();
    // @ts-expect-error: the attributes of a bound series are bound.
    metrics.calls.bind({ model: 'a' }).add(1, { model: 'a' });
    // @ts-expect-error: `model` is missing.
    metrics.calls.bind();
    // @ts-expect-error: there is no such instrument.
    metrics.missing.add(1);
    // @ts-expect-error: instruments are not replaced.
    metrics.calls = metrics.plain;
  });

  it('observe the declared attributes', () => {
    metrics.total.addCallback((result) => {
      expectTypeOf(result.observe).parameters.toEqualTypeOf<[number, Passed]>();
      // @ts-expect-error: `model` is missing.
      result.observe(1, {});
    });
    metrics.level.addCallback(async (result) => result.observe(1));
    // @ts-expect-error: the result of a callback is not used.
    metrics.level.addCallback((result) => result);
  });
});
