import { describe, expect, it } from 'vitest';
import { Store } from '../../../src/live/store/index.js';
import { usedBytes } from '../../support/heap.js';
import {
  BEGIN,
  counter,
  countOf,
  gauge,
  histogram,
  histogramPoint,
  levelsOf,
  numberPoint,
  request,
  seriesNamed,
} from './support/points.js';

const MEBIBYTE = 1024 * 1024;
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Adds points of so many users, a request of 1,000 each. */
function addUsers(store: Store, from: number, to: number, second: number): void {
  const span = { start: second * 1_000, time: (second + 1) * 1_000 };
  for (let first = from; first < to; first += 1_000) {
    const points = Array.from({ length: 1_000 }, (_, i) =>
      histogramPoint(
        { ...span, attributes: { 'user.id': `user-${first + i}`, 'http.route': '/chat' } },
        BOUNDS,
        [0, 0, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0],
        1,
      ),
    );
    store.add(request([histogram('delta', points)]), BEGIN + span.time);
  }
}

/** One visit of each of so many users, in a counter. */
function addVisits(store: Store, from: number, to: number, second: number): void {
  const span = { start: second * 1_000, time: (second + 1) * 1_000 };
  for (let first = from; first < to; first += 1_000) {
    const points = Array.from({ length: 1_000 }, (_, i) =>
      numberPoint({ ...span, attributes: { 'user.id': `user-${first + i}` } }, 1),
    );
    store.add(request([counter('delta', points)]), BEGIN + span.time);
  }
}

describe('memory', { timeout: 120_000 }, () => {
  it('is bounded under a million distinct series, and nothing that is measured is lost', () => {
    const clock = { second: 0 };
    const store = new Store({
      maxBytes: 32 * MEBIBYTE,
      now: () => BEGIN + (clock.second + 1) * 1_000,
    });
    addVisits(store, 0, 100_000, clock.second);
    const before = usedBytes();
    for (clock.second = 1; clock.second < 10; clock.second++) {
      addVisits(store, clock.second * 100_000, (clock.second + 1) * 100_000, clock.second);
    }
    expect(usedBytes() - before).toBeLessThan(8 * MEBIBYTE);
    expect(store.bytes).toBeLessThanOrEqual(32 * MEBIBYTE);
    expect(store.series).toBeLessThanOrEqual(50_000);
    expect(store.dropped).toEqual({});
    expect(countOf(store, 'c')).toBe(1_000_000);
  });

  it('is what it says that it is, for series with a history', () => {
    const before = usedBytes();
    const clock = { second: 0 };
    const store = new Store({
      maxBytes: 400 * MEBIBYTE,
      now: () => BEGIN + (clock.second + 1) * 1_000,
    });
    for (; clock.second < 16; clock.second++) addUsers(store, 0, 10_000, clock.second);
    const used = usedBytes() - before;
    expect(store.series).toBe(10_000);
    expect(used / store.bytes).toBeGreaterThan(0.6);
    expect(used / store.bytes).toBeLessThan(1.5);
  });

  it('is not held by names and processes of which nothing is left', () => {
    const clock = { at: 0 };
    const store = new Store({ maxSeconds: 60, now: () => BEGIN + clock.at });
    for (let n = 0; n < 20_000; n++) {
      clock.at = n * 100;
      const metric = { ...gauge([numberPoint({ time: clock.at }, 1)]), name: `gauge.${n}` };
      store.add(request([metric], { 'service.instance.id': String(n) }), BEGIN + clock.at);
    }
    // A minute of history, a sweep each five seconds, ten a second.
    expect(store.instruments.length).toBeLessThanOrEqual(660);
    expect(store.resources.length).toBeLessThanOrEqual(660);
    expect(store.bytes).toBeLessThan(2 * MEBIBYTE);
    clock.at += 200_000;
    store.add([], BEGIN + clock.at);
    expect([store.instruments, store.resources, store.series, store.bytes]).toEqual([[], [], 0, 0]);
  });

  it('is not held by names and processes of what was never taken', () => {
    const store = new Store({ maxSeconds: 60, now: () => BEGIN });
    const tooOld = gauge([numberPoint({ time: -120_000 }, 1)]);
    const refuse = (n: number) =>
      store.add(request([{ ...tooOld, name: `gauge.${n}` }], { 'service.name': `s${n}` }), BEGIN);
    for (let n = 0; n < 1_000; n++) refuse(n);
    const before = usedBytes();
    for (let n = 1_000; n < 51_000; n++) refuse(n);
    // Texts are kept once, up to a number of them.
    expect(usedBytes() - before).toBeLessThan(8 * MEBIBYTE);
    expect(store.dropped).toEqual({ 'older than what is kept': 51_000 });
  });

  it('is given back by the oldest first, and what comes then is still taken', () => {
    const clock = { second: 0 };
    const store = new Store({
      maxBytes: MEBIBYTE,
      now: () => BEGIN + (clock.second + 1) * 1_000,
    });
    for (; clock.second < 150; clock.second++) {
      addUsers(store, 0, 1_000, clock.second);
      expect(store.bytes).toBeLessThanOrEqual(MEBIBYTE);
    }
    const slots = seriesNamed(store, 'h').map((series) => levelsOf(series).map(([slot]) => slot));
    const [first = []] = slots;
    expect(first.at(-1)).toBe(150);
    // Of all of them the same.
    for (const own of slots) if (own.length > 0) expect(own).toEqual(first);
    expect(store.oldest).toBe(BEGIN + (first[0] ?? 0) * 1_000);
  });

  it('is not taken by what stands still', () => {
    const clock = { at: 0 };
    const store = new Store({ now: () => BEGIN + clock.at });
    const point = () => numberPoint({ start: 1, time: clock.at }, 7);
    for (clock.at = 1_000; clock.at < 600_000; clock.at += 1_000) {
      store.add(request([counter('cumulative', [point()])]), BEGIN + clock.at);
    }
    expect(countOf(store, 'c')).toBe(7);
    expect(seriesNamed(store, 'c')[0]?.rows.length).toBe(1);
  });
});
