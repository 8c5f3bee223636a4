import type { Attributes, InstrumentDeclaration } from '../declare/index.js';
import type { Aggregation } from './aggregation.js';
import { Base2HistogramAggregation } from './base2-histogram.js';
import { GAP } from './exemplars.js';
import { ExplicitHistogramAggregation } from './explicit-histogram.js';
import { leastValue, Refusals, type Runtime } from './runtime.js';
import { Sampler } from './sampler.js';
import { lastValueAggregation, sumAggregation } from './scalar-aggregations.js';
import type { Series } from './series.js';
import type { SeriesIndex } from './series-index.js';
import { SyncStorage } from './sync-storage.js';

/** How the measurements of an instrument are aggregated. */
function aggregationOf({ kind, buckets }: InstrumentDeclaration): Aggregation {
  if (buckets?.type === 'explicit') return new ExplicitHistogramAggregation(buckets.boundaries);
  if (buckets?.type === 'base2') return new Base2HistogramAggregation(buckets.maxSize);
  return kind === 'gauge' ? lastValueAggregation : sumAggregation;
}

const NO_ATTRIBUTES: Attributes = Object.freeze({});

/**
 * What the synchronous instruments share: the check of the value, the way to the series, and the
 * row that takes the measurement. A value is checked in this one place, for every kind.
 */
export abstract class SyncInstrument {
  readonly refusals: Refusals;
  readonly storage: SyncStorage;
  readonly aggregation: Aggregation;
  private readonly index: SeriesIndex;
  private readonly sampler: Sampler | undefined;
  /** Least value allowed: 0, or none. */
  private readonly least: number;

  constructor(
    readonly declaration: InstrumentDeclaration,
    readonly runtime: Runtime,
  ) {
    this.refusals = new Refusals(runtime, declaration.name);
    this.aggregation = aggregationOf(declaration);
    this.storage = new SyncStorage(declaration, this.aggregation, runtime, this.refusals);
    this.index = this.storage.index;
    this.sampler =
      declaration.sampleOneIn > 1
        ? new Sampler(declaration.sampleOneIn, runtime.random)
        : undefined;
    this.least = leastValue(declaration.kind);
  }

  /** Takes one measurement. Never throws, unless the registry is strict; never blocks. */
  protected measure(value: number, attributes: Attributes = NO_ATTRIBUTES): void {
    const weight = this.weigh(value);
    if (weight === 0) return;
    const series = this.index.find(attributes);
    if (series !== undefined) this.update(series, value, weight);
  }

  /** The same for a series that is looked up once. */
  measureBound(value: number, binding: Binding): void {
    const weight = this.weigh(value);
    if (weight === 0) return;
    const series =
      binding.generation === this.index.generation ? binding.series : this.rebind(binding);
    if (series !== undefined) this.update(series, value, weight);
  }

  /**
   * Remembers attributes, and those of the context at this moment, for {@link measureBound}. The
   * series is made by the first measurement, so that binding alone takes no place.
   */
  makeBinding(attributes: Attributes = NO_ATTRIBUTES): Binding {
    return { attributes: this.index.complete(attributes), series: undefined, generation: -1 };
  }

  /** For how many measurements the value stands: 1, by sampling more or 0; 0 when it is dropped. */
  private weigh(value: number): number {
    // The comparisons are false for NaN; the type comes first, since comparing a symbol throws.
    if (typeof value !== 'number' || !(value >= this.least && value <= Number.MAX_VALUE)) {
      this.refusals.dropValue(value);
      return 0;
    }
    return this.sampler === undefined ? 1 : this.sampler.weight();
  }

  private update(series: Series, value: number, weight: number): void {
    const slot = this.aggregation.update(series.row, series.at, value, weight);
    if (slot < 0) {
      this.refusals.drop('sum_overflow', `adding ${value} would take the sum out of range.`);
      return;
    }
    // The countdown of the slot: a look is seldom due (npm run bench, "bound series").
    const { looks } = series.block;
    if (looks === undefined) return;
    const place = series.at + slot;
    const left = looks[place] as number;
    if ((left & GAP) === 0) series.block.exemplars?.look(series.at, slot, value);
    else looks[place] = left - 1;
  }

  /**
   * Looks the series up, at first and after every retirement: it may have lost its place, or may
   * have found one. What was dropped is looked up, and so counted, every time.
   */
  private rebind(binding: Binding): Series | undefined {
    binding.series = this.index.findCompleted(binding.attributes);
    binding.generation = binding.series === undefined ? -1 : this.index.generation;
    return binding.series;
  }
}

/** A series that is looked up once. */
export interface Binding {
  readonly attributes: Attributes;
  series: Series | undefined;
  generation: number;
}
