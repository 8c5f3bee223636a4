import type { InstrumentDeclaration, RegistryDeclaration } from '../declare/index.js';
import { noteReader } from './copies.js';
import type { ActiveTrace } from './exemplars.js';
import { SyncInstrument } from './instrument.js';
import { GaugeInstrument, HistogramInstrument, SumInstrument } from './instruments.js';
import { CALLBACK_TIMEOUT_MILLIS, ObservableInstrument, type Observations } from './observables.js';
import type { ReaderHandle } from './readers.js';
import { type DropReason, Runtime, type RuntimeOptions } from './runtime.js';
import { atOnce, inSlices, type Steps } from './slices.js';
import type { MetricSnapshot, Snapshot } from './snapshot.js';
import type { SyncStorage } from './sync-storage.js';
import type { TemporalityPreference } from './temporality.js';
import { type InstrumentUsage, usageOf } from './usage.js';

/** An instrument at run time. */
export type CoreInstrument =
  | SumInstrument
  | GaugeInstrument
  | HistogramInstrument
  | ObservableInstrument;

/** How full one instrument is. */
export interface InstrumentCardinality {
  /** Exported name. */
  readonly instrument: string;
  /** Series there are now, the overflow series not counted. */
  readonly series: number;
  readonly maxSeries: number;
  /** Whether measurements have gone to the overflow series. */
  readonly isOverflowing: boolean;
  readonly attributes: readonly {
    readonly key: string;
    /** Distinct values among the series there are. */
    readonly values: number;
    readonly maxValues: number | undefined;
    /** Whether values have become `_OTHER`. */
    readonly isSaturated: boolean;
  }[];
}

/** What one instrument could not record. */
export interface InstrumentDrops {
  /** Exported name. */
  readonly instrument: string;
  /** Measurements dropped, by reason. */
  readonly measurements: Partial<Record<DropReason, number>>;
  /** Undeclared attributes left out of measurements that were kept. */
  readonly undeclaredAttributes: number;
}

/** Most time for the callbacks, ms. */
export interface CollectTimeout {
  readonly timeoutMillis?: number | undefined;
}

/**
 * A collection under way. What it has read is nobody else's any more, so whoever has it must see it to
 * its end: in slices, or at once where the process is about to end.
 */
export interface Collection {
  readonly steps: Steps<Snapshot>;
  /** To be called when it goes on after a turn for others. */
  onTurn(): void;
}

/** One reader of a registry. */
export interface RegistryReader {
  /**
   * Reads everything there is for this reader, callbacks first. Never rejects, and takes no longer
   * than the time given for the callbacks.
   */
  collect(options?: CollectTimeout): Promise<Snapshot>;
  /** The same in the hands of who asks: it has called the callbacks, and reads as it is stepped. */
  begin(options?: CollectTimeout): Promise<Collection>;
  /** The same at once and without the callbacks, where the process is about to end. */
  collectNow(): Snapshot;
  /**
   * Ends the reader; its memory is freed. What it was given leaves with it: when the last reader is
   * gone, counters and histograms begin anew for the next one, with a start time of their own, so
   * that nothing is counted twice, whatever the next one calls itself. What no reader has collected
   * stays for it. Levels (upDownCounters and gauges) and the totals that callbacks report stay what
   * they are.
   *
   * A lone cumulative reader does not tell what it has collected from what has come in since, and
   * takes both along. To keep the rest, attach another before its last collection, and detach that
   * one last.
   */
  detach(): void;
}

function makeInstrument(declaration: InstrumentDeclaration, runtime: Runtime): CoreInstrument {
  switch (declaration.kind) {
    case 'histogram':
      return new HistogramInstrument(declaration, runtime);
    case 'gauge':
      return new GaugeInstrument(declaration, runtime);
    case 'counter':
    case 'upDownCounter':
      return new SumInstrument(declaration, runtime);
    default:
      return new ObservableInstrument(declaration, runtime);
  }
}

/** Where an instrument keeps its series. */
function storageOf(it: CoreInstrument): SyncStorage | ObservableInstrument {
  return it instanceof SyncInstrument ? it.storage : it;
}

/** The time that callbacks get of what the reader gives: so long that the rest still arrives. */
function callbackTimeout(given: number | undefined): number {
  return given !== undefined && given > 0
    ? Math.min(given, CALLBACK_TIMEOUT_MILLIS)
    : CALLBACK_TIMEOUT_MILLIS;
}

/** The instruments of one registry, their numbers and their readers. */
export class CoreRegistry {
  readonly runtime: Runtime;
  readonly instruments: Readonly<Record<string, CoreInstrument>>;
  private readonly all: readonly CoreInstrument[];
  private nextSlot = 0;

  constructor(
    readonly declaration: RegistryDeclaration,
    options: RuntimeOptions,
  ) {
    this.runtime = new Runtime(options);
    const entries = Object.entries(declaration.instruments);
    this.instruments = Object.freeze(
      Object.fromEntries(
        entries.map(([property, it]) => [property, makeInstrument(it, this.runtime)]),
      ),
    );
    this.all = Object.values(this.instruments);
    for (const it of this.all)
      if (it instanceof SumInstrument && it.declaration.seedZero) it.seedZeros();
  }

  /**
   * Adds a reader. It is given all that no reader has collected yet, or, for the test kit, only
   * what is recorded from now on.
   */
  attach(preference: TemporalityPreference, fromNow = false): RegistryReader {
    noteReader();
    const reader: ReaderHandle = { slot: this.nextSlot++, preference, fromNow };
    const nowMillis = this.runtime.clock.now();
    for (const it of this.all) storageOf(it).attach(reader, nowMillis);
    return {
      async collect(options) {
        const { steps, onTurn } = await this.begin(options);
        return inSlices(steps, onTurn);
      },
      begin: (options) => this.begin(reader.slot, callbackTimeout(options?.timeoutMillis)),
      collectNow: () => {
        const endMillis = this.runtime.clock.now();
        const metrics = atOnce(this.steps(reader.slot, [], () => endMillis));
        return { scope: this.declaration.scope, metrics, errors: [] };
      },
      detach: () => {
        for (const it of this.all) storageOf(it).detach(reader.slot);
      },
    };
  }

  /** Sets where exemplars find their trace, from here on; without it none are taken. */
  setTrace(trace: ActiveTrace | undefined): void {
    this.runtime.trace = trace;
    for (const it of this.all) if (it instanceof SyncInstrument) it.storage.index.pool.prepareAll();
  }

  /** The state of the cardinality guard, instrument by instrument. Walks all series: cold. */
  cardinality(): readonly InstrumentCardinality[] {
    return this.all.map((it) => {
      const { index } = storageOf(it);
      const { name, maxSeries, attributes } = it.declaration;
      const saturated = index.saturated();
      return {
        instrument: name,
        series: index.list.length - (index.overflow === undefined ? 0 : 1),
        maxSeries,
        isOverflowing: index.overflow !== undefined,
        attributes: [...index.distinctValues()].map(([key, values]) => ({
          key,
          values,
          maxValues: attributes[key]?.maxValues,
          isSaturated: saturated.includes(key),
        })),
      };
    });
  }

  /** What could not be recorded: instruments with something to report only. */
  dropped(): readonly InstrumentDrops[] {
    return this.all
      .map((it) => ({
        instrument: it.declaration.name,
        measurements: it.refusals.byReason(),
        undeclaredAttributes: it.refusals.undeclared,
      }))
      .filter((it) => it.undeclaredAttributes > 0 || Object.keys(it.measurements).length > 0);
  }

  /** What is declared and has never been recorded: instruments with something to report only. */
  usage(): readonly InstrumentUsage[] {
    return this.all
      .map((it) => usageOf(it.declaration, storageOf(it).index))
      .filter((it) => it !== undefined);
  }

  private async begin(slot: number, timeoutMillis: number): Promise<Collection> {
    const errors: unknown[] = [];
    const observed = await Promise.all(
      this.all.map((it) =>
        it instanceof ObservableInstrument ? it.observe(slot, timeoutMillis, errors) : undefined,
      ),
    );
    // From here to the end nothing waits: all instruments are read as of one moment, but for a
    // registry of very many series, which lets others have their turn.
    let endMillis = this.runtime.clock.now();
    return {
      steps: this.snapshot(
        errors,
        this.steps(slot, observed, () => endMillis),
      ),
      onTurn: () => {
        endMillis = this.runtime.clock.now();
      },
    };
  }

  private *snapshot(errors: readonly unknown[], steps: Steps<MetricSnapshot[]>): Steps<Snapshot> {
    return { scope: this.declaration.scope, metrics: yield* steps, errors };
  }

  private *steps(
    slot: number,
    observed: readonly (Observations | undefined)[],
    end: () => number,
  ): Steps<MetricSnapshot[]> {
    const metrics: MetricSnapshot[] = [];
    for (const [i, it] of this.all.entries()) {
      const snapshot =
        it instanceof ObservableInstrument
          ? yield* it.collect(slot, observed[i] ?? new Map(), end())
          : yield* it.storage.collect(slot, end());
      if (snapshot?.rows.starts.length) metrics.push(snapshot);
    }
    return metrics;
  }
}
