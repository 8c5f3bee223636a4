import type { DecodedMetric, DecodedPoint } from '../otlp/types.js';
import type { Series, When } from './series.js';
import type { Increment } from './stream.js';

type PointOf<K extends DecodedMetric['kind']> = Extract<
  DecodedMetric,
  { readonly kind: K }
>['points'][number];

/**
 * Whether a point says what it could: counts that are none, or buckets that are not one more than their
 * bounds, would spoil what is there already.
 */
export function isSound(metric: DecodedMetric, point: DecodedPoint): boolean {
  switch (metric.kind) {
    case 'histogram': {
      const { count, bounds, bucketCounts } = point as PointOf<'histogram'>;
      const hasBuckets = bucketCounts.length > 0;
      if (hasBuckets && bucketCounts.length !== bounds.length + 1) return false;
      return isCount(count) && bucketCounts.every(isCount) && areRising(bounds);
    }
    case 'exponentialHistogram': {
      const { count, zeroCount, positive, negative, scale } =
        point as PointOf<'exponentialHistogram'>;
      const buckets = [...positive.bucketCounts, ...negative.bucketCounts];
      return [count, zeroCount, ...buckets].every(isCount) && Number.isInteger(scale);
    }
    case 'summary':
      return isCount((point as PointOf<'summary'>).count);
    case 'sum': {
      const { value } = point as PointOf<'sum'>;
      return Number.isFinite(value) && (!metric.monotonic || value >= 0);
    }
    case 'gauge':
      return true;
  }
}

function isCount(value: number): boolean {
  return value >= 0 && Number.isFinite(value);
}

function areRising(bounds: readonly number[]): boolean {
  for (let i = 0; i < bounds.length; i++) {
    const bound = bounds[i] as number;
    if (!Number.isFinite(bound) || (i > 0 && bound <= (bounds[i - 1] as number))) return false;
  }
  return true;
}

/** The bounds that a point's series has to have; `undefined` for what has no buckets. */
export function boundsOf(
  metric: DecodedMetric,
  point: DecodedPoint,
): readonly number[] | undefined {
  if (metric.kind === 'histogram') return (point as PointOf<'histogram'>).bounds;
  return metric.kind === 'exponentialHistogram' || metric.kind === 'summary' ? [] : undefined;
}

/** Adds a sound point to its series. */
export function record(
  series: Series,
  metric: DecodedMetric,
  point: DecodedPoint,
  when: When,
): void {
  switch (metric.kind) {
    case 'histogram':
      series.distribute(metric.temporality, when, incrementOf(point as PointOf<'histogram'>));
      return;
    case 'exponentialHistogram':
      series.distributeBase2(metric.temporality, when, point as PointOf<'exponentialHistogram'>);
      return;
    case 'summary': {
      const { count, sum } = point as PointOf<'summary'>;
      series.distribute('cumulative', when, { count, sum, buckets: [] });
      return;
    }
    default: {
      const { value } = point as PointOf<'sum' | 'gauge'>;
      if (metric.kind === 'gauge') {
        // A gauge that is not a number says that there is none.
        if (Number.isFinite(value)) series.set(when, value);
      } else if (metric.monotonic) series.count(metric.temporality, when, value);
      else if (metric.temporality === 'delta') series.change(when, value);
      else series.set(when, value);
    }
  }
}

/**
 * Adds a point to the series of what has none of its own. Only deltas can be: of a cumulative point it would
 * have to be known what was there before. One that is sent twice counts twice here.
 */
export function fold(
  series: Series,
  metric: DecodedMetric,
  point: DecodedPoint,
  { slot }: When,
): void {
  if (metric.kind === 'histogram') {
    series.add(slot, incrementOf(point as PointOf<'histogram'>));
  } else if (metric.kind === 'exponentialHistogram') {
    series.add(slot, series.onGrid(point as PointOf<'exponentialHistogram'>));
  } else series.addCount(slot, (point as PointOf<'sum'>).value);
}

export function isFoldable(metric: DecodedMetric): boolean {
  if (!('temporality' in metric) || metric.temporality !== 'delta') return false;
  return metric.kind !== 'sum' || metric.monotonic;
}

function incrementOf({ count, sum = 0, bucketCounts }: PointOf<'histogram'>): Increment {
  return { count, sum, buckets: bucketCounts };
}
