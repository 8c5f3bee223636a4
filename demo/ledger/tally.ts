import type { OtlpAttributes } from '../../src/live/otlp/types.js';
import { attributesKey } from '../received/series-key.js';

/** How the numbers of an instrument add up. */
export type TallyKind = 'sum' | 'histogram' | 'gauge';

/** The demo's own count of what it recorded with one instrument. */
export interface TallyEntry {
  readonly instrument: string;
  readonly kind: TallyKind;
  /** Record calls, the ones that are meant to be dropped included. */
  readonly calls: number;
  /** Record calls that are meant to be dropped, by the reason that is expected. */
  readonly meantToDrop: Readonly<Record<string, number>>;
  /** Sum of what the other calls recorded, in the instrument's unit; for a gauge, of the last values. */
  readonly total: number;
}

interface Count {
  kind: TallyKind;
  calls: number;
  meantToDrop: Record<string, number>;
  total: number;
  /** What rounding has taken from the total so far (Neumaier's compensation). */
  lost: number;
  last: Map<string, number>;
}

/**
 * Counts what the demo does independently of the SDK: one plain number for the record calls of each
 * instrument and one for their total. What the SDK measures by itself, such as requests and streams,
 * is counted where it happens; only the total of such durations has to be the SDK's own, read in the
 * process before anything is sent. It is the "recorded" side of the ledger.
 */
export class Tally {
  private readonly counts = new Map<string, Count>();

  /** Notes a value that is recorded, in the instrument's unit. */
  note(kind: TallyKind, instrument: string, value: number, attributes: OtlpAttributes = {}): void {
    const count = this.count(kind, instrument);
    count.calls += 1;
    if (kind === 'gauge') {
      count.last.set(attributesKey(attributes), value);
      return;
    }
    const total = count.total + value;
    const bigger = Math.abs(count.total) >= Math.abs(value);
    count.lost += bigger ? count.total - total + value : value - total + count.total;
    count.total = total;
  }

  /** Notes something that the SDK has to see and measure by itself: that it was, not its value. */
  see(instrument: string): void {
    this.count('histogram', instrument).calls += 1;
  }

  /** The total of what was seen, as it was measured inside of the process. */
  measured(instrument: string, total: number): void {
    this.count('histogram', instrument).total = total;
  }

  /** Notes a record call that is meant to be dropped, and for which reason. */
  noteDrop(kind: TallyKind, instrument: string, reason: string): void {
    const count = this.count(kind, instrument);
    count.calls += 1;
    count.meantToDrop[reason] = (count.meantToDrop[reason] ?? 0) + 1;
  }

  /** What has been counted so far, sorted by the instrument's name. */
  entries(): TallyEntry[] {
    return [...this.counts]
      .map(([instrument, { kind, calls, meantToDrop, total, lost, last }]) => ({
        instrument,
        kind,
        calls,
        meantToDrop: { ...meantToDrop },
        total: kind === 'gauge' ? [...last.values()].reduce((a, b) => a + b, 0) : total + lost,
      }))
      .sort((a, b) => (a.instrument < b.instrument ? -1 : 1));
  }

  private count(kind: TallyKind, instrument: string): Count {
    let count = this.counts.get(instrument);
    if (count === undefined) {
      count = { kind, calls: 0, meantToDrop: {}, total: 0, lost: 0, last: new Map() };
      this.counts.set(instrument, count);
    }
    return count;
  }
}
