import { describe, expect, it } from 'vitest';
import { type Duration, toSeconds } from '../../src/standard/duration.js';

describe('toSeconds', () => {
  it.each<[Duration, number]>([
    [{ seconds: 0.42 }, 0.42],
    [{ milliseconds: 420 }, 0.42],
    [{ nanoseconds: 420_000_000n }, 0.42],
    [{ milliseconds: 2560 }, 2.56],
    [{ nanoseconds: 2_560_000_000n }, 2.56],
    [{ nanoseconds: 1n }, 1e-9],
    [{ nanoseconds: 0n }, 0],
    [{ seconds: 0 }, 0],
    [{ milliseconds: -1 }, -0.001],
    [{ nanoseconds: -1_000_000n }, -0.001],
    [{ seconds: Number.POSITIVE_INFINITY }, Number.POSITIVE_INFINITY],
    [{ seconds: 1, milliseconds: undefined }, 1],
    [{ seconds: undefined, nanoseconds: 5_000_000_000n }, 5],
  ])('%o', (duration, seconds) => {
    expect(toSeconds(duration)).toBe(seconds);
  });

  it('lands a duration in the same bucket whatever its unit', () => {
    for (const bound of [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 81.92]) {
      const nanos = BigInt(Math.round(bound * 1e9));
      expect(toSeconds({ nanoseconds: nanos })).toBe(bound);
      expect(toSeconds({ milliseconds: Number(nanos) / 1e6 })).toBe(bound);
      expect(toSeconds({ nanoseconds: nanos + 1n })).toBeGreaterThan(bound);
    }
  });

  it('keeps what a double can hold of very long durations', () => {
    const day = 86_400n * 1_000_000_000n;
    expect(toSeconds({ nanoseconds: 365n * day + 1_500_000_000n })).toBe(31_536_001.5);
    expect(toSeconds({ nanoseconds: 36_500n * day + 125_000_000n })).toBe(3_153_600_000.125);
    expect(toSeconds({ nanoseconds: -(365n * day + 1_500_000_000n) })).toBe(-31_536_001.5);
  });

  it.each([
    ['a bare number', 420],
    ['nothing', undefined],
    ['null', null],
    ['no unit', {}],
    ['an unknown unit', { minutes: 1 }],
    ['two units', { seconds: 1, milliseconds: 1000 }],
    ['two units, one of them a bigint', { milliseconds: 1, nanoseconds: 1n }],
    ['two units that agree on zero', { seconds: 0, nanoseconds: 0n }],
    ['all units', { seconds: 1, milliseconds: 1, nanoseconds: 1n }],
    ['seconds as text', { seconds: '1' }],
    ['milliseconds as text', { milliseconds: '1' }],
    ['seconds as a bigint', { seconds: 1n }],
    ['milliseconds as a bigint', { milliseconds: 1n }],
    ['nanoseconds as a number', { nanoseconds: 1 }],
    ['null with a unit', { seconds: null }],
    ['null beside a unit', { seconds: 1, milliseconds: null }],
    ['a symbol', { seconds: Symbol('s') }],
    [
      'a getter that throws',
      {
        get seconds(): number {
          throw new Error('no');
        },
      },
    ],
  ])('makes NaN of %s', (_, duration) => {
    expect(toSeconds(duration as Duration)).toBeNaN();
  });
});
