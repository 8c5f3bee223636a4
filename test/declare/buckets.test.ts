import { describe, expect, it } from 'vitest';
import { MeterbookError } from '../../src/errors.js';
import { buckets } from '../../src/index.js';
import { untyped } from '../support/hostile.js';

const linear = (start: number, width: number, count: number) =>
  buckets.linear({ start, width, count }).boundaries;
const exponential = (start: number, factor: number, count: number) =>
  buckets.exponential({ start, factor, count }).boundaries;

function refusal(make: () => unknown): MeterbookError | undefined {
  try {
    make();
  } catch (error) {
    if (error instanceof MeterbookError) return error;
    throw error;
  }
  return undefined;
}

describe('bucket builders', () => {
  it('explicit takes the bounds as they are, and keeps a copy', () => {
    const given = [0, 0.5, 1e300];
    const made = buckets.explicit(given);
    given.push(-1);
    expect(made).toEqual({ type: 'explicit', boundaries: [0, 0.5, 1e300] });
    expect(Object.isFrozen(made) && Object.isFrozen(made.boundaries)).toBe(true);
  });

  it('linear and exponential bounds read as they were meant', () => {
    expect(linear(0.1, 0.1, 5)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5]);
    expect(linear(0, 10, 3)).toEqual([0, 10, 20]);
    expect(linear(-1, 1, 3)).toEqual([-1, 0, 1]);
    expect(exponential(0.01, 2, 4)).toEqual([0.01, 0.02, 0.04, 0.08]);
    expect(exponential(1, 1.1, 4)).toEqual([1, 1.1, 1.21, 1.331]);
    expect(exponential(1, 10, 1)).toEqual([1]);
  });

  it('base2 has a size', () => {
    expect(buckets.base2()).toEqual({ type: 'base2', maxSize: 160 });
    expect(buckets.base2({ maxSize: 2 })).toEqual({ type: 'base2', maxSize: 2 });
    expect(Object.isFrozen(buckets.base2())).toBe(true);
  });

  it.each<[string, () => unknown, RegExp]>([
    ['no bounds', () => buckets.explicit([]), /no boundaries/],
    ['no array', () => buckets.explicit(untyped<number[]>('1,2')), /no boundaries/],
    ['NaN', () => buckets.explicit([Number.NaN]), /boundary 0 is NaN/],
    [
      'an infinity',
      () => buckets.explicit([1, Number.POSITIVE_INFINITY]),
      /boundary 1 is Infinity/,
    ],
    ['a string', () => buckets.explicit(untyped<number[]>(['1'])), /boundary 0 is "1"/],
    ['a bound twice', () => buckets.explicit([1, 1]), /boundary 1 \(1\) is not greater/],
    ['falling bounds', () => buckets.explicit([2, 1]), /boundary 1 \(1\) is not greater/],
    ['501 bounds', () => linear(0, 1, 501), /count is 501/],
    ['501 explicit', () => buckets.explicit(Array.from({ length: 501 }, (_, i) => i)), /501/],
    ['a width of 0', () => linear(0, 0, 2), /width is 0/],
    ['a width lost in rounding', () => linear(1e20, 1, 2), /is not greater/],
    ['a count of 0', () => linear(0, 1, 0), /count is 0/],
    ['half a count', () => exponential(1, 2, 1.5), /count is 1.5/],
    ['a start of 0', () => exponential(0, 2, 2), /start is 0/],
    ['a factor of 1', () => exponential(1, 1, 2), /factor is 1/],
    ['a factor of NaN', () => exponential(1, Number.NaN, 2), /factor is NaN/],
    ['bounds past the largest', () => exponential(1, 1e100, 5), /is Infinity/],
    ['a size of 1', () => buckets.base2({ maxSize: 1 }), /maxSize is 1/],
    ['a size of 161', () => buckets.base2({ maxSize: 161 }), /maxSize is 161/],
  ])('refuse %s', (_, make, cause) => {
    const error = refusal(make);
    expect(error?.code).toBe('INVALID_BUCKETS');
    expect(error?.cause).toMatch(cause);
    expect(error?.fix).toMatch(/\S/);
  });
});

/** OpenTelemetry semantic conventions: HTTP and database v1.44; GenAI (development). */
describe('bucket presets', () => {
  const times = (start: number, factor: number, count: number) =>
    Array.from({ length: count }, (_, i) => Number((start * factor ** i).toPrecision(12)));
  const http = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

  it.each([
    ['http', http],
    ['httpStreaming', [...http, 30, 60, 120, 300]],
    ['db', [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]],
    ['genAiClient', times(0.01, 2, 14)],
    ['genAiTokens', times(1, 4, 14)],
    [
      'genAiServerFirstToken',
      [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    ],
    [
      'genAiServerPerToken',
      [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5],
    ],
    ['agent', times(0.1, 2, 13)],
    ['workflow', [1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200]],
    ['calls', times(1, 2, 8)],
  ] as const)('%s', (name, boundaries) => {
    expect(buckets.presets[name].boundaries).toEqual(boundaries);
    expect(Object.isFrozen(buckets.presets[name])).toBe(true);
  });

  it('are all listed above', () => {
    expect(Object.keys(buckets.presets)).toHaveLength(10);
    expect(times(0.01, 2, 14).at(-1)).toBe(81.92);
    expect(times(1, 4, 14).at(-1)).toBe(67_108_864);
    expect(times(0.1, 2, 13).at(-1)).toBe(409.6);
    expect(times(1, 2, 8).at(-1)).toBe(128);
  });
});
