import { describe, expect, it } from 'vitest';
import { declareRegistry } from '../../src/declare/index.js';
import { buckets, counter, histogram, slo } from '../../src/index.js';
import { refusalOf } from '../support/refusal.js';

const scope = { name: 'test' };

describe('service level objectives', () => {
  const latency = histogram({
    name: 'latency',
    unit: 's',
    buckets: buckets.explicit([0.1, 1, 10]),
  });
  const smooth = histogram({ name: 'smooth', unit: 's', buckets: buckets.base2() });
  const calls = counter({ name: 'calls', unit: '1' });
  const right = { instrument: 'latency', objective: 0.99, threshold: 1, window: '30d' } as const;
  const declare = (given: object) => () =>
    declareRegistry({
      scope,
      instruments: { latency, smooth, calls },
      slos: { fast: slo({ ...right, ...given }) },
    });

  it.each([
    ...[{}, { objective: 0.5 }, { threshold: 0.1 }, { threshold: 10 }, { description: 'x' }],
    ...[{ window: '12h' }, { window: '4w' }, { instrument: 'smooth', threshold: 0.123 }],
  ])('%j is one', (given) => {
    expect(Object.isFrozen(declare(given)().slos['fast'])).toBe(true);
  });

  it.each<[object, RegExp]>([
    [{ instrument: 'missing' }, /names the instrument "missing"/],
    [{ instrument: 'toString' }, /names the instrument "toString"/],
    [{ instrument: undefined }, /names the instrument undefined/],
    [{ instrument: 'calls' }, /is on a counter/],
    [{ objective: 0 }, /objective 0/],
    [{ objective: 1 }, /objective 1/],
    [{ objective: 99 }, /objective 99/],
    [{ objective: Number.NaN }, /objective NaN/],
    [{ threshold: 0 }, /threshold 0/],
    [{ instrument: 'smooth', threshold: -1 }, /threshold -1/],
    ...['30', '0d', '1.5d', '30m', 'd', '', undefined, 30].map((window): [object, RegExp] => [
      { window },
      /has the window/,
    ]),
  ])('%j is none', (given, cause) => {
    const error = refusalOf(declare(given));
    expect(error.code).toBe('INVALID_SLO');
    expect(error.cause).toMatch(cause);
    expect(error.cause).toContain('"fast"');
  });

  it.each([
    [0.5, '(0.1 and 1)'],
    [0.05, '(0.1)'],
    [20, '(10)'],
  ])('the threshold %s is no boundary; the nearest are %s', (threshold, nearest) => {
    const error = refusalOf(declare({ threshold }));
    expect(error).toMatchObject({ code: 'SLO_THRESHOLD_NOT_A_BOUNDARY', instrument: 'latency' });
    expect(error.fix).toContain(nearest);
    expect(error.fix).toContain(`add ${threshold} to the boundaries`);
  });
});
