/** A histogram point with explicit boundaries. */
export interface HistogramValue {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  /** One count more than there are boundaries: the last is of what lies above them all. */
  readonly counts: readonly number[];
  readonly boundaries: readonly number[];
}

/**
 * A base-2 exponential histogram point. The bucket `offset + i` holds the values above
 * `2 ** ((offset + i) / 2 ** scale)` up to the next such bound, inclusive.
 */
export interface Base2Value {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly zeroCount: number;
  readonly scale: number;
  readonly offset: number;
  readonly counts: readonly number[];
}

/** What a point carries: a number for sums and gauges, otherwise a distribution. */
export type PointValue = number | HistogramValue | Base2Value;

/**
 * How measurements of one series become numbers in a row of a flat array. Stateless: one object
 * serves every series of an instrument, and a row is `stride` numbers from `at`.
 */
export interface Aggregation {
  /** Numbers in a row. */
  readonly stride: number;
  /** Makes the row that of a series without measurements. */
  reset(row: Float64Array, at: number): void;
  /**
   * Adds one measurement that stands for `weight` of them. Returns which of the row's exemplars it
   * may be, counted from 0; or -1, with the row unchanged, where the sum would leave the range of a
   * double.
   */
  update(row: Float64Array, at: number, value: number, weight: number): number;
  /** Adds the row `from` to the row `into`. */
  merge(into: Float64Array, intoAt: number, from: Float64Array, fromAt: number): void;
  /** A number that grows with each measurement since the last reset; 0 without any. */
  activity(row: Float64Array, at: number): number;
  /** The row as a point's value. */
  read(row: Float64Array, at: number): PointValue;
}

/** Keeps a merged sum in the range of a double, where a single update would be refused. */
export function clamp(sum: number): number {
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, sum));
}
