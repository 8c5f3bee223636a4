import { describe, expect, it } from 'vitest';
import type { DecodedMetric } from '../../../src/live/otlp/types.js';
import type { Answer, Asking } from '../../../src/live/protocol.js';
import { Store } from '../../../src/live/store/index.js';
import { answer } from '../../../src/live/views/index.js';
import * as points from '../store/support/points.js';

const NOW = 300_000;
const REQUESTS = 'http.server.request.duration';

/** A store that has been there since the beginning, and its clock, milliseconds after it. */
function storeAt(start: number, maxSeconds = 3_600) {
  const clock = { at: 0 };
  const store = new Store({ now: () => points.BEGIN + clock.at, maxSeconds });
  clock.at = start;
  const add = (metric: DecodedMetric) =>
    expect(store.add(points.request([metric]), points.BEGIN + clock.at)).toEqual({
      rejectedPoints: 0,
    });
  return { store, clock, add };
}

/** The last five minutes. */
function ask(store: Store, asking: Partial<Asking>): Answer['shown'] {
  const whole = { view: 'overview', rangeSeconds: 300, services: [], filters: [], ...asking };
  return answer(store, whole, { manifests: [], receiverUrl: 'http://127.0.0.1:4318' }).shown;
}

/** What the graph of how many there were per second draws. */
function drawn(store: Store, instrument: string): readonly (number | null)[] {
  const shown = ask(store, { view: 'instrument', instrument });
  const panels = shown.kind === 'instrument' ? shown.rows.flatMap((row) => row.panels) : [];
  const panel = panels.find(({ title }) => title === 'How many');
  const lines = panel?.kind === 'lines' ? panel.lines : [];
  expect(lines).toHaveLength(1);
  return lines[0]?.values ?? [];
}

const times = <T>(count: number, value: T): readonly T[] => new Array<T>(count).fill(value);

describe('before the first point of a series', () => {
  it('a rate has a gap, and is zero where nothing was counted after it', () => {
    const { store, add } = storeAt(NOW);
    const at = (time: number, value: number) =>
      points.numberPoint({ start: time - 5_000, time }, value);
    add(points.counter('delta', [at(200_500, 10), at(260_500, 5)]));
    expect(drawn(store, 'c')).toEqual([...times(40, null), 2, ...times(11, 0), 1, ...times(7, 0)]);
    const shown = ask(store, { view: 'catalogue' });
    const [row] = shown.kind === 'catalogue' ? shown.instruments : [];
    expect(row?.trend.slice(38, 43)).toEqual([null, null, 2, 0, 0]);
  });

  it('a point that tells of nothing begins the line', () => {
    const { store, add } = storeAt(NOW);
    add(points.counter('delta', [points.numberPoint({ start: 199_000, time: 200_500 }, 0)]));
    expect(drawn(store, 'c')).toEqual([...times(40, null), ...times(20, 0)]);
  });

  it('the line of a cumulative series begins where the first increase is known', () => {
    const { store, add } = storeAt(NOW);
    const counted = [
      points.numberPoint({ time: 200_500 }, 500),
      points.numberPoint({ time: 210_500 }, 520),
    ];
    add(points.counter('cumulative', counted));
    expect(drawn(store, 'c')).toEqual([...times(42, null), 4, ...times(17, 0)]);
  });

  it('the figures of the overview have a gap too', () => {
    const { store, add } = storeAt(NOW);
    const requests = points.histogramPoint({ start: 195_500, time: 200_500 }, [1], [10, 0], 2);
    add({ ...points.histogram('delta', [requests]), name: REQUESTS, unit: 's' });
    const shown = ask(store, {});
    const [rate] = shown.kind === 'overview' ? shown.numbers : [];
    expect(rate).toMatchObject({ title: 'Requests' });
    expect(rate?.trend).toEqual([...times(40, null), 2, ...times(19, 0)]);
  });

  it('a line of several series begins with the earliest', () => {
    const { store, add } = storeAt(NOW);
    const at = (time: number, route: string) =>
      points.numberPoint({ start: time - 5_000, time, attributes: { route } }, 5);
    add(points.counter('delta', [at(260_500, '/late'), at(200_500, '/early')]));
    expect(drawn(store, 'c').indexOf(1)).toBe(40);
    const byRoute = ask(store, { view: 'instrument', instrument: 'c', by: 'route' });
    const [row] = byRoute.kind === 'instrument' ? byRoute.rows : [];
    const [panel] = row?.panels ?? [];
    const lines = panel?.kind === 'lines' ? panel.lines : [];
    const begins = lines.map(({ name, values }) => [name, values.findIndex((it) => it !== null)]);
    expect(new Map(begins as [string, number][])).toEqual(
      new Map([
        ['/early', 40],
        ['/late', 52],
      ]),
    );
  });
});

it('what is forgotten is a gap as well, not zero', () => {
  const { store, clock, add } = storeAt(10_000, 120);
  const send = () =>
    add(
      points.counter('delta', [
        points.numberPoint({ start: clock.at - 5_000, time: clock.at - 500 }, 60),
      ]),
    );
  send();
  clock.at = 250_000;
  send();
  clock.at = NOW;
  store.sweep();
  // Steps of a minute, the first one from 20 seconds before the beginning: two minutes are kept.
  expect(drawn(store, 'c')).toEqual([null, null, null, 0, 1]);
});

describe('an average of a service that has just begun', () => {
  const requests = (start: number | undefined, time: number, counts: readonly number[]) => {
    const at = start === undefined ? { time } : { start, time };
    const attributes = { 'http.request.method': 'GET', 'http.route': '/a' };
    return points.histogramPoint({ ...at, attributes }, [1], counts, 2);
  };
  const metric = (
    temporality: 'delta' | 'cumulative',
    all: readonly ReturnType<typeof requests>[],
  ): DecodedMetric => ({ ...points.histogram(temporality, all), name: REQUESTS, unit: 's' });
  const rates = (store: Store) => {
    const shown = ask(store, {});
    const { numbers, tables } = shown.kind === 'overview' ? shown : { numbers: [], tables: [] };
    return [numbers[0]?.value, ...(tables[0]?.rows ?? []).map(({ perSecond }) => perSecond)];
  };

  it('is over the time since it began, not over all of the span', () => {
    const { store, add } = storeAt(NOW);
    add(
      metric('delta', [requests(200_000, 250_000, [300, 0]), requests(250_000, 299_000, [100, 0])]),
    );
    expect(rates(store)).toEqual([4, 4]);
  });

  it('is over the time since its first point, where it counted before', () => {
    const { store, add } = storeAt(NOW);
    add(
      metric('cumulative', [
        requests(undefined, 200_000, [7_000, 0]),
        requests(undefined, 299_000, [7_400, 0]),
      ]),
    );
    expect(rates(store)).toEqual([4, 4]);
  });

  it('is over the whole span where nothing tells since when', () => {
    const { store, add } = storeAt(NOW);
    add(metric('delta', [requests(undefined, 299_000, [300, 0])]));
    expect(rates(store)).toEqual([1, 1]);
  });

  it('is over the time since it was received, for a clock that is ahead', () => {
    const { store, clock, add } = storeAt(200_000);
    add(metric('delta', [requests(400_000, 410_000, [300, 0])]));
    clock.at = NOW;
    expect(rates(store)).toEqual([3, 3]);
  });

  it('is over all the time of its service for what was called late', () => {
    const { store, add } = storeAt(NOW);
    const late = points.histogramPoint(
      {
        start: 297_000,
        time: 299_000,
        attributes: { 'http.request.method': 'GET', 'http.route': '/b' },
      },
      [1],
      [30, 0],
      1,
    );
    add(metric('delta', [requests(0, 250_000, [300, 0]), late]));
    expect(rates(store)).toEqual([1.1, 1, 0.1]);
  });
});
