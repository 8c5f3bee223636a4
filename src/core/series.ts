import type { AttributeValue } from '../declare/index.js';
import type { Aggregation } from './aggregation.js';

/**
 * A block of rows, one per series. `live` takes the measurements; with several readers each also
 * has an array of the same shape, to which the live rows are added at every collection.
 *
 * Blocks never move and never shrink, so a series can keep a reference to its row for good.
 */
export interface Block {
  readonly live: Float64Array;
  /** By the reader's slot. */
  readonly ofReader: Map<number, Float64Array>;
}

/** Rows of the first and of the largest block of an instrument. */
const FIRST_BLOCK = 4;
const LARGEST_BLOCK = 256;

/** One attribute set of one instrument, and where its numbers are. */
export class Series {
  /** The live array of the block: kept here too, since every record needs it. */
  readonly row: Float64Array;
  /** Activity at the last collection; more than that means measurements since. */
  seenActivity = 0;
  /** Wall-clock time, ms, of the last collection that found measurements. */
  activeMillis: number;
  /** Which collection that was, counted per instrument. */
  activeEpoch: number;
  /** Position in the instrument's list. */
  position = 0;

  constructor(
    /** As exported. Made once per series, never the caller's object. */
    readonly attributes: Readonly<Record<string, AttributeValue>>,
    readonly block: Block,
    /** Where the row begins. */
    readonly at: number,
    /** Wall-clock time, ms, of the first measurement; earlier where the clock was set back since. */
    public startMillis: number,
    epoch: number,
    /** The overflow series and seeded ones are never retired. */
    readonly isPermanent: boolean,
  ) {
    this.row = block.live;
    this.activeMillis = startMillis;
    this.activeEpoch = epoch;
  }
}

/** Hands out rows and takes them back. Cold: once in the life of a series. */
export class RowPool {
  private readonly blocks: Block[] = [];
  private readonly free: { readonly block: Block; readonly at: number }[] = [];
  private rows = 0;

  constructor(private readonly aggregation: Aggregation) {}

  /** A row without measurements. */
  take(): { readonly block: Block; readonly at: number } {
    const row = this.free.pop();
    if (row !== undefined) return row;
    const { stride } = this.aggregation;
    const count = Math.min(LARGEST_BLOCK, Math.max(FIRST_BLOCK, this.rows));
    this.rows += count;
    const block: Block = { live: new Float64Array(count * stride), ofReader: new Map() };
    this.blocks.push(block);
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
  /** Frees what a reader had of its own. */
  forget(slot: number): void {
    for (const block of this.blocks) block.ofReader.delete(slot);
  }
}
