import { describe, expect, it } from 'vitest';
import { Accumulator } from '../../demo/received/accumulator.js';
import type {
  DecodedHistogramPoint,
  DecodedMetric,
  DecodedNumberPoint,
  DecodedResourceMetrics,
  OtlpAttributes,
  Temporality,
} from '../../demo/receiver.js';

function request(metric: DecodedMetric, instance = 'one', scope = 's'): DecodedResourceMetrics[] {
  return [
    {
      resource: { 'service.instance.id': instance },
      schemaUrl: '',
      scopes: [
        { scope: { name: scope, version: '', attributes: {} }, schemaUrl: '', metrics: [metric] },
      ],
    },
  ];
}

function number(
  value: number,
  startTime: bigint,
  time: bigint,
  attributes: OtlpAttributes = {},
): DecodedNumberPoint {
  const rest = { noRecordedValue: false, exemplars: [], integer: false };
  return { ...rest, value, startTime, time, attributes };
}

function sum(temporality: Temporality, ...points: DecodedNumberPoint[]): DecodedMetric {
  return {
    name: 'm',
    unit: '1',
    description: '',
    kind: 'sum',
    monotonic: true,
    temporality,
    points,
  };
}

function histogram(
  temporality: Temporality,
  startTime: bigint,
  time: bigint,
  bucketCounts: number[],
  rest: Partial<DecodedHistogramPoint> = {},
): DecodedMetric {
  const point: DecodedHistogramPoint = {
    attributes: {},
    startTime,
    time,
    noRecordedValue: false,
    exemplars: [],
    count: bucketCounts.reduce((total, count) => total + count, 0),
    sum: 1,
    min: 0.5,
    max: 3,
    bounds: [1, 2],
    bucketCounts,
    ...rest,
  };
  return { name: 'm', unit: 's', description: '', kind: 'histogram', temporality, points: [point] };
}

function totals(accumulator: Accumulator): unknown[] {
  return accumulator.series().map((series) => series.total);
}

describe('an accumulator', () => {
  it('adds deltas', () => {
    const accumulator = new Accumulator();
    accumulator.add(request(sum('delta', number(2, 0n, 10n))));
    accumulator.add(request(sum('delta', number(3, 10n, 20n))));
    expect(totals(accumulator)).toEqual([5]);
  });

  it('replaces cumulative points by later ones, and ignores earlier ones', () => {
    const accumulator = new Accumulator();
    accumulator.add(request(sum('cumulative', number(2, 0n, 10n))));
    accumulator.add(request(sum('cumulative', number(5, 0n, 20n))));
    accumulator.add(request(sum('cumulative', number(3, 0n, 15n))));
    expect(totals(accumulator)).toEqual([5]);
    expect(accumulator.resets).toBe(0);
  });

  it('keeps what was reached before a reset', () => {
    const accumulator = new Accumulator();
    accumulator.add(request(sum('cumulative', number(5, 0n, 20n))));
    accumulator.add(request(sum('cumulative', number(1, 30n, 40n))));
    accumulator.add(request(sum('cumulative', number(4, 30n, 50n))));
    expect(totals(accumulator)).toEqual([9]);
    expect(accumulator.resets).toBe(1);
  });

  it.each(['delta', 'cumulative'] as const)('counts a point sent twice once: %s', (temporality) => {
    const accumulator = new Accumulator();
    const again = request(sum(temporality, number(2, 0n, 10n)));
    accumulator.add(again);
    accumulator.add(again);
    expect(totals(accumulator)).toEqual([2]);
    expect(accumulator.duplicates).toBe(1);
  });

  it('keeps the latest value of a gauge, and drops a point without one', () => {
    const accumulator = new Accumulator();
    const gauge = (...points: DecodedNumberPoint[]): DecodedMetric => ({
      ...{ name: 'g', unit: '1', description: '', kind: 'gauge' },
      points,
    });
    accumulator.add(request(gauge(number(1, 0n, 10n))));
    accumulator.add(request(gauge(number(7, 0n, 20n))));
    accumulator.add(request(gauge({ ...number(0, 0n, 30n), noRecordedValue: true })));
    expect(totals(accumulator)).toEqual([7]);
  });

  it('adds histograms bucket by bucket', () => {
    const accumulator = new Accumulator();
    accumulator.add(request(histogram('delta', 0n, 10n, [1, 0, 2], { sum: 4, min: 0.1, max: 9 })));
    accumulator.add(request(histogram('delta', 10n, 20n, [3, 1, 0], { sum: 2, min: 0.2, max: 2 })));
    expect(totals(accumulator)).toMatchObject([
      { count: 7, sum: 6, min: 0.1, max: 9, bounds: [1, 2], counts: [4, 1, 2] },
    ]);
  });

  it('refuses to add histograms whose bounds differ', () => {
    const accumulator = new Accumulator();
    accumulator.add(request(histogram('delta', 0n, 10n, [1, 0, 2])));
    expect(() =>
      accumulator.add(request(histogram('delta', 10n, 20n, [1, 0, 2], { bounds: [1, 3] }))),
    ).toThrow('different bounds');
  });

  it('tells series apart by process, scope, attributes and the type of their values', () => {
    const accumulator = new Accumulator();
    const points = [
      number(1, 0n, 10n, { a: '1' }),
      number(1, 0n, 10n, { a: 1 }),
      number(1, 0n, 10n, { a: ['1'] }),
      number(1, 0n, 10n, { a: 1n }),
      number(1, 0n, 10n, { a: '{"int":"1"}' }),
    ];
    accumulator.add(request(sum('delta', ...points)));
    accumulator.add(request(sum('delta', ...points), 'another process'));
    accumulator.add(request(sum('delta', ...points), 'one', 'another scope'));
    expect(accumulator.series()).toHaveLength(15);
    accumulator.add(request(sum('delta', number(1, 10n, 20n, { a: '1', b: true }))));
    accumulator.add(request(sum('delta', number(1, 20n, 30n, { b: true, a: '1' }))));
    expect(accumulator.series()).toHaveLength(16);
    expect(accumulator.series('other')).toHaveLength(0);
  });
});
