import type { Health, InstrumentCardinality } from '../../src/index.js';
import type { Accumulator } from '../received/accumulator.js';
import { BY_ENDPOINT, BY_MODEL, type Figures, figuresOf } from './figures.js';

/** A group's figures and how often it comes. */
export interface RatedFigures extends Figures {
  /** Requests or calls per second. */
  readonly rate: number;
}

/** How many series an instrument has, and which limit it has met. */
export interface SeriesCount {
  readonly instrument: string;
  readonly series: number;
  readonly maxSeries: number;
  /** What went past `maxSeries` is counted in the overflow series. */
  readonly isOverflowing: boolean;
  /** Attributes whose further values are counted as `_OTHER`. */
  readonly saturatedAttributes: readonly string[];
}

/** What an instrument could not record. */
export interface DropCount {
  readonly instrument: string;
  /** Measurements by reason. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Undeclared attributes that were left out of measurements that were kept. */
  readonly undeclaredAttributes: number;
}

/** Everything that the view shows, as plain data. */
export interface Report {
  readonly endpoints: readonly RatedFigures[];
  readonly models: readonly RatedFigures[];
  readonly series: readonly SeriesCount[];
  readonly dropped: readonly DropCount[];
}

/** Puts together what was received and what the SDK says of itself. */
export function makeReport(
  received: Accumulator,
  cardinality: readonly InstrumentCardinality[],
  health: Pick<Health, 'dropped'>,
  rateOf: (figures: Figures) => number,
): Report {
  const rated = (figures: readonly Figures[]) =>
    figures.map((one) => ({ ...one, rate: rateOf(one) }));
  return {
    endpoints: rated(figuresOf(received, BY_ENDPOINT)),
    models: rated(figuresOf(received, BY_MODEL)),
    series: cardinality
      .filter(({ series }) => series > 0)
      .map(({ instrument, series, maxSeries, isOverflowing, attributes }) => ({
        instrument,
        series,
        maxSeries,
        isOverflowing,
        saturatedAttributes: attributes.filter((one) => one.isSaturated).map((one) => one.key),
      })),
    dropped: health.dropped
      .map(({ instrument, measurements, undeclaredAttributes }) => ({
        instrument,
        reasons: { ...measurements } as Record<string, number>,
        undeclaredAttributes,
      }))
      .filter((one) => Object.keys(one.reasons).length > 0 || one.undeclaredAttributes > 0),
  };
}
