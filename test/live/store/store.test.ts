import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OtlpAttributes, OtlpValue } from '../../../src/live/otlp/types.js';
import { Store } from '../../../src/live/store/index.js';
import { seriesKey, sortedSeriesKey } from '../../../src/live/store/series-key.js';
import { tries } from '../../support/property.js';
import {
  BEGIN,
  counter,
  countOf,
  exponential,
  exponentialPoint,
  gauge,
  histogram,
  histogramPoint,
  instrumentNamed,
  keptOf,
  level,
  levelsOf,
  numberPoint,
  request,
  seriesNamed,
} from './support/points.js';

/** A store that has been there since the beginning, and its clock, milliseconds after it. */
function storeAt(start: number, options: ConstructorParameters<typeof Store>[0] = {}) {
  const clock = { at: start };
  const store = new Store({ now: () => BEGIN + clock.at, ...options });
  const add = (metrics: Parameters<typeof request>[0], resource?: OtlpAttributes) =>
    store.add(request(metrics, resource), BEGIN + clock.at);
  return { store, clock, add };
}

describe('a cumulative series', () => {
  const point = (start: number | undefined, time: number, value: number) => [
    counter('cumulative', [numberPoint(start === undefined ? { time } : { start, time }, value)]),
  ];

  it('that began before the store counts from its first point on', () => {
    const { store, add } = storeAt(10_000);
    add(point(1_000, 11_000, 500));
    expect(countOf(store, 'c')).toBe(0);
    add(point(1_000, 12_000, 503));
    expect(countOf(store, 'c')).toBe(3);
  });

  it('that began after the store counts whole', () => {
    const { store, add } = storeAt(10_000);
    add(point(10_500, 11_000, 5));
    expect(countOf(store, 'c')).toBe(5);
  });

  it('counts whole too if what was kept on disk reaches back to its start', () => {
    const { store } = storeAt(60_000);
    store.add(request(point(2_000, 3_000, 5)), BEGIN + 1_500);
    expect(countOf(store, 'c')).toBe(5);
  });

  it('without a start is restarted by a smaller count', () => {
    const { store, add } = storeAt(10_000);
    add(point(undefined, 11_000, 500));
    add(point(undefined, 12_000, 510));
    add(point(undefined, 13_000, 4));
    expect(countOf(store, 'c')).toBe(14);
  });

  it('of two processes that only their starts tell apart is never reset by the other', () => {
    const { store, clock, add } = storeAt(0);
    clock.at = 5_000;
    const nameless = { 'service.name': 's' };
    for (let n = 1; n <= 4; n++) {
      add(point(100, n * 1_000, n * 10), nameless);
      add(point(200, n * 1_000 + 500, n * 2), nameless);
    }
    expect(countOf(store, 'c')).toBe(48);
  });

  it('goes on where points got lost', () => {
    const { store, clock, add } = storeAt(0);
    clock.at = 50_000;
    add(point(100, 1_000, 1));
    add(point(100, 40_000, 9));
    expect(countOf(store, 'c')).toBe(9);
  });
});

describe('a delta series', () => {
  const delta = (n: number) => [
    counter('delta', [numberPoint({ start: n * 1_000, time: (n + 1) * 1_000 }, 1)]),
  ];

  it('knows a repetition long after', () => {
    const { store, add } = storeAt(40_000);
    for (let n = 0; n < 30; n++) add(delta(n));
    for (let n = 0; n < 30; n++) add(delta(n));
    expect(countOf(store, 'c')).toBe(30);
  });

  it('counts in the second in which it was measured, however late it comes', () => {
    const { store, add } = storeAt(40_000);
    for (const n of [0, 4, 2, 3]) add(delta(n));
    expect(levelsOf(seriesNamed(store, 'c')[0] as never)).toEqual([
      [1, 1],
      [3, 1],
      [4, 1],
      [5, 1],
    ]);
  });
});

describe('series', () => {
  const value: fc.Arbitrary<OtlpValue> = fc.oneof(
    fc.constantFrom<OtlpValue>('1', 1, 1n, true, 'true', null, '', '|1:bs1:x', 's1:1'),
    fc.string({ maxLength: 4 }),
    fc.array(fc.constantFrom<OtlpValue>('1', 1, 1n), { maxLength: 2 }),
    fc.constantFrom<OtlpValue>({ a: '1' }, { a: 1 }, new Uint8Array([1]), new Uint8Array()),
  );
  const attributes = fc
    .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'a|', '|', ''), value), {
      maxLength: 3,
      selector: ([key]) => key,
    })
    .map((entries): OtlpAttributes => Object.fromEntries(entries));

  /** Equality that knows types, by other means than the key. */
  const plain = (it: OtlpAttributes) =>
    Object.entries(it)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, of]) => [key, typeof of, of]);

  it('have a key in common only if their attributes are equal, types included', () => {
    fc.assert(
      fc.property(attributes, attributes, (a, b) => {
        let isEqual = true;
        try {
          expect(plain(a)).toStrictEqual(plain(b));
        } catch {
          isEqual = false;
        }
        expect(sortedSeriesKey(1, a) === sortedSeriesKey(1, b)).toBe(isEqual);
        if (!isEqual) expect(seriesKey(1, a)).not.toBe(seriesKey(1, b));
        expect(sortedSeriesKey(1, a)).not.toBe(sortedSeriesKey(11, a));
      }),
      tries(2_000),
    );
  });

  it('are the same in another order of their attributes', () => {
    const { store, clock, add } = storeAt(0);
    clock.at = 9_000;
    const at = (n: number, of: OtlpAttributes) => [
      counter('cumulative', [numberPoint({ start: 100, time: n * 1_000, attributes: of }, n)]),
    ];
    add(at(1, { a: 'x', b: 'y' }));
    add(at(2, { b: 'y', a: 'x' }));
    expect(seriesNamed(store, 'c')).toHaveLength(1);
    expect(countOf(store, 'c')).toBe(2);
  });

  it('have borders that no text can imitate, and texts that differ where they are cut', () => {
    const { store, add } = storeAt(2_000);
    const span = { start: 0, time: 1_000 };
    const long = 'x'.repeat(300);
    const all: readonly OtlpAttributes[] = [
      { a: 'x\u0000b\u0001y' },
      { a: 'x', b: 'y' },
      { a: 'x|1:bsy' },
      { a: 'x|1:bs1:y' },
      { a: `${long}1`, b: 'y' },
      { a: `${long}2`, b: 'y' },
      { a: 1, b: 'y' },
      { a: '1', b: 'y' },
    ];
    add([
      counter(
        'delta',
        all.map((of) => numberPoint({ ...span, attributes: of }, 1)),
      ),
    ]);
    expect(countOf(store, 'c')).toBe(all.length);
  });

  it('of other buckets are other series, also where only a bound within differs', () => {
    const { store, add } = storeAt(9_000);
    const at = (n: number, bounds: readonly number[]) => [
      histogram('delta', [
        histogramPoint({ start: n * 1_000, time: (n + 1) * 1_000 }, bounds, [0, n, 0, 0]),
      ]),
    ];
    for (const [n, bounds] of [
      [1, [1, 2, 3]],
      [2, [1, 2.5, 3]],
      [3, [1, 2, 3]],
      [4, [1, 2.5, 3]],
    ] as const) {
      add(at(n, bounds));
    }
    expect(seriesNamed(store, 'h').map((it) => [it.bounds, keptOf(it).buckets])).toEqual([
      [
        [1, 2, 3],
        [0, 4, 0, 0],
      ],
      [
        [1, 2.5, 3],
        [0, 6, 0, 0],
      ],
    ]);
  });
});

describe('levels', () => {
  it('are the latest of a second, and nothing where there is no number', () => {
    const { store, add } = storeAt(9_000);
    const at = (time: number, value: number) => [gauge([numberPoint({ time }, value)])];
    add(at(1_800, 8));
    add(at(1_200, 2));
    add(at(2_500, Number.NaN));
    add([gauge([{ ...numberPoint({ time: 3_000 }, 5), noRecordedValue: true }])]);
    expect(levelsOf(seriesNamed(store, 'g')[0] as never)).toEqual([[1, 8]]);
  });

  it('go up and down by deltas', () => {
    const { store, add } = storeAt(9_000);
    const at = (n: number, by: number) => [
      level('delta', [numberPoint({ start: n * 1_000, time: (n + 1) * 1_000 }, by)]),
    ];
    add(at(0, 3));
    add(at(1, -2));
    add(at(1, -2));
    expect(levelsOf(seriesNamed(store, 'l')[0] as never)).toEqual([
      [1, 3],
      [2, 1],
    ]);
  });
});

describe('what is malformed', () => {
  const span = { start: 0, time: 1_000 };
  it.each([
    ['more buckets than bounds allow', histogram('delta', [histogramPoint(span, [1], [1, 1, 9])])],
    ['bounds that fall', histogram('delta', [histogramPoint(span, [2, 1], [1, 1, 1])])],
    ['a negative bucket', histogram('delta', [histogramPoint(span, [1], [-1, 2])])],
    ['a bucket that is no number', histogram('delta', [histogramPoint(span, [1], [NaN, 2])])],
    ['a counter that falls', counter('delta', [numberPoint(span, -1)])],
    ['a counter that is no number', counter('delta', [numberPoint(span, Number.NaN)])],
    [
      'a scale that is none',
      exponential('delta', [{ ...exponentialPoint(span, 1, [2]), scale: 0.5 }]),
    ],
  ])('%s is told and leaves no trace', (_, metric) => {
    const { store, add } = storeAt(9_000);
    expect(add([metric])).toEqual({ rejectedPoints: 1, reason: 'malformed' });
    expect(store.instruments).toEqual([]);
    expect(store.resources).toEqual([]);
    expect(store.bytes).toBe(0);
  });

  it('spoils nothing of the series that it claims to be of', () => {
    const { store, add } = storeAt(9_000);
    const at = (n: number, counts: readonly number[]) =>
      add([
        histogram('delta', [
          histogramPoint({ start: n * 1_000, time: (n + 1) * 1_000 }, [1], counts),
        ]),
      ]);
    at(2, [1, 2]);
    at(3, [1, 2]);
    at(1, [1, 1, 99, 7, 7, 7]);
    expect(keptOf(seriesNamed(store, 'h')[0] as never).buckets).toEqual([2, 4]);
  });

  it('is a sum, not the count, where one measurement was not a number', () => {
    const { store, add } = storeAt(9_000);
    const at = (n: number, sum: number) =>
      add([
        histogram('cumulative', [
          histogramPoint({ start: 8_999, time: 9_000 + n }, [1], [n, 0], sum),
        ]),
      ]);
    // It began before the store: the first point is where it counts from.
    at(1, 5);
    at(2, 6);
    at(3, Number.NaN);
    expect(keptOf(seriesNamed(store, 'h')[0] as never)).toMatchObject({ count: 2, sum: 1 });
  });
});

describe('too many series', () => {
  const points = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) =>
      numberPoint({ start: 0, time: 1_000, attributes: { user: String(from + i) } }, 1),
    );

  it('of one instrument leave room for the others, and deltas count all the same', () => {
    const { store, add } = storeAt(2_000, { maxSeries: 100 });
    expect(add([counter('delta', points(0, 500))])).toEqual({ rejectedPoints: 0 });
    expect(countOf(store, 'c')).toBe(500);
    expect(store.folded).toBe(450);
    expect(instrumentNamed(store, 'c').isOverflowing).toBe(true);
    expect(seriesNamed(store, 'c')).toHaveLength(51);
    add([counter('delta', points(0, 20), 'other')]);
    expect(seriesNamed(store, 'other')).toHaveLength(20);
    expect(instrumentNamed(store, 'other').isOverflowing).toBe(false);
  });

  it('are refused and told where they are cumulative: what came before is not known', () => {
    const { store, add } = storeAt(0, { maxSeries: 100 });
    const { rejectedPoints, reason } = add([counter('cumulative', points(0, 60))]);
    expect({ rejectedPoints, reason }).toEqual({
      rejectedPoints: 10,
      reason: 'more series than are kept',
    });
    expect(store.dropped).toEqual({ 'more series than are kept': 10 });
  });
});
