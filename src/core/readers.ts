import type { InstrumentKind } from '../declare/index.js';
import { type Temporality, type TemporalityPreference, temporalityOf } from './temporality.js';

/** What an instrument remembers of one reader. */
export interface ReaderState {
  readonly slot: number;
  readonly temporality: Temporality;
  /** Earliest start of a point, ms: a reader that comes late does not claim what came before it. */
  floorMillis: number;
  /** Wall-clock time, ms, of its last collection. */
  lastMillis: number | undefined;
  /** The instrument's epoch at that collection. */
  lastEpoch: number;
}

/** A reader of a registry: its slot, and which temporality it prefers. */
export interface ReaderHandle {
  readonly slot: number;
  readonly preference: TemporalityPreference;
  /** Leave out what was recorded before: for the test kit. */
  readonly fromNow: boolean;
}

/**
 * Whether the value says how things are, and not what has happened: a level, or a total that a
 * callback reports. Every reader is told the whole of it, however late it comes.
 */
export function isWhole(kind: InstrumentKind): boolean {
  return kind !== 'counter' && kind !== 'histogram';
}

/** The readers of one instrument. */
export class ReaderStates {
  private readonly states = new Map<number, ReaderState>();
  /** Wall-clock time, ms, of the last collection of a reader that is gone. */
  private leftMillis: number | undefined;

  constructor(
    private readonly kind: InstrumentKind,
    private readonly createdMillis: number,
  ) {}

  get size(): number {
    return this.states.size;
  }

  /** Whether any reader has collected yet: from then on, what there is has been handed out. */
  get haveCollected(): boolean {
    return [...this.states.values()].some((state) => state.lastMillis !== undefined);
  }

  attach({ slot, preference, fromNow }: ReaderHandle, nowMillis: number): void {
    const temporality = temporalityOf(preference, this.kind);
    // What a late reader is told in whole counts from before it came.
    const isTold = isWhole(this.kind) && temporality === 'cumulative';
    const isLate = this.haveCollected && !isTold;
    const beginMillis = isTold ? this.createdMillis : (this.leftMillis ?? this.createdMillis);
    this.states.set(slot, {
      slot,
      temporality,
      floorMillis: fromNow || isLate ? nowMillis : beginMillis,
      lastMillis: undefined,
      lastEpoch: 0,
    });
  }

  detach(slot: number): void {
    this.leftMillis = this.states.get(slot)?.lastMillis ?? this.leftMillis;
    this.states.delete(slot);
  }

  get(slot: number): ReaderState | undefined {
    return this.states.get(slot);
  }

  all(): Iterable<ReaderState> {
    return this.states.values();
  }
}

/** What one collection of one reader covers, as far as its start is concerned. */
export interface Interval {
  readonly temporality: Temporality;
  /** Start of every delta, and the earliest one of a cumulative point, ms. */
  readonly startMillis: number;
}

/**
 * Begins a collection of a reader: the next one starts where this one ends, whatever happens in
 * between. Never after its end, though the wall clock may have been set back.
 */
export function intervalOf(state: ReaderState, endMillis: number): Interval {
  const { temporality, lastMillis } = state;
  state.floorMillis = Math.min(state.floorMillis, endMillis);
  state.lastMillis = endMillis;
  return {
    temporality,
    startMillis:
      temporality === 'cumulative'
        ? state.floorMillis
        : Math.min(lastMillis ?? state.floorMillis, endMillis),
  };
}

/**
 * Start of a series' point.
 *
 * Source: OpenTelemetry metrics SDK, "Start timestamps": a delta starts at the reader's previous
 * collection, or at the creation of the instrument; a cumulative series of a synchronous
 * instrument starts at its first measurement, and keeps its start from then on. So a clock set back
 * takes a cumulative start with it once, instead of moving it with every collection.
 */
export function startOf({ temporality, startMillis }: Interval, seriesStartMillis: number): number {
  return temporality === 'cumulative' ? Math.max(seriesStartMillis, startMillis) : startMillis;
}
