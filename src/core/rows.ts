import type { AttributeValue } from '../declare/index.js';
import type { Aggregation, PointValue } from './aggregation.js';
import type { Exemplar } from './exemplars.js';

/** Rows that lie in one array. */
const CHUNK = 256;

/**
 * The rows of an instrument as one reader has found them: a compact copy, so that nothing is built
 * for a series but what it is exported as. Of a row that has been added nothing changes any more.
 */
export class Rows {
  /**
   * Kept for its shape: V8 throws optimised code away together with the last object of a shape that
   * it was made for, and between two exports there may be no rows at all (npm run bench, "encode").
   */
  static readonly shape: Rows = new Rows({ stride: 0 } as Aggregation, Number.NaN, 0);
  length = 0;
  /** Of each row; shared between collections: read them, do not change them. */
  readonly attributes: Readonly<Record<string, AttributeValue>>[] = [];
  /** Start of each row, wall-clock ms since the Unix epoch; never after the end. */
  readonly starts: number[] = [];
  /** Of the rows that have any. */
  readonly exemplars: Map<number, readonly Exemplar[]> = new Map();
  private readonly chunks: Float64Array[] = [];

  constructor(
    readonly aggregation: Aggregation,
    /** End of all of them, wall-clock ms since the Unix epoch. */
    readonly endMillis: number,
    /** How many there are at most: no more memory is taken than that. */
    private readonly most: number,
  ) {}

  /** Copies a row. */
  add(
    attributes: Readonly<Record<string, AttributeValue>>,
    startMillis: number,
    from: Float64Array,
    fromAt: number,
    exemplars?: readonly Exemplar[] | undefined,
  ): void {
    const i = this.length++;
    const { stride } = this.aggregation;
    if (i % CHUNK === 0)
      this.chunks.push(new Float64Array(Math.min(CHUNK, this.most - i) * stride));
    const into = this.numbers(i);
    const at = this.at(i);
    for (let n = 0; n < stride; n++) into[at + n] = from[fromAt + n] as number;
    this.attributes.push(attributes);
    this.starts.push(startMillis);
    if (exemplars !== undefined) this.exemplars.set(i, exemplars);
  }

  /** The array in which a row lies; it begins {@link at} that place. */
  numbers(i: number): Float64Array {
    return this.chunks[(i / CHUNK) | 0] as Float64Array;
  }

  at(i: number): number {
    return (i % CHUNK) * this.aggregation.stride;
  }

  value(i: number): PointValue {
    return this.aggregation.read(this.numbers(i), this.at(i));
  }
}
