import type { AttributeValue } from '../declare/index.js';
import type { Aggregation } from './aggregation.js';
import type { Exemplar } from './exemplars.js';
import type { Series } from './series.js';

/** Rows that lie in one array, as a power of two. */
const CHUNK_BITS = 8;
const CHUNK = 256;

/**
 * The rows of an instrument as one reader has found them: a compact copy, so that nothing is built
 * for a series but what it is exported as. Of a row that has been added nothing changes any more.
 */
export class Rows {
  /** Of each row; shared between collections: read them, do not change them. */
  readonly attributes: Readonly<Record<string, AttributeValue>>[] = [];
  /** Start of each row, as many as there are, wall-clock ms since the Unix epoch; never after the end. */
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
    { attributes }: Series,
    startMillis: number,
    from: Float64Array,
    fromAt: number,
    exemplars?: readonly Exemplar[] | undefined,
  ): void {
    const i = this.attributes.push(attributes) - 1;
    this.starts.push(startMillis);
    if (exemplars !== undefined) this.exemplars.set(i, exemplars);
    const { stride } = this.aggregation;
    const at = this.at(i);
    if (at === 0) this.chunks.push(new Float64Array(Math.min(CHUNK, this.most - i) * stride));
    const into = this.numbers(i);
    for (let n = 0; n < stride; n++) into[at + n] = from[fromAt + n] as number;
  }

  /** The array in which a row lies; it begins {@link at} that place. */
  numbers(i: number): Float64Array {
    return this.chunks[i >> CHUNK_BITS] as Float64Array;
  }

  at(i: number): number {
    return (i % CHUNK) * this.aggregation.stride;
  }
}
