import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slosOf } from '../../../src/artefacts/index.js';
import { attr, buckets, defineRegistry, histogram, slo } from '../../../src/index.js';
import type { DecodedMetric } from '../../../src/live/otlp/types.js';
import type { InstrumentView } from '../../../src/live/protocol.js';
import { Store } from '../../../src/live/store/index.js';
import { answer } from '../../../src/live/views/answer.js';
import { Answerer } from '../../../src/live/views/answers.js';
import { type Span, spanOf } from '../../../src/live/views/span.js';
import { PROPERTY_TIMEOUT, tries } from '../../support/property.js';
import * as points from '../store/support/points.js';

const BOUNDS = [0.25, 1, 4];
const NOTHING_PICKED = { services: [], filters: [] };
/** Beyond what the tests send. */
const PLENTY = 256 * 1024 * 1024;
const FIRST_SLOT = points.BEGIN / 1_000;

/** One store that has to keep old things coarser, and one with memory for all of them. */
class Pair {
  second = 0;
  readonly short: Store;
  readonly fine: Store;

  constructor(maxBytes: number) {
    const now = () => points.BEGIN + this.second * 1_000;
    this.short = new Store({ maxBytes, now });
    this.fine = new Store({ maxBytes: PLENTY, now });
  }

  add(metrics: readonly DecodedMetric[], instance = 'one'): void {
    for (const store of [this.short, this.fine]) {
      const resource = { 'service.name': 's', 'service.instance.id': instance };
      store.add(points.request(metrics, resource), store.now());
      expect(store.bytes).toBeLessThanOrEqual(store.maxBytes);
    }
  }

  /** Two that answer about the same span, which is cut for the coarser one. */
  answerers(rangeSeconds: number, to?: number): readonly [short: Answerer, fine: Answerer] {
    const span = spanOf({ rangeSeconds, to }, this.short);
    return [this.about(this.short, span), this.about(this.fine, span)];
  }

  private about(store: Store, span: Span): Answerer {
    return new Answerer(store, span, NOTHING_PICKED);
  }
}

/** What one process sends in one second. Eighths add up exactly. */
const sent = fc.record({
  waits: fc.integer({ min: 1, max: 12 }),
  /** Of deltas and levels; what comes late may lie where rows are wide already. */
  late: fc.oneof(fc.constant(0), fc.constant(0), fc.nat(900)),
  value: fc.integer({ min: 1, max: 60 }).map((eighths) => eighths / 8),
  isRestarted: fc.integer({ min: 0, max: 9 }).map((it) => it === 0),
});
const history = fc.array(sent, { minLength: 30, maxLength: 60 });

/** Sends the same again and again for so many seconds, from two processes. */
function fill(pair: Pair, all: readonly (typeof sent extends fc.Arbitrary<infer T> ? T : never)[]) {
  const runs = ['one', 'two'].map((instance) => ({ instance, start: 0, total: 0, level: 0 }));
  pair.short.add([], points.BEGIN);
  pair.fine.add([], points.BEGIN);
  for (let i = 0; pair.second < 2_500; i++) {
    const { waits, late, value, isRestarted } = all[i % all.length] as (typeof all)[number];
    const run = runs[i % 2] as (typeof runs)[number];
    pair.second += waits;
    const now = pair.second * 1_000 - (i % 7) * 100;
    const time = Math.max(0, now - late * 1_000);
    if (isRestarted) Object.assign(run, { start: now - 50, total: 0 });
    run.total += value;
    const bucket = BOUNDS.findIndex((bound) => value <= bound);
    const counts = [0, 0, 0, 0].map((_, at) => (at === (bucket < 0 ? 3 : bucket) ? 1 : 0));
    const span = { start: time - 1 - (i % 1_000), time };
    pair.add(
      [
        points.counter('delta', [points.numberPoint(span, value)], 'delta'),
        points.counter(
          'cumulative',
          [points.numberPoint({ start: run.start + 1, time: now }, run.total)],
          'cumulative',
        ),
        points.histogram('delta', [points.histogramPoint(span, BOUNDS, counts, value)]),
        points.exponential('delta', [points.exponentialPoint(span, 3, [value, value * 2])]),
        points.gauge([points.numberPoint({ time }, value)]),
        points.level('cumulative', [points.numberPoint({ time }, value)]),
        points.level('delta', [points.numberPoint(span, value)], 'moved'),
      ],
      run.instance,
    );
  }
}

const objective = defineRegistry({
  scope: { name: 'scope' },
  instruments: {
    h: histogram({
      name: 'h',
      unit: '1',
      buckets: buckets.explicit(BOUNDS),
      attributes: { kind: attr.string().optional() },
    }),
  },
  slos: { small: slo({ instrument: 'h', objective: 0.9, threshold: 1, window: '30d' }) },
});

describe('a history that is short of memory', { timeout: PROPERTY_TIMEOUT * 3 }, () => {
  it('is answered from as one with memory for everything, wherever a span begins and ends', () => {
    const ranges = fc.array(
      fc.record({ range: fc.integer({ min: 5, max: 3_000 }), before: fc.nat(2_400) }),
      { minLength: 30, maxLength: 30 },
    );
    fc.assert(
      fc.property(history, ranges, (all, asked) => {
        const pair = new Pair(90_000);
        fill(pair, all);
        expect(pair.short.dropped).toEqual({});
        expect(pair.short.resolution.widthAt(FIRST_SLOT)).toBeGreaterThan(5);
        expect(pair.fine.resolution.widthAt(FIRST_SLOT)).toBe(1);
        const [objectiveOfH] = slosOf([objective.manifest()]);
        for (const { range, before } of asked) {
          const to = before === 0 ? undefined : pair.short.now() - before * 1_000;
          const [short, fine] = pair.answerers(range, to);
          for (const name of ['delta', 'cumulative', 'h', 'e']) {
            expect(short.grouped(name)).toEqual(fine.grouped(name));
          }
          for (const name of ['g', 'l', 'moved']) {
            for (const across of ['sum', 'max', 'min'] as const) {
              expect(short.levels(name, across)).toEqual(fine.levels(name, across));
            }
          }
          // A window begins where a row does.
          const from = pair.short.resolution.startOf(short.span.to - 300);
          expect(short.sloErrors(objectiveOfH as never, 300)).toBe(
            fine.sloErrors(objectiveOfH as never, short.span.to - from),
          );
        }
        // Nothing is lost, and nothing counts twice.
        for (const name of ['delta', 'cumulative', 'h', 'e']) {
          expect(points.countOf(pair.short, name)).toBe(points.countOf(pair.fine, name));
        }
      }),
      tries(12),
    );
  });

  it('drops the oldest where all is as coarse as it gets, and what is left is whole', () => {
    fc.assert(
      fc.property(history, (all) => {
        const pair = new Pair(24_000);
        fill(pair, all);
        const { short } = pair;
        const oldest = (short.oldest ?? 0) / 1_000;
        expect(oldest).toBeGreaterThan(FIRST_SLOT + 300);
        // The first row may be wider by now than where it was dropped: the history begins within it.
        const range = FIRST_SLOT + pair.second - short.resolution.endOf(oldest);
        const [own, fine] = pair.answerers(range);
        for (const name of ['delta', 'cumulative', 'h', 'e']) {
          const [group] = own.grouped(name);
          const { count, sum, buckets: counts } = fine.grouped(name)[0] ?? {};
          expect(count).toBeGreaterThan(0);
          expect(group).toMatchObject({ count, sum, buckets: counts });
        }
      }),
      tries(6),
    );
  });
});

describe('a view of a time that is kept coarser', () => {
  /** Ten requests a second for half an hour, exported each second. */
  function steady(maxBytes: number): Pair {
    const pair = new Pair(maxBytes);
    while (pair.second < 1_800) {
      pair.second += 1;
      const span = { start: (pair.second - 1) * 1_000, time: pair.second * 1_000 - 1 };
      pair.add([
        points.histogram('delta', [points.histogramPoint(span, BOUNDS, [2, 7, 1, 0], 10)]),
        points.gauge([points.numberPoint({ time: span.time }, 7)]),
      ]);
    }
    return pair;
  }
  const ask = (store: Store, instrument: string, rangeSeconds: number) =>
    answer(
      store,
      { view: 'instrument', instrument, rangeSeconds, services: [], filters: [] },
      { manifests: [], receiverUrl: 'http://127.0.0.1:4318' },
    );
  const linesIn = ({ shown }: ReturnType<typeof ask>) =>
    (shown as InstrumentView).rows.flatMap(({ panels }) =>
      panels.flatMap((panel) => ('lines' in panel ? panel.lines : [])),
    );

  it('has longer steps, each with the rate and the percentiles that were, and says so', () => {
    const { short } = steady(20_000);
    const fine = ask(steady(PLENTY).fine, 'h', 600);
    expect(fine).toMatchObject({ stepMillis: 10_000 });
    expect(fine.note).toBeUndefined();
    const coarse = ask(short, 'h', 600);
    const seconds = coarse.stepMillis / 1_000;
    expect(seconds).toBeGreaterThanOrEqual(15);
    expect(coarse.note).toBe(`A point for every ${seconds} s: older history is kept coarser.`);
    const lines = linesIn(coarse);
    expect(lines.map(({ name }) => name)).toEqual(linesIn(fine).map(({ name }) => name));
    for (const [i, { name, values }] of lines.entries()) {
      expect(values.length, name).toBeGreaterThan(2);
      expect(new Set(values), name).toEqual(new Set(linesIn(fine)[i]?.values));
      expect(new Set(values).size, name).toBe(1);
    }
    for (const { values } of linesIn(ask(short, 'g', 600)))
      expect(new Set(values)).toEqual(new Set([7]));
  });

  it('is as fine as ever where it is new, and nothing is said', () => {
    const { short } = steady(20_000);
    const { note, stepMillis } = ask(short, 'h', 10);
    expect({ note, stepMillis }).toEqual({ note: undefined, stepMillis: 1_000 });
  });
});
