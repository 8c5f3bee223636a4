import type { DecodedExponentialPoint, Temporality } from '../otlp/types.js';
import { type Grid, gridBounds, gridCounts, gridOf, gridRow, wider } from './base2.js';
import type { Resource } from './resource.js';
import { Rows, type Shared } from './rows.js';
import { type Increment, Stream } from './stream.js';

/** Numbers of a row before its buckets: slot, count, sum. Of all but histograms: slot, value. */
export const BUCKETS_AT = 3;

/** Milliseconds of a slot. */
export const SLOT_MILLIS = 1_000;

/** When a point was measured, milliseconds, and in which slot that is. */
export interface When {
  readonly start: number;
  readonly time: number;
  readonly slot: number;
}

/** One attribute set of one instrument in one process, and what has come of it lately. */
export class Series {
  /** Upper bounds of a histogram's buckets, the last one left out: it has none. */
  bounds: readonly number[];
  rows: Rows;
  /** Wall-clock time, ms, at which the last point came. */
  lastSeen = 0;
  /**
   * Of a counter or a histogram the first slot of which is known what was measured, be it nothing: before are those
   * of which nobody told, and those that are forgotten.
   */
  knownFrom = Number.POSITIVE_INFINITY;
  private grid: Grid | undefined;
  private readonly stream: Stream;
  /** Of an up-down counter that is sent as deltas. */
  private level = 0;
  /** Slot and time of the last level: a later one of the same slot takes its place. */
  private levelSlot = 0;
  private levelTime = 0;

  constructor(
    readonly resource: Resource,
    readonly labels: Readonly<Record<string, string>>,
    bounds: readonly number[] | undefined,
    private readonly shared: Shared,
    /** What the series takes without its rows, roughly. */
    readonly ownBytes: number,
  ) {
    this.bounds = bounds ?? [];
    this.rows = new Rows(bounds === undefined ? 2 : BUCKETS_AT + bounds.length + 1, shared);
    this.stream = new Stream(shared);
  }

  /** A value that holds until the next one. */
  set({ time, slot }: When, value: number): void {
    if (slot === this.levelSlot && time < this.levelTime) return;
    const at = this.rows.rowFor(slot);
    this.rows.values[at + 1] = value;
    this.levelSlot = slot;
    this.levelTime = time;
  }

  /** A change of a level. */
  change({ start, time, slot }: When, by: number): void {
    if (this.stream.increment('delta', start, time, NOTHING) === undefined) return;
    this.level += by;
    const at = this.rows.rowFor(slot);
    this.rows.values[at + 1] = this.level;
  }

  /** A counter's point. */
  count(temporality: Temporality, when: When, value: number): void {
    this.tell(temporality, when);
    const { start, time, slot } = when;
    const point = { count: value, sum: value, buckets: [] };
    const increment = this.stream.increment(temporality, start, time, point);
    if (increment !== undefined) this.addCount(slot, increment.sum);
  }

  /** A histogram's point. */
  distribute(temporality: Temporality, when: When, point: Increment): void {
    this.tell(temporality, when);
    const increment = this.stream.increment(temporality, when.start, when.time, point);
    if (increment !== undefined) this.add(when.slot, increment);
  }

  /** The same of a base-2 exponential histogram, whose buckets are put on one grid. */
  distributeBase2(temporality: Temporality, when: When, point: DecodedExponentialPoint): void {
    this.distribute(temporality, when, this.onGrid(point));
  }

  /** What a base-2 point says, in the buckets of the history, which are made to hold it. */
  onGrid(point: DecodedExponentialPoint): Increment {
    const counts = gridCounts(point);
    const grid = wider(this.grid, gridOf(counts));
    if (this.grid === undefined || grid.first < this.grid.first || grid.last > this.grid.last) {
      this.widen(grid);
    }
    const { count, sum = 0 } = point;
    return { count, sum, buckets: gridRow(counts, grid) };
  }

  /** A point tells of the time since its start; a cumulative one that nobody saw begin, of that since itself. */
  private tell(temporality: Temporality, { start, time, slot }: When): void {
    const isWhole = start !== 0 && (temporality === 'delta' || start >= this.shared.since);
    if (!isWhole && temporality === 'delta') return;
    // A clock that is ahead tells of what is not yet: what came now is not of later.
    const from = Math.min(isWhole ? start : time, slot * SLOT_MILLIS);
    this.resource.measuredFrom = Math.min(this.resource.measuredFrom, from);
  }

  /** Adds to a counter what nobody has to be told apart from. A row that would be 0 is none. */
  addCount(slot: number, value: number): void {
    this.knownFrom = Math.min(this.knownFrom, slot);
    if (value === 0) return;
    const at = this.rows.rowFor(slot);
    this.rows.values[at + 1] = (this.rows.values[at + 1] as number) + value;
  }

  /** The same for a histogram. */
  add(slot: number, { count, sum, buckets }: Increment): void {
    this.knownFrom = Math.min(this.knownFrom, slot);
    if (count === 0 && sum === 0) return;
    const at = this.rows.rowFor(slot);
    const { values } = this.rows;
    values[at + 1] = (values[at + 1] as number) + count;
    if (Number.isFinite(sum)) values[at + 2] = (values[at + 2] as number) + sum;
    for (let i = 0; i < buckets.length; i++) {
      const to = at + BUCKETS_AT + i;
      // Coarser points than before may lie in other buckets: never fewer than none.
      values[to] = Math.max(0, (values[to] as number) + (buckets[i] as number));
    }
  }

  /** Forgets what is before a slot. */
  forgetBefore(slot: number): void {
    this.knownFrom = Math.max(this.knownFrom, slot);
    this.rows.forgetBefore(slot);
  }

  /** Makes room for more of the grid; what is there stays in its buckets. */
  private widen(grid: Grid): void {
    const from = this.grid;
    this.grid = grid;
    this.bounds = gridBounds(grid);
    const wide = new Rows(BUCKETS_AT + this.bounds.length + 1, this.shared);
    const moved = (buckets: ArrayLike<number>): Float64Array => {
      const row = new Float64Array(this.bounds.length + 1);
      if (from === undefined) return row;
      row[0] = buckets[0] ?? 0;
      const shift = from.first - grid.first;
      for (let i = 1; i < buckets.length - 1; i++) row[i + shift] = buckets[i] as number;
      return row;
    };
    for (let row = 0; row < this.rows.length; row++) {
      const at = this.rows.offsetOf(row);
      const end = at + this.rows.width;
      const to = wide.rowFor(this.rows.values[at] as number);
      wide.values.set(this.rows.values.subarray(at, at + BUCKETS_AT), to);
      wide.values.set(moved(this.rows.values.subarray(at + BUCKETS_AT, end)), to + BUCKETS_AT);
    }
    this.stream.rebucket(moved);
    this.rows.clear();
    this.rows = wide;
  }
}

const NOTHING: Increment = { count: 0, sum: 0, buckets: [] };
