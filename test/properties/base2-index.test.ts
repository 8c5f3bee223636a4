import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base2Index } from '../../src/core/base2-histogram.js';
import { exactLog2 } from '../support/exact-log2.js';
import { PROPERTY_TIMEOUT, tries } from '../support/property.js';

const scale = fc.integer({ min: -10, max: 20 });
const positive = fc.double({ min: 2 ** -1022, max: Number.MAX_VALUE, noNaN: true });
const ordinary = fc.double({ min: 1e-9, max: 1e9, noNaN: true });

/** The largest i with `2 ** (i / 2 ** scale) < value`. */
function exactIndex(value: number, at: number): { index: number; isNearBoundary: boolean } {
  const { whole, fraction } = exactLog2(value, at);
  const isNearBoundary = Math.min(fraction, 1 - fraction) < 2 ** -18;
  // Upper bounds are inclusive: an exact bound belongs to the bucket below it.
  return { index: fraction === 0 ? whole - 1 : whole, isNearBoundary };
}

/** Metrics data model, "Exponential Histogram". */
describe('the index of an exponential bucket', () => {
  it('is exact, but for doubles that rounding puts on a boundary', {
    timeout: PROPERTY_TIMEOUT,
  }, () => {
    fc.assert(
      fc.property(fc.oneof(positive, ordinary), scale, (value, at) => {
        const { index, isNearBoundary } = exactIndex(value, at);
        const difference = Math.abs(base2Index(value, at) - index);
        expect(difference).toBeLessThanOrEqual(isNearBoundary && at > 0 ? 1 : 0);
      }),
      tries(3_000),
    );
  });

  it('is exact for every power of two at every scale', () => {
    for (let exponent = -1022; exponent <= 1023; exponent++) {
      for (let at = -10; at <= 20; at++) {
        const expected = Math.ceil(exponent * 2 ** at) - 1;
        if (base2Index(2 ** exponent, at) !== expected)
          expect.fail(`2 ** ${exponent} at scale ${at}: expected ${expected}`);
      }
    }
  });

  it('falls with the scale as neighbours join', { timeout: PROPERTY_TIMEOUT }, () => {
    fc.assert(
      fc.property(ordinary, fc.integer({ min: -9, max: 20 }), (value, at) => {
        if (exactIndex(value, at).isNearBoundary) return;
        expect(base2Index(value, at - 1)).toBe(base2Index(value, at) >> 1);
      }),
      tries(2_000),
    );
  });

  it('grows with the value', () => {
    fc.assert(
      fc.property(ordinary, ordinary, scale, (one, other, at) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)];
        expect(base2Index(less, at)).toBeLessThanOrEqual(base2Index(more, at));
      }),
      tries(2_000),
    );
  });

  it.each([
    [Number.MIN_VALUE, 20, -1022 * 2 ** 20 - 1],
    [2 ** -1022, 20, -1022 * 2 ** 20 - 1],
    [2 ** -1023, 0, -1023],
    [Number.MIN_VALUE, -10, -1],
    [Number.MAX_VALUE, 20, 1024 * 2 ** 20 - 1],
    [Number.MAX_VALUE, 0, 1023],
    [Number.MAX_VALUE, -10, 0],
    [1, 20, -1],
    [1, -10, -1],
  ])('of %s at scale %s is %s', (value, at, index) => {
    expect(base2Index(value, at)).toBe(index);
  });
});
