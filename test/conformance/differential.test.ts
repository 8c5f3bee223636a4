import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TemporalityPreference } from '../../src/core/index.js';
import { collect, type PlainMetric } from '../support/collected.js';
import { EPOCH } from '../support/fake-clock.js';
import { PROPERTY_TIMEOUT, tries } from '../support/property.js';
import {
  type Choices,
  type RandomInstrument,
  randomChoices,
  randomInstruments,
} from '../support/random-registry.js';
import { expectSameMetric } from '../support/same-metrics.js';
import { type Route, SideBySide } from '../support/side-by-side.js';

/**
 * Random registries and random operations, through meterbook and through the official SDK: what is
 * exported must be the same. Where the official SDK departs from the specification, the operations
 * keep clear of it and a named test of its own, beside this file, states the specification's answer.
 */
type Operation =
  | { readonly type: 'measure'; readonly at: number; readonly choices: Choices; route: Route }
  | { readonly type: 'collect'; readonly reader: number }
  | { readonly type: 'wait'; readonly millis: number };

const measure: fc.Arbitrary<Operation> = fc.record({
  type: fc.constant('measure' as const),
  at: fc.nat({ max: 4 }),
  choices: randomChoices,
  route: fc.constantFrom('call' as const, 'call' as const, 'bind' as const, 'context' as const),
});
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 8, arbitrary: measure },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('collect' as const), reader: fc.nat({ max: 1 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('wait' as const), millis: fc.nat({ max: 5_000 }) }),
  },
);

const operations = fc.array(operation, { maxLength: 60, size: 'max' });
const preference = fc.constantFrom<TemporalityPreference>('cumulative', 'delta', 'lowmemory');

/** When each reader collected last, milliseconds; what a delta point must start at. */
class DeltaStarts {
  private readonly lastMillis = new Map<number, number>();

  check(reader: number, ours: PlainMetric): void {
    const expected = this.lastMillis.get(reader) ?? EPOCH;
    if (ours.temporality !== 'DELTA') return;
    for (const { start } of ours.points) expect(start).toBe(expected);
  }

  collected(reader: number): void {
    this.lastMillis.set(reader, Date.now());
  }
}

/** A cumulative synchronous series starts at its first measurement, for both. */
function expectSameStarts(ours: PlainMetric, theirs: PlainMetric): void {
  const starts = ({ points }: PlainMetric) =>
    new Map(points.map(({ attributes, start }) => [JSON.stringify(attributes), start]));
  expect([...starts(ours).values()].sort()).toEqual([...starts(theirs).values()].sort());
}

async function run(
  instruments: Readonly<Record<string, RandomInstrument>>,
  preferences: readonly TemporalityPreference[],
  operations: readonly Operation[],
): Promise<void> {
  vi.setSystemTime(EPOCH);
  const both = new SideBySide(instruments, preferences);
  const properties = Object.keys(instruments);
  const starts = new DeltaStarts();
  const compare = async (reader: number) => {
    const ours = await collect(both.producers[reader] as (typeof both.producers)[number]);
    const theirs = await collect(both.readers[reader] as (typeof both.readers)[number]);
    expect([...ours.keys()].sort()).toEqual([...theirs.keys()].sort());
    for (const { declaration, values } of Object.values(instruments)) {
      const mine = ours.get(declaration.name);
      const other = theirs.get(declaration.name);
      if (mine === undefined || other === undefined) continue;
      expectSameMetric(mine, other, !values.isMixed);
      starts.check(reader, mine);
      const isObservable = declaration.kind.startsWith('observable');
      if (mine.temporality === 'CUMULATIVE' && !isObservable) expectSameStarts(mine, other);
    }
    starts.collected(reader);
  };
  for (const it of operations) {
    if (it.type === 'wait') vi.advanceTimersByTime(it.millis);
    else if (it.type === 'collect') await compare(it.reader % preferences.length);
    else both.measure(properties[it.at % properties.length] as string, it.choices, it.route);
  }
  for (const reader of preferences.keys()) await compare(reader);
  for (const reader of preferences.keys()) await compare(reader);
}

describe('meterbook and the official SDK export the same', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
  afterEach(() => void vi.useRealTimers());

  it('to one reader', { timeout: PROPERTY_TIMEOUT }, async () => {
    await fc.assert(
      fc.asyncProperty(randomInstruments, preference, operations, (instruments, only, given) =>
        run(instruments, [only], given),
      ),
      tries(300),
    );
  });

  it('to two readers in any interleaving', { timeout: PROPERTY_TIMEOUT }, async () => {
    await fc.assert(
      fc.asyncProperty(
        randomInstruments,
        preference,
        preference,
        operations,
        (instruments, one, other, given) => run(instruments, [one, other], given),
      ),
      tries(300),
    );
  });
});
