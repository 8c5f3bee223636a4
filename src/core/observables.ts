import { type Attributes, type InstrumentDeclaration, OTHER } from '../declare/index.js';
import { show } from '../errors.js';
import { clamp } from './aggregation.js';
import { intervalOf, type ReaderHandle, ReaderStates, startOf } from './readers.js';
import { Rows } from './rows.js';
import { leastValue, Refusals, type Runtime } from './runtime.js';
import { lastValueAggregation } from './scalar-aggregations.js';
import type { Series } from './series.js';
import { SeriesIndex } from './series-index.js';
import { SERIES_PER_STEP, type Steps } from './slices.js';
import type { MetricSnapshot } from './snapshot.js';

/** What a callback reports to. */
export interface Observer {
  /** Reports the value as it is now; for sums the total, not the change. */
  observe(value: number, attributes?: Attributes): void;
}

/** Reads values at collection; may be asynchronous. */
export type ObservableCallback = (observer: Observer) => void | Promise<void>;

/** Longest wait for one callback, milliseconds, where the reader sets no shorter one. */
export const CALLBACK_TIMEOUT_MILLIS = 5_000;

/** What one collection has observed. */
export type Observations = Map<Series, number>;

/** One call of a callback. */
interface Call {
  /** What it has reported so far. */
  readonly own: Observations;
  /** Its answer; `undefined` where it answered at once. */
  settled: Promise<void> | undefined;
  /** Whether it may still report: until it has answered, or was late. */
  isOpen: boolean;
}

/** What was last reported of a series to one reader. */
interface Reported {
  readonly total: number;
  /** Wall-clock time, ms, since which the total counts. */
  readonly startMillis: number;
}

/**
 * An observable instrument at run time: its callbacks are called once per collection of each
 * reader. A callback that throws or does not answer in time loses its own values of this
 * collection, and nothing else.
 *
 * Source: OpenTelemetry metrics SDK, "Asynchronous instruments"; of several values for one
 * attribute set the last is taken, and values that the cardinality guard puts together are added.
 */
export class ObservableInstrument {
  readonly refusals: Refusals;
  readonly index: SeriesIndex;
  private readonly callbacks = new Set<ObservableCallback>();
  /** Calls that have not been answered yet, by reader. */
  private readonly running = new Map<number, Map<ObservableCallback, Call>>();
  private readonly readers: ReaderStates;
  private readonly reported = new Map<number, Map<Series, Reported>>();
  /** What the last reader that left was told: the next one goes on from there. */
  private left: ReadonlyMap<Series, Reported> = new Map();
  private readonly isSum: boolean;
  private readonly isMonotonic: boolean;
  private readonly least: number;
  /** Wall-clock time, ms, of the creation. */
  private readonly createdMillis: number;

  constructor(
    readonly declaration: InstrumentDeclaration,
    private readonly runtime: Runtime,
  ) {
    this.refusals = new Refusals(runtime, declaration.name);
    this.index = new SeriesIndex(declaration, lastValueAggregation, runtime, this.refusals);
    this.createdMillis = runtime.clock.now();
    this.readers = new ReaderStates(declaration.kind, this.createdMillis);
    // A total counts from before it was first observed: from the creation, or the collection before.
    this.index.seriesStartMillis = this.createdMillis;
    this.isSum = declaration.kind !== 'observableGauge';
    this.least = leastValue(declaration.kind);
    this.isMonotonic = declaration.kind === 'observableCounter';
  }

  addCallback(callback: ObservableCallback): void {
    this.callbacks.add(callback);
  }

  removeCallback(callback: ObservableCallback): void {
    this.callbacks.delete(callback);
  }

  attach(reader: ReaderHandle): void {
    this.reported.set(reader.slot, new Map(this.readers.haveCollected ? [] : this.left));
    // A total that is observed later counts from the creation all the same.
    this.readers.attach(reader, this.createdMillis);
    this.running.set(reader.slot, new Map());
  }

  /** Ends a reader, as `RegistryReader` says. */
  detach(slot: number): void {
    if (this.readers.get(slot)?.lastMillis !== undefined)
      this.left = this.reported.get(slot) ?? this.left;
    this.readers.detach(slot);
    this.reported.delete(slot);
    this.running.delete(slot);
  }

  /** Calls the callbacks for one reader. Never rejects; what went wrong is added to `errors`. */
  async observe(slot: number, timeoutMillis: number, errors: unknown[]): Promise<Observations> {
    const seen: Observations = new Map();
    const running = this.running.get(slot);
    if (running === undefined) return seen;
    await Promise.all(
      [...this.callbacks].map((callback) =>
        this.take(callback, running, seen, timeoutMillis, errors),
      ),
    );
    return seen;
  }

  /** Turns what was observed into points for one reader, with turns for others in between. */
  *collect(slot: number, seen: Observations, endMillis: number): Steps<MetricSnapshot | undefined> {
    const state = this.readers.get(slot);
    const reported = this.reported.get(slot);
    if (state === undefined || reported === undefined) return undefined;
    const { lastMillis } = state;
    const interval = intervalOf(state, endMillis);
    const isDelta = this.isSum && state.temporality === 'delta';
    const rows = new Rows(lastValueAggregation, endMillis, seen.size);
    for (const [series, total] of seen) {
      if (rows.starts.length % SERIES_PER_STEP === 0) yield;
      if (series.activity !== undefined) series.activity.millis = endMillis;
      const last = reported.get(series);
      // A growing total below the last one has started again from zero.
      const isReset = this.isMonotonic && last !== undefined && total < last.total;
      const begun = (isReset ? lastMillis : last?.startMillis) ?? series.startMillis;
      // The wall clock may have been set back; the start stays what it is from then on.
      const since = Math.min(begun, endMillis);
      reported.set(series, { total, startMillis: since });
      const value = isDelta && last !== undefined && !isReset ? total - last.total : total;
      rows.add(series, startOf(interval, since), Float64Array.of(value, 1), 0);
    }
    this.index.seriesStartMillis = endMillis;
    yield* this.index.retireIdle(endMillis, (series) => {
      if (seen.has(series)) return false;
      for (const others of this.reported.values()) others.delete(series);
      return true;
    });
    return { declaration: this.declaration, temporality: state.temporality, rows };
  }

  /** Takes what one callback reports, within the time given. Never rejects. */
  private async take(
    callback: ObservableCallback,
    running: Map<ObservableCallback, Call>,
    seen: Observations,
    timeoutMillis: number,
    errors: unknown[],
  ): Promise<void> {
    try {
      // Two collections of one reader at once share the answer.
      const call = running.get(callback) ?? this.call(callback, running);
      if (call.settled !== undefined) await this.within(timeoutMillis, call, call.settled);
      for (const [series, value] of call.own) this.put(seen, series, value);
    } catch (error) {
      errors.push(error);
      this.refusals.fail(`a callback failed (${messageOf(error)}).`);
    }
  }

  private call(callback: ObservableCallback, running: Map<ObservableCallback, Call>): Call {
    const call: Call = { own: new Map(), settled: undefined, isOpen: true };
    try {
      const answer = callback({
        observe: (value, attributes) => {
          if (call.isOpen) this.note(call.own, value, attributes);
        },
      });
      if (answer === undefined) return call;
      const settled = Promise.resolve(answer).finally(() => {
        call.isOpen = false;
        running.delete(callback);
      });
      // Nobody may be waiting any more when it fails.
      settled.catch(() => undefined);
      call.settled = settled;
      running.set(callback, call);
      return call;
    } finally {
      call.isOpen = call.settled !== undefined;
    }
  }

  /** Waits for a call's answer. Rejects where it failed or is late, now or since an earlier time. */
  private async within(timeoutMillis: number, call: Call, settled: Promise<void>): Promise<void> {
    const { name } = this.declaration;
    if (!call.isOpen) {
      throw new Error(`A callback of "${name}" has not answered an earlier collection yet.`);
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        call.isOpen = false;
        reject(new Error(`A callback of "${name}" did not answer within ${timeoutMillis} ms.`));
      }, timeoutMillis);
      timer.unref?.();
    });
    try {
      await Promise.race([settled, deadline]);
    } finally {
      clearTimeout(timer);
    }
  }

  private note(own: Observations, value: unknown, attributes: Attributes | undefined): void {
    if (typeof value !== 'number' || !(value >= this.least && value <= Number.MAX_VALUE)) {
      this.refusals.dropValue(value);
      return;
    }
    const series = this.index.find(attributes ?? {});
    if (series === undefined) return;
    // From now on: another reader may retire what is idle before this one collects.
    if (series.activity !== undefined) series.activity.millis = this.runtime.clock.now();
    this.put(own, series, value);
  }

  /** The last value counts, but totals that share a series for want of places are added up. */
  private put(into: Observations, series: Series, value: number): void {
    const isShared =
      series === this.index.overflow || Object.values(series.attributes).includes(OTHER);
    into.set(series, this.isSum && isShared ? clamp((into.get(series) ?? 0) + value) : value);
  }
}

/** What an error says; never a throwing `toString`. */
function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.message) : show(error);
  } catch {
    return 'it cannot be shown';
  }
}
