import { type Aggregation, type Base2Value, clamp } from './aggregation.js';
import { BASE2_EXEMPLARS } from './exemplars.js';

/** Offsets of a row's header; the bucket counts follow it, each at {@link slotOf} its index. */
export const COUNT = 0;
export const SUM = 1;
export const MIN = 2;
export const MAX = 3;
export const ZERO_COUNT = 4;
export const SCALE = 5;
export const LOW = 6;
export const HIGH = 7;
export const HEADER = 8;

/** The finest scale; a histogram starts there and coarsens as its range grows. */
const MAX_SCALE = 20;
const MIN_NORMAL = 2 ** -1022;
const MIN_EXPONENT = -1022;
const MAX_EXPONENT = 1023;

/** Reads the exponent bits of a double. Shared: every use is over before the next begins. */
const bits = new DataView(new ArrayBuffer(8));
/** Counts on their way from one scale to the next. Shared for the same reason. */
const scratch = new Float64Array(160);

/**
 * Index of the bucket of a positive value: the largest i with `2 ** (i / 2 ** scale) < value`.
 *
 * Source: OpenTelemetry metrics data model, "Exponential Histogram", "Producer expectations".
 */
export function base2Index(value: number, scale: number): number {
  if (value < MIN_NORMAL) value = MIN_NORMAL;
  bits.setFloat64(0, value);
  const high = bits.getUint32(0);
  const exponent = ((high >>> 20) & 0x7ff) - 1023;
  const isPowerOfTwo = (high & 0xfffff) === 0 && bits.getUint32(4) === 0;
  if (scale <= 0) return (exponent - (isPowerOfTwo ? 1 : 0)) >> -scale;
  // The logarithm of an exact power of two may come out on either side of its bound.
  if (isPowerOfTwo) return exponent * 2 ** scale - 1;
  const index = Math.floor(Math.log(value) * Math.LOG2E * 2 ** scale);
  return Math.max(MIN_EXPONENT * 2 ** scale, Math.min((MAX_EXPONENT + 1) * 2 ** scale - 1, index));
}

/** Where the count of a bucket is, behind the header of a row. */
export function slotOf(index: number, maxSize: number): number {
  const remainder = index % maxSize;
  return remainder < 0 ? remainder + maxSize : remainder;
}

/**
 * A base-2 exponential histogram. The buckets from `low` to `high` lie in the row as in a ring, at
 * `index mod maxSize`: as long as they are at most `maxSize` apart no two meet, and a range that
 * moves or grows moves nothing. When it would grow past that, neighbours are joined and the scale
 * falls by one, until it fits. Values are never negative, so there is one range.
 *
 * Source: OpenTelemetry metrics SDK, "Base2 Exponential Bucket Histogram Aggregation".
 */
export class Base2HistogramAggregation implements Aggregation {
  readonly stride: number;

  constructor(private readonly maxSize: number) {
    this.stride = HEADER + maxSize;
  }

  reset(row: Float64Array, at: number): void {
    row.fill(0, at, at + this.stride);
    row[at + MIN] = Number.POSITIVE_INFINITY;
    row[at + MAX] = Number.NEGATIVE_INFINITY;
    row[at + SCALE] = MAX_SCALE;
    row[at + HIGH] = -1;
  }

  update(row: Float64Array, at: number, value: number, weight: number): number {
    const sum = (row[at + SUM] as number) + value * weight;
    if (sum === Number.POSITIVE_INFINITY) return -1;
    row[at + SUM] = sum;
    (row[at + COUNT] as number) += weight;
    if (value < (row[at + MIN] as number)) row[at + MIN] = value;
    if (value > (row[at + MAX] as number)) row[at + MAX] = value;
    if (value === 0) {
      (row[at + ZERO_COUNT] as number) += weight;
      return 0;
    }
    let index = base2Index(value, row[at + SCALE] as number);
    const change = this.widen(row, at, index, index);
    // Rounding in the logarithm can differ between scales; the shifted index is the one that was
    // made room for.
    index >>= change;
    const slot = slotOf(index, this.maxSize);
    (row[at + HEADER + slot] as number) += weight;
    return slot % BASE2_EXEMPLARS;
  }

  merge(into: Float64Array, intoAt: number, from: Float64Array, fromAt: number): void {
    (into[intoAt + COUNT] as number) += from[fromAt + COUNT] as number;
    (into[intoAt + ZERO_COUNT] as number) += from[fromAt + ZERO_COUNT] as number;
    into[intoAt + SUM] = clamp((into[intoAt + SUM] as number) + (from[fromAt + SUM] as number));
    into[intoAt + MIN] = Math.min(into[intoAt + MIN] as number, from[fromAt + MIN] as number);
    into[intoAt + MAX] = Math.max(into[intoAt + MAX] as number, from[fromAt + MAX] as number);
    const low = from[fromAt + LOW] as number;
    const high = from[fromAt + HIGH] as number;
    if (high < low) return;
    const fromScale = from[fromAt + SCALE] as number;
    const coarser = (into[intoAt + SCALE] as number) - fromScale;
    if (coarser > 0) this.downscale(into, intoAt, coarser);
    const shift = Math.max(0, -coarser);
    const change = shift + this.widen(into, intoAt, low >> shift, high >> shift);
    for (let index = low; index <= high; index++) {
      (into[this.slot(intoAt, index >> change)] as number) += from[
        this.slot(fromAt, index)
      ] as number;
    }
  }

  activity(row: Float64Array, at: number): number {
    return row[at + COUNT] as number;
  }

  read(row: Float64Array, at: number): Base2Value {
    const low = row[at + LOW] as number;
    const high = row[at + HIGH] as number;
    const isEmpty = high < low;
    return {
      count: row[at + COUNT] as number,
      sum: row[at + SUM] as number,
      min: row[at + MIN] as number,
      max: row[at + MAX] as number,
      zeroCount: row[at + ZERO_COUNT] as number,
      // Zeros alone say nothing of a scale.
      scale: isEmpty ? 0 : (row[at + SCALE] as number),
      offset: isEmpty ? 0 : low,
      counts: isEmpty
        ? []
        : Array.from({ length: high - low + 1 }, (_, i) => row[this.slot(at, low + i)] as number),
    };
  }

  private slot(at: number, index: number): number {
    return at + HEADER + slotOf(index, this.maxSize);
  }

  /** Makes room for the buckets `from` to `to`; returns by how much the scale fell for it. */
  private widen(row: Float64Array, at: number, from: number, to: number): number {
    const isEmpty = (row[at + HIGH] as number) < (row[at + LOW] as number);
    let low = isEmpty ? from : Math.min(from, row[at + LOW] as number);
    let high = isEmpty ? to : Math.max(to, row[at + HIGH] as number);
    let change = 0;
    while (high - low >= this.maxSize) {
      low >>= 1;
      high >>= 1;
      change++;
    }
    if (change > 0) this.downscale(row, at, change);
    row[at + LOW] = low;
    row[at + HIGH] = high;
    return change;
  }

  /** Joins each run of `2 ** change` neighbours into one bucket. Cold: a few times in a life. */
  private downscale(row: Float64Array, at: number, change: number): void {
    (row[at + SCALE] as number) -= change;
    const low = row[at + LOW] as number;
    const high = row[at + HIGH] as number;
    if (high < low) return;
    for (let index = low; index <= high; index++)
      scratch[index - low] = row[this.slot(at, index)] as number;
    row.fill(0, at + HEADER, at + this.stride);
    for (let index = low; index <= high; index++) {
      (row[this.slot(at, index >> change)] as number) += scratch[index - low] as number;
    }
    row[at + LOW] = low >> change;
    row[at + HIGH] = high >> change;
  }
}
