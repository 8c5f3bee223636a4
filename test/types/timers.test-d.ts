import { describe, expectTypeOf, it } from 'vitest';
import { attr, buckets, defineRegistry, histogram } from '../../src/index.js';

const metrics = defineRegistry({
  scope: { name: 'service' },
  instruments: {
    latency: histogram({
      name: 'latency',
      unit: 's',
      buckets: buckets.explicit([1, 2]),
      attributes: { model: attr.string(), kind: attr.oneOf('a', 'b').optional() },
    }),
    plain: histogram({ name: 'plain', unit: 'ms', buckets: buckets.base2() }),
    size: histogram({ name: 'size', unit: 'By', buckets: buckets.base2() }),
  },
});
type Passed = { readonly model: string; readonly kind?: 'a' | 'b' | undefined };

describe('timers', () => {
  it('need their attributes at the start or at the stop', () => {
    const pending = metrics.latency.startTimer();
    expectTypeOf(pending).toEqualTypeOf<(attributes: Passed) => number>();
    const complete = metrics.latency.startTimer({ model: 'a' });
    expectTypeOf(complete()).toEqualTypeOf<number>();
    expectTypeOf<Partial<Passed> | undefined>().toExtend<Parameters<typeof complete>[0]>();
    expectTypeOf<{ readonly user: string }>().not.toExtend<Parameters<typeof complete>[0]>();
    complete({ kind: 'b' });
    expectTypeOf(metrics.plain.startTimer()()).toEqualTypeOf<number>();
    // @ts-expect-error: `model` has been passed nowhere.
    metrics.latency.startTimer()();
    // @ts-expect-error: `user` is not declared.
    metrics.latency.startTimer({ model: 'a', user: 'b' });
  });

  it('can be used with `using` once they are complete', () => {
    using _ = metrics.latency.startTimer({ model: 'a' });
    using _plain = metrics.plain.startTimer();
    using _bound = metrics.latency.bind({ model: 'a' }).startTimer();
    // @ts-expect-error: nobody would pass its attributes.
    using _pending = metrics.latency.startTimer();
  });

  it('give back what the timed function does', () => {
    expectTypeOf(metrics.latency.time(() => 5, { model: 'a' })).toEqualTypeOf<number>();
    expectTypeOf(metrics.plain.time(async () => 'x')).toEqualTypeOf<Promise<string>>();
    expectTypeOf(metrics.latency.bind({ model: 'a' }).time(() => 5)).toEqualTypeOf<number>();
    metrics.latency.time(
      () => 5,
      (failure) => {
        expectTypeOf(failure).toEqualTypeOf<{ readonly error: unknown } | undefined>();
        return { model: failure === undefined ? 'ok' : 'failed' };
      },
    );
    // @ts-expect-error: `model` is missing.
    metrics.latency.time(() => 5);
    metrics.latency.time(
      () => 5,
      // @ts-expect-error: `model` is missing.
      () => ({}),
    );
  });

  it('are there for units of time only', () => {
    // @ts-expect-error: "By" is no unit of time.
    metrics.size.startTimer();
    // @ts-expect-error: "By" is no unit of time.
    metrics.size.time(() => 5);
    // @ts-expect-error: "By" is no unit of time.
    metrics.size.bind().startTimer();
  });
});
