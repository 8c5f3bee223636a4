import type { Temporality } from '../otlp/types.js';

/** What came of a point: what has been added since the one before. */
export interface Increment {
  readonly count: number;
  readonly sum: number;
  /** None for a counter. */
  readonly buckets: ArrayLike<number>;
}

/** Spans of deltas that are remembered, to know one that is sent twice. */
const REMEMBERED = 8;

const NOTHING: readonly number[] = [];

/**
 * Turns the points of one series into what each of them adds. A delta is that, unless it comes a second time.
 * Of cumulative points it is what they grew by; all of it after a restart, which the start tells, or a
 * smaller count.
 */
export class Stream {
  private readonly spans: number[] = [];
  private start = 0;
  private time = Number.NEGATIVE_INFINITY;
  private count = 0;
  private sum = 0;
  private buckets: ArrayLike<number> = NOTHING;

  constructor(
    /**
     * When the store began, ms: what a series has counted since a later start has been missed by nobody, so
     * its first point counts in full.
     */
    private readonly since: number,
  ) {}

  /** What the point adds; `undefined` for one that has been here before, or too late. */
  increment(
    temporality: Temporality,
    start: number,
    time: number,
    point: Increment,
  ): Increment | undefined {
    return temporality === 'delta'
      ? this.delta(start, time, point)
      : this.cumulative(start, time, point);
  }

  /** Puts the buckets of the last cumulative point in other places, as those of the history are. */
  rebucket(place: (buckets: ArrayLike<number>) => ArrayLike<number>): void {
    if (this.buckets.length > 0) this.buckets = place(this.buckets);
  }

  private delta(start: number, time: number, point: Increment): Increment | undefined {
    for (let i = 0; i < this.spans.length; i += 2) {
      if (this.spans[i] === start && this.spans[i + 1] === time) return undefined;
    }
    if (this.spans.length >= REMEMBERED * 2) this.spans.splice(0, 2);
    this.spans.push(start, time);
    return point;
  }

  private cumulative(start: number, time: number, point: Increment): Increment | undefined {
    if (time <= this.time) return undefined;
    const isFirst = this.time === Number.NEGATIVE_INFINITY;
    const isRestart = !isFirst && ((start > this.start && start !== 0) || point.count < this.count);
    const before = { count: this.count, sum: this.sum, buckets: this.buckets };
    const { count, sum, buckets } = point;
    Object.assign(this, { start, time, count, sum, buckets });
    if (isFirst) return start >= this.since ? point : { count: 0, sum: 0, buckets: NOTHING };
    if (isRestart) return point;
    return {
      count: count - before.count,
      sum: sum - before.sum,
      buckets:
        buckets.length === 0 || before.buckets.length !== buckets.length
          ? buckets
          : Float64Array.from(buckets, (it, i) => it - (before.buckets[i] ?? 0)),
    };
  }
}
