import type { ExponentialHistogram, Histogram } from '@opentelemetry/sdk-metrics';
import { expect } from 'vitest';
import { keyOf, type PlainMetric, type PlainPoint } from './collected.js';

/** Told apart from each other by what the official SDK adds of its own (`hasMinMax`). */
function comparable(value: PlainPoint['value'], isSumExact: boolean): unknown {
  if (typeof value === 'number') return isSumExact ? value : 'a number';
  const { count, min, max } = value;
  const sum = isSumExact ? value.sum : 'a sum';
  if ('buckets' in value) {
    const { boundaries, counts } = (value as Histogram).buckets;
    return { count, sum, min, max, boundaries: [...boundaries], counts: [...counts] };
  }
  const { scale, zeroCount, positive, negative } = value as ExponentialHistogram;
  return {
    count,
    sum,
    min,
    max,
    scale,
    zeroCount,
    offset: positive.offset,
    counts: [...positive.bucketCounts],
    negatives: negative.bucketCounts.length,
  };
}

function sumOf(value: PlainPoint['value']): number {
  return typeof value === 'number' ? value : (value.sum ?? Number.NaN);
}

/** Expects the same descriptor, the same attribute sets and the same values of both. */
export function expectSameMetric(
  ours: PlainMetric,
  theirs: PlainMetric,
  isSumExact: boolean,
): void {
  const shape = ({ points, ...descriptor }: PlainMetric) => ({
    ...descriptor,
    points: points
      .map(({ attributes, end, value }) => ({
        key: keyOf(attributes),
        end,
        value: comparable(value, isSumExact),
      }))
      .sort((a, b) => (a.key < b.key ? -1 : 1)),
  });
  expect(shape(ours)).toEqual(shape(theirs));
  if (isSumExact) return;
  const sums = (metric: PlainMetric) =>
    new Map(metric.points.map((it) => [keyOf(it.attributes), sumOf(it.value)]));
  const expected = sums(theirs);
  for (const [key, sum] of sums(ours)) {
    const other = expected.get(key) as number;
    expect(Math.abs(sum - other)).toBeLessThanOrEqual(1e-9 * Math.max(Math.abs(other), 1e-300));
  }
}
