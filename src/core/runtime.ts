import type { InstrumentKind } from '../declare/index.js';
import { MeterbookError, show } from '../errors.js';
import { type Clock, systemClock } from './clock.js';
import type { ActiveTrace } from './exemplars.js';

/** Why a measurement was not recorded. */
export type DropReason =
  | 'not_a_number'
  | 'not_finite'
  | 'negative_value'
  | 'sum_overflow'
  | 'missing_attribute'
  | 'invalid_attribute'
  | 'unit_is_no_time'
  | 'callback_failed';

/** Least value that a kind of instrument takes: 0, or none. */
export function leastValue(kind: InstrumentKind): number {
  const isGrowing = kind === 'counter' || kind === 'histogram' || kind === 'observableCounter';
  return isGrowing ? 0 : -Number.MAX_VALUE;
}

/** What the instruments of one registry share. */
export interface RuntimeOptions {
  readonly clock?: Clock | undefined;
  /** Random numbers from 0 up to 1, for sampling. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Throw where production drops and counts. Default false. */
  readonly strict?: boolean | undefined;
}

/** Most warnings kept while nobody listens yet. */
const MAX_PENDING_WARNINGS = 100;

/** Clocks, strictness and warnings of one registry. */
export class Runtime {
  readonly clock: Clock;
  readonly random: () => number;
  strict: boolean;
  /** Where exemplars find their trace; set by `CoreRegistry.setTrace`. */
  trace: ActiveTrace | undefined;
  private listener: ((message: string) => void) | undefined;
  private pending: string[] = [];

  constructor(options: RuntimeOptions) {
    this.clock = options.clock ?? systemClock;
    this.random = options.random ?? Math.random;
    this.strict = options.strict ?? false;
    this.trace = undefined;
  }

  /** Hands over a warning, or keeps it until somebody listens. Never throws. */
  warn(message: string): void {
    if (this.listener === undefined) {
      if (this.pending.length < MAX_PENDING_WARNINGS) this.pending.push(message);
      return;
    }
    try {
      this.listener(message);
    } catch {
      // A logger that throws must not reach a record call; there is nobody left to tell.
    }
  }

  /** Sets who hears the warnings, those kept so far included; `undefined` keeps them again. */
  onWarning(listener: ((message: string) => void) | undefined): void {
    this.listener = listener;
    if (listener === undefined) return;
    const pending = this.pending;
    this.pending = [];
    for (const message of pending) this.warn(message);
  }
}

/** Counts what one instrument could not record, by reason, and warns once of each. */
export class Refusals {
  private readonly counts = new Map<DropReason, number>();
  /** Attributes that were left out because they are not declared. */
  undeclared = 0;

  constructor(
    private readonly runtime: Runtime,
    private readonly instrument: string,
  ) {}

  /** Drops one measurement. Throws in strict mode. */
  drop(reason: DropReason, cause: string): undefined {
    if (this.runtime.strict) this.refuse(cause);
    this.count(reason, `${cause} The measurement was dropped`);
  }

  /** Counts a callback that failed, once per collection; never throws, the reader has the error. */
  fail(cause: string): void {
    this.count('callback_failed', `${cause} Its values are missing from the collection`);
  }

  private count(reason: DropReason, what: string): void {
    const count = this.counts.get(reason) ?? 0;
    this.counts.set(reason, count + 1);
    if (count > 0) return;
    this.runtime.warn(
      `Instrument "${this.instrument}": ${what} and counted as ${reason}; further ones will be counted without a word.`,
    );
  }

  /** Drops one measurement for its value, whatever it is. Throws in strict mode. */
  dropValue(value: unknown): void {
    if (typeof value !== 'number' || Number.isNaN(value)) {
      this.drop('not_a_number', `the value ${show(value)} (${typeof value}) is no number.`);
    } else if (!Number.isFinite(value)) {
      this.drop('not_finite', `the value ${value} is infinite.`);
    } else {
      this.drop('negative_value', `the value ${value} is negative.`);
    }
  }

  /** Leaves one undeclared attribute out; the measurement itself is kept. Throws in strict mode. */
  leaveOut(cause: string): void {
    if (this.runtime.strict) this.refuse(cause);
    this.undeclared += 1;
    if (this.undeclared === 1) {
      this.runtime.warn(
        `Instrument "${this.instrument}": ${cause} The attribute was left out and the measurement kept; further ones will be counted without a word.`,
      );
    }
  }

  /** The counts so far. */
  byReason(): Partial<Record<DropReason, number>> {
    return Object.fromEntries(this.counts);
  }

  private refuse(cause: string): never {
    throw new MeterbookError('MEASUREMENT_REFUSED', { instrument: this.instrument, cause });
  }
}
