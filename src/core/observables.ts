import { type Attributes, type InstrumentDeclaration, OTHER } from '../declare/index.js';
import { type ReaderHandle, ReaderStates, startOf } from './readers.js';
import { leastValue, Refusals, type Runtime } from './runtime.js';
import { lastValueAggregation } from './scalar-aggregations.js';
import type { Series } from './series.js';
import { SeriesIndex } from './series-index.js';
import type { MetricSnapshot, Point } from './snapshot.js';

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
type Observations = Map<Series, number>;

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
  /** Callbacks that have not answered yet, by reader. */
  private readonly running = new Map<number, Set<ObservableCallback>>();
  private readonly readers: ReaderStates;
  private readonly reported = new Map<number, Map<Series, Reported>>();
  private readonly isSum: boolean;
  private readonly isMonotonic: boolean;
  private readonly least: number;

  constructor(
    readonly declaration: InstrumentDeclaration,
    private readonly runtime: Runtime,
  ) {
    this.refusals = new Refusals(runtime, declaration.name);
    this.index = new SeriesIndex(declaration, lastValueAggregation, runtime, this.refusals);
    this.readers = new ReaderStates(declaration.kind, runtime.clock.now());
    // A total counts from before it was first observed: from the creation, or the collection before.
    this.index.seriesStartMillis = runtime.clock.now();
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

  attach(reader: ReaderHandle, nowMillis: number): void {
    this.readers.attach(reader, nowMillis);
    this.reported.set(reader.slot, new Map());
    this.running.set(reader.slot, new Set());
  }

  detach(slot: number): void {
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
        this.call(callback, running, seen, timeoutMillis, errors),
      ),
    );
    return seen;
  }

  /** Turns what was observed into points for one reader. */
  collect(slot: number, seen: Observations, endMillis: number): MetricSnapshot | undefined {
    const state = this.readers.get(slot);
    const reported = this.reported.get(slot);
    if (state === undefined || reported === undefined) return undefined;
    const isDelta = this.isSum && state.temporality === 'delta';
    const points: Point[] = [];
    for (const [series, total] of seen) {
      series.activeMillis = endMillis;
      const last = reported.get(series);
      // A growing total below the last one has started again from zero.
      const isReset = this.isMonotonic && last !== undefined && total < last.total;
      const since = (isReset ? state.lastMillis : last?.startMillis) ?? series.startMillis;
      reported.set(series, { total, startMillis: since });
      points.push({
        attributes: series.attributes,
        startMillis: startOf(state, since, endMillis),
        endMillis,
        value: isDelta && last !== undefined && !isReset ? total - last.total : total,
      });
    }
    state.lastMillis = endMillis;
    this.index.seriesStartMillis = endMillis;
    this.retireUnseen(seen, endMillis);
    return points.length === 0
      ? undefined
      : { declaration: this.declaration, temporality: state.temporality, points };
  }

  private async call(
    callback: ObservableCallback,
    running: Set<ObservableCallback>,
    seen: Observations,
    timeoutMillis: number,
    errors: unknown[],
  ): Promise<void> {
    const { name } = this.declaration;
    if (running.has(callback)) {
      errors.push(
        new Error(
          `A callback of "${name}" has not answered the last collection yet; it was left out.`,
        ),
      );
      return;
    }
    const own: Observations = new Map();
    let isOpen = true;
    const observer: Observer = {
      observe: (value, attributes) => {
        if (isOpen) this.note(own, value, attributes);
      },
    };
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      const answer = callback(observer);
      if (answer !== undefined) {
        running.add(callback);
        const settled = Promise.resolve(answer).finally(() => running.delete(callback));
        const deadline = new Promise<never>((_, reject) => {
          timer = setTimeout(
            () =>
              reject(
                new Error(`A callback of "${name}" did not answer within ${timeoutMillis} ms.`),
              ),
            timeoutMillis,
          );
          timer.unref?.();
        });
        settled.catch(() => undefined);
        await Promise.race([settled, deadline]);
      }
      for (const [series, value] of own) this.put(seen, series, value);
    } catch (error) {
      errors.push(error);
      this.runtime.warn(
        `A callback of "${name}" failed, its values are missing from this collection: ${String(error)}`,
      );
    } finally {
      isOpen = false;
      clearTimeout(timer);
    }
  }

  private note(own: Observations, value: unknown, attributes: Attributes | undefined): void {
    if (typeof value !== 'number' || !(value >= this.least && value <= Number.MAX_VALUE)) {
      this.refusals.dropValue(value);
      return;
    }
    const series = this.index.find(attributes ?? {});
    if (series !== undefined) this.put(own, series, value);
  }

  /** The last value counts, but totals that share a series for want of places are added up. */
  private put(into: Observations, series: Series, value: number): void {
    const isShared =
      series === this.index.overflow || Object.values(series.attributes).includes(OTHER);
    into.set(series, this.isSum && isShared ? (into.get(series) ?? 0) + value : value);
  }

  private retireUnseen(seen: Observations, nowMillis: number): void {
    const idleMillis = (this.declaration.idleSeconds ?? Number.POSITIVE_INFINITY) * 1_000;
    for (const series of [...this.index.list]) {
      if (series.isPermanent || seen.has(series) || nowMillis - series.activeMillis < idleMillis)
        continue;
      this.index.retire(series);
      for (const reported of this.reported.values()) reported.delete(series);
    }
  }
}
