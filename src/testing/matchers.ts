import { MeterbookError, show } from '../errors.js';
import { coreOf } from '../otel/index.js';
import type { InstrumentReader } from './readable.js';

/** What a matcher answers, in the form that vitest and jest share. */
interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/** A histogram as far as a test cares: the fields that are left out may be anything. */
export interface ExpectedDistribution {
  readonly count?: number;
  readonly sum?: number;
  readonly min?: number;
  readonly max?: number;
}

/** The matchers' types: `declare module 'vitest' { interface Matchers<T> extends MetricMatchers<T> {} }`. */
export interface MetricMatchers<T = unknown> {
  /**
   * The series with exactly these attributes has this value: a number for counters and gauges, any
   * of count, sum, min and max for histograms. Sums are compared within a relative 1e-9.
   */
  toHaveRecorded(expected: number | ExpectedDistribution, attributes?: object): Promise<T>;
  /** The registry has dropped this many measurements, for this reason or for any. */
  toHaveDropped(count: number, reason?: string): T;
}

/** For `expect.extend(metricMatchers)`, in vitest or jest. Instruments must come from the test kit. */
export const metricMatchers = {
  async toHaveRecorded(
    received: unknown,
    expected: number | ExpectedDistribution,
    attributes: object = {},
  ): Promise<MatcherResult> {
    const instrument = asReadable(received);
    const value: unknown = await instrument.read(attributes);
    const pass = matches(value, expected);
    const found = value === undefined ? nothing(await instrument.readAll()) : JSON.stringify(value);
    return {
      pass,
      message: () =>
        `${instrument.declaration.name}${JSON.stringify(attributes)}: expected ${pass ? 'anything but ' : ''}${JSON.stringify(expected)}, found ${found}`,
    };
  },

  toHaveDropped(received: unknown, count: number, reason?: string): MatcherResult {
    const drops = coreOf(received).dropped();
    const found = drops
      .flatMap(({ measurements }) => Object.entries(measurements))
      .filter(([name]) => reason === undefined || name === reason)
      .reduce((sum, [, dropped]) => sum + dropped, 0);
    return {
      pass: found === count,
      message: () =>
        `expected ${count} measurements dropped${reason === undefined ? '' : ` as ${reason}`}, found ${found}: ${JSON.stringify(drops)}`,
    };
  },
};

/** Most series that a message lists. */
const MAX_LISTED = 5;

/** What there is instead: most often an optional attribute was forgotten. */
function nothing(series: readonly { readonly attributes: object }[]): string {
  if (series.length === 0) return 'nothing recorded at all';
  const listed = series.slice(0, MAX_LISTED).map(({ attributes }) => JSON.stringify(attributes));
  return `nothing; recorded are ${listed.join(', ')}${series.length > MAX_LISTED ? ', …' : ''}`;
}

interface ReadableAny extends InstrumentReader {
  readonly declaration: { readonly name: string };
}

function asReadable(received: unknown): ReadableAny {
  if (typeof (received as Partial<ReadableAny> | undefined)?.read === 'function') {
    return received as ReadableAny;
  }
  throw new MeterbookError('TEST_EXPECTATION', {
    cause: `toHaveRecorded was given ${show(received)}.`,
    fix: 'Pass an instrument of testRegistry() or watchRegistry().',
  });
}

function matches(value: unknown, expected: number | ExpectedDistribution): boolean {
  if (typeof expected === 'number') return typeof value === 'number' && isClose(value, expected);
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as ExpectedDistribution;
  return (['count', 'sum', 'min', 'max'] as const).every((field) => {
    const wanted = expected[field];
    const found = fields[field];
    return wanted === undefined || (found !== undefined && isClose(found, wanted));
  });
}

/** Equal up to the rounding of a sum of doubles. */
function isClose(a: number, b: number): boolean {
  return a === b || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
}
