import { describe, expect, it } from 'vitest';
import {
  addAttributes,
  attr,
  buckets,
  getAttributes,
  histogram,
  withAttributes,
} from '../../src/index.js';
import { collect } from '../support/collected.js';
import { throwingGetter, throwingProxy, untyped } from '../support/hostile.js';
import { openRegistry } from '../support/open-registry.js';

/**
 * Attributes whose getters throw did so into the application where they were merged with others: by
 * a timer, by `time()`, by `bind()` and in the request context.
 */
const declare = () =>
  openRegistry({
    duration: histogram({
      name: 'duration',
      unit: 's',
      buckets: buckets.explicit([1]),
      attributes: { model: attr.string(), 'error.type': attr.string().optional() },
    }),
  });

const hostile = [
  ['a getter that throws', throwingGetter('model')],
  ['a proxy that throws', throwingProxy()],
] as const;

describe.each(hostile)('%s', (_, attributes) => {
  const given = untyped<{ model: string }>(attributes);

  it('costs a timer its measurement only', async () => {
    const { metrics } = declare();
    const stop = metrics.duration.startTimer({ model: 'a' });
    expect(() => stop(given)).not.toThrow();
    expect(() => metrics.duration.startTimer(given)({ model: 'a' })).not.toThrow();
    expect((await collect(metrics.producer())).size).toBe(0);
    expect(metrics.dropped()[0]?.measurements).toEqual({ invalid_attribute: 2 });
  });

  it('costs a timed call its measurement only, and never its error', async () => {
    const { metrics } = declare();
    const failure = new RangeError('of the application');
    const fail = () => {
      throw failure;
    };
    expect(metrics.duration.time(() => 'done', given)).toBe('done');
    expect(() => metrics.duration.time(fail, given)).toThrow(failure);
    const asyncFail = async () => fail();
    await expect(metrics.duration.time(asyncFail, given)).rejects.toBe(failure);
    expect(metrics.dropped()[0]?.measurements).toEqual({ invalid_attribute: 3 });
  });

  it('costs a bound series its measurements, and is not kept', async () => {
    const { metrics } = declare();
    let isHostile = true;
    const later = {
      get model() {
        if (isHostile) throw new Error('not yet');
        return 'later';
      },
    };
    const bound = [metrics.duration.bind(given), metrics.duration.bind(later)];
    isHostile = false;
    for (const it of bound) it.record(1);
    expect((await collect(metrics.producer())).size).toBe(0);
    expect(metrics.dropped()[0]?.measurements).toEqual({ invalid_attribute: 2 });
  });

  it('does not keep the application from running in a context', () => {
    const seen = withAttributes({ outer: 1 }, () =>
      withAttributes(given, () => {
        expect(addAttributes(given)).toBe(true);
        return getAttributes();
      }),
    );
    expect(seen).toEqual({ outer: 1 });
  });
});

function throwing(what: unknown): () => never {
  return () => {
    throw what;
  };
}

describe('a function for the attributes of a timed call', () => {
  it.each([
    ['throws', throwing(new Error('of the caller'))],
    ['throws what cannot be shown', throwing(Object.create(null))],
    ['returns null', () => null],
  ])('that %s costs the measurement only, and is warned of once', (_, attributes) => {
    const { metrics, warnings } = declare();
    const made = untyped<() => { model: string }>(attributes);
    expect(metrics.duration.time(() => 1, made)).toBe(1);
    expect(metrics.duration.time(() => 2, made)).toBe(2);
    const { measurements } = metrics.dropped()[0] ?? {};
    expect(Object.values(measurements ?? {})).toEqual([2]);
    expect(warnings).toHaveLength(1);
  });
});

describe('an error without a usable name', () => {
  it.each([
    ['a name that is no string', Object.assign(new Error('x'), { name: 5 })],
    ['an empty name', Object.assign(new Error('x'), { name: '' })],
    ['a name that throws', Object.defineProperty(new Error('x'), 'name', { get: throwing('no') })],
    ['no error at all', 'text'],
  ])('%s: the failure is recorded as _OTHER', async (_, failure) => {
    const { metrics } = declare();
    const fail = throwing(failure);
    let caught: unknown;
    try {
      metrics.duration.time(fail, { model: 'a' });
    } catch (error) {
      caught = error;
    }
    expect(caught).toBe(failure);
    const points = (await collect(metrics.producer())).get('duration')?.points;
    expect(points?.map(({ attributes }) => attributes)).toEqual([
      { model: 'a', 'error.type': '_OTHER' },
    ]);
  });
});

describe('an own key "__proto__"', () => {
  /** `Object.assign` takes it for the prototype, and what that has was recorded. */
  it('is an undeclared attribute, not the prototype of a copy', async () => {
    const { metrics } = declare();
    const given = untyped<{ model: string }>(JSON.parse('{"__proto__":{"model":"smuggled"}}'));
    metrics.duration.bind(given).record(1);
    metrics.duration.startTimer(given)();
    metrics.duration.startTimer()(given);
    metrics.duration.time(() => 1, given);
    expect((await collect(metrics.producer())).size).toBe(0);
    expect(metrics.dropped()[0]?.measurements).toEqual({ missing_attribute: 4 });
    expect(({} as Record<string, unknown>)['model']).toBeUndefined();
  });
});
