import type { SeriesTotal } from '../received/accumulator.js';
import type { TallyEntry, TallyKind } from './tally.js';

/** Drops by instrument name and reason, as the SDK counted them. */
export type DropsByInstrument = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** One instrument's line of the ledger. */
export interface LedgerRow {
  readonly instrument: string;
  readonly kind: TallyKind;
  /** Record calls that the demo made. */
  readonly recorded: number;
  /**
   * Measurements that the receiver got: the count of a histogram. A sum and a gauge do not say how
   * many calls they are made of: `null`, and their total alone is compared.
   */
  readonly received: number | null;
  /** Calls that the SDK says it dropped, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Sums of the values, in the instrument's unit; of the last values for a gauge. */
  readonly total: { readonly recorded: number; readonly received: number };
  readonly balanced: boolean;
  /** What does not add up, each in a sentence; empty if the row is balanced. */
  readonly differences: readonly string[];
}

/** Recorded against received and dropped, for every instrument. */
export interface Ledger {
  readonly rows: readonly LedgerRow[];
  readonly balanced: boolean;
}

/** Sums may differ by this share of themselves: floating-point addition in another order. */
const RELATIVE_TOLERANCE = 1e-9;

/**
 * Compares what was recorded with what arrived and what was dropped.
 *
 * An instrument is balanced if recorded = received + dropped, if each reason was counted as often
 * as it was provoked, and if the totals agree. What was received without having been recorded is a
 * difference too.
 *
 * @param received the series of the compared registries alone
 */
export function settle(
  tally: readonly TallyEntry[],
  received: readonly SeriesTotal[],
  drops: DropsByInstrument,
): Ledger {
  const seriesOf = groupByMetric(received);
  const unheardOf = [...seriesOf.keys()].filter(
    (metric) => !tally.some((entry) => entry.instrument === metric),
  );
  const rows = [
    ...tally.map((entry) => settleOne(entry, seriesOf.get(entry.instrument) ?? [], drops)),
    ...unheardOf.flatMap((metric) => {
      const series = seriesOf.get(metric) ?? [];
      const nothing = {
        instrument: metric,
        kind: kindOf(series),
        calls: 0,
        meantToDrop: {},
        total: 0,
      };
      const row = settleOne(nothing, series, drops);
      // Series seeded with zero are no measurements.
      return row.balanced ? [] : [row];
    }),
  ];
  return { rows, balanced: rows.every((row) => row.balanced) };
}

function settleOne(
  entry: TallyEntry,
  series: readonly SeriesTotal[],
  drops: DropsByInstrument,
): LedgerRow {
  const { instrument, kind, calls, meantToDrop } = entry;
  const dropped = drops[instrument] ?? {};
  const droppedCalls = Object.values(dropped).reduce((sum, count) => sum + count, 0);
  const received =
    kind === 'histogram'
      ? series.reduce((sum, one) => sum + (typeof one.total === 'number' ? 0 : one.total.count), 0)
      : null;
  const receivedTotal = series.reduce(
    (sum, { total }) => sum + (typeof total === 'number' ? total : total.sum),
    0,
  );

  const differences: string[] = [];
  if (received !== null && calls !== received + droppedCalls) {
    differences.push(
      `recorded ${calls}, but received ${received} and dropped ${droppedCalls}: ${signed(received + droppedCalls - calls)}`,
    );
  }
  for (const reason of new Set([...Object.keys(meantToDrop), ...Object.keys(dropped)])) {
    const [meant, counted] = [meantToDrop[reason] ?? 0, dropped[reason] ?? 0];
    if (meant !== counted) differences.push(`dropped as ${reason}: ${counted} instead of ${meant}`);
  }
  if (!agree(entry.total, receivedTotal)) {
    differences.push(`the values add up to ${receivedTotal} instead of ${entry.total}`);
  }
  const total = { recorded: entry.total, received: receivedTotal };
  const balanced = differences.length === 0;
  return { instrument, kind, recorded: calls, received, dropped, total, balanced, differences };
}

function agree(a: number, b: number): boolean {
  return Math.abs(a - b) <= RELATIVE_TOLERANCE * Math.max(1e-6, Math.abs(a), Math.abs(b));
}

function signed(difference: number): string {
  return difference > 0 ? `${difference} too many` : `${-difference} missing`;
}

function kindOf(series: readonly SeriesTotal[]): TallyKind {
  const kind = series[0]?.kind;
  if (kind === 'sum' || kind === 'gauge') return kind;
  return 'histogram';
}

function groupByMetric(series: readonly SeriesTotal[]): Map<string, SeriesTotal[]> {
  const groups = new Map<string, SeriesTotal[]>();
  for (const one of series) {
    const group = groups.get(one.metric);
    if (group === undefined) groups.set(one.metric, [one]);
    else group.push(one);
  }
  return groups;
}
