import type { AttributeValue } from '../declare/index.js';
import type { Aggregation } from './aggregation.js';
import { Exemplars, type Surroundings } from './exemplars.js';

/**
 * A block of rows, one per series. `live` takes the measurements; with several readers each also
 * has an array of the same shape, to which the live rows are added at every collection.
 *
 * Blocks never move and never shrink, so a series can keep a reference to its block for good.
 */
export interface Block {
  /** Numbers in a row. */
  readonly stride: number;
  readonly live: Float64Array;
  /** By the reader's slot. */
  readonly ofReader: Map<number, Float64Array>;
  /** Start of each row's series. A field of the series would take three times as much. */
  readonly starts: Float64Array;
  /** While there is where to find a trace. */
  exemplars: Exemplars | undefined;
  /** Those of {@link exemplars}, a step nearer to the record path. */
  looks: Uint16Array | undefined;
}

/** Rows of the first and of the largest block of an instrument. */
const FIRST_BLOCK = 4;
const LARGEST_BLOCK = 256;

/** When a series was last heard of; it has one only where it may be retired for having been idle. */
export class Activity {
  /** The aggregation's activity at the last collection; more than that means measurements since. */
  seen = 0;

  constructor(
    /** Wall-clock time, ms, of the last collection that found measurements. */
    public millis: number,
    /** Which collection that was, counted per instrument. */
    public epoch: number,
  ) {}
}

/** One attribute set of one instrument, and where its numbers are. */
export class Series {
  /** Position in the instrument's list. */
  position = 0;

  constructor(
    /** As exported. Made once per series, never the caller's object. */
    readonly attributes: Readonly<Record<string, AttributeValue>>,
    readonly block: Block,
    /** Where the row begins. */
    readonly at: number,
    /** `undefined` for a series that is never retired. */
    readonly activity: Activity | undefined,
  ) {}

  /** The array that takes the measurements; the row is in it from {@link at} on. */
  get row(): Float64Array {
    return this.block.live;
  }

  /** Wall-clock time, ms, of the first measurement; earlier where the clock was set back since. */
  get startMillis(): number {
    return this.block.starts[this.at / this.block.stride] as number;
  }

  set startMillis(millis: number) {
    this.block.starts[this.at / this.block.stride] = millis;
  }
}

/** Hands out rows and takes them back. Cold: once in the life of a series. */
export class RowPool {
  private readonly blocks: Block[] = [];
  private readonly free: { readonly block: Block; readonly at: number }[] = [];
  private rows = 0;

  constructor(
    private readonly aggregation: Aggregation,
    private readonly surroundings: Surroundings,
  ) {}

  /** A row without measurements. */
  take(): { readonly block: Block; readonly at: number } {
    const row = this.free.pop();
    if (row !== undefined) return row;
    const { stride } = this.aggregation;
    const count = Math.min(LARGEST_BLOCK, Math.max(FIRST_BLOCK, this.rows));
    this.rows += count;
    const block: Block = {
      stride,
      live: new Float64Array(count * stride),
      ofReader: new Map(),
      starts: new Float64Array(count),
      exemplars: undefined,
      looks: undefined,
    };
    this.blocks.push(block);
    this.prepare(block);
    for (let i = count - 1; i >= 0; i--) {
      this.aggregation.reset(block.live, i * stride);
      this.free.push({ block, at: i * stride });
    }
    return this.take();
  }

  /** Takes a row back, emptied for every reader. */
  give({ block, at }: Series): void {
    this.aggregation.reset(block.live, at);
    for (const rows of block.ofReader.values()) this.aggregation.reset(rows, at);
    block.exemplars?.clear(at);
    this.free.push({ block, at });
  }

  /** The block's array for one reader, made on first use. */
  rowsOf(slot: number, block: Block): Float64Array {
    const existing = block.ofReader.get(slot);
    if (existing !== undefined) return existing;
    const rows = new Float64Array(block.live.length);
    for (let at = 0; at < rows.length; at += this.aggregation.stride)
      this.aggregation.reset(rows, at);
    block.ofReader.set(slot, rows);
    return rows;
  }

  /** Makes room for exemplars, or frees it, as it has become. */
  prepareAll(): void {
    for (const block of this.blocks) this.prepare(block);
  }

  private prepare(block: Block): void {
    const { live, stride, exemplars } = block;
    block.exemplars =
      this.surroundings.trace === undefined
        ? undefined
        : (exemplars ?? new Exemplars(live.length, stride, this.surroundings));
    block.looks = block.exemplars?.looks;
  }

  /** Frees what a reader had of its own. */
  forget(slot: number): void {
    for (const { ofReader, exemplars } of this.blocks) {
      ofReader.delete(slot);
      exemplars?.forget(slot);
    }
  }
}
