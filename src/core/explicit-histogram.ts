import { type Aggregation, clamp, type HistogramValue } from './aggregation.js';
import { BucketTree } from './bucket-tree.js';

/**
 * A histogram with explicit boundaries. Layout of a row: one count per bucket, then sum, min, max.
 * The total count is not kept: it is the sum of the buckets, and so can never disagree with them.
 *
 * Source: OpenTelemetry metrics SDK, "Explicit Bucket Histogram Aggregation" (upper bounds
 * inclusive).
 */
export class ExplicitHistogramAggregation implements Aggregation {
  readonly stride: number;
  private readonly sumAt: number;
  private readonly tree: BucketTree;

  constructor(private readonly boundaries: readonly number[]) {
    this.sumAt = boundaries.length + 1;
    this.stride = boundaries.length + 4;
    this.tree = new BucketTree(boundaries);
  }

  reset(row: Float64Array, at: number): void {
    row.fill(0, at, at + this.sumAt + 1);
    row[at + this.sumAt + 1] = Number.POSITIVE_INFINITY;
    row[at + this.sumAt + 2] = Number.NEGATIVE_INFINITY;
  }

  update(row: Float64Array, at: number, value: number, weight: number): number {
    const sumAt = at + this.sumAt;
    const sum = (row[sumAt] as number) + value * weight;
    if (sum === Number.POSITIVE_INFINITY) return -1;
    const bucket = this.tree.bucketOf(value);
    (row[at + bucket] as number) += weight;
    row[sumAt] = sum;
    if (value < (row[sumAt + 1] as number)) row[sumAt + 1] = value;
    if (value > (row[sumAt + 2] as number)) row[sumAt + 2] = value;
    return bucket;
  }

  merge(into: Float64Array, intoAt: number, from: Float64Array, fromAt: number): void {
    for (let i = 0; i < this.sumAt; i++) (into[intoAt + i] as number) += from[fromAt + i] as number;
    const sum = intoAt + this.sumAt;
    const fromSum = fromAt + this.sumAt;
    into[sum] = clamp((into[sum] as number) + (from[fromSum] as number));
    into[sum + 1] = Math.min(into[sum + 1] as number, from[fromSum + 1] as number);
    into[sum + 2] = Math.max(into[sum + 2] as number, from[fromSum + 2] as number);
  }

  activity(row: Float64Array, at: number): number {
    let count = 0;
    for (let i = at; i < at + this.sumAt; i++) count += row[i] as number;
    return count;
  }

  read(row: Float64Array, at: number): HistogramValue {
    const sum = at + this.sumAt;
    const counts: number[] = [];
    let count = 0;
    // One loop and no `Array.from`, which took most of a collection (npm run bench, "collect").
    for (let i = at; i < sum; i++) {
      const inBucket = row[i] as number;
      counts.push(inBucket);
      count += inBucket;
    }
    return {
      count,
      sum: row[sum] as number,
      min: row[sum + 1] as number,
      max: row[sum + 2] as number,
      counts,
      boundaries: this.boundaries,
    };
  }
}
