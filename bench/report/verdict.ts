import type { Budget, Row } from './measurement.js';

/** Whether a row keeps one of its budgets. */
export interface Verdict {
  /** The budget and what became of it, in a few words. */
  readonly text: string;
  readonly isMet: boolean;
  /** Missed by more than half: no matter of a noisy machine. */
  readonly isMissedByFar: boolean;
}

/** What has become of a row's budgets; nothing where what they compare with was not measured. */
export function verdictsOf(row: Row): readonly Verdict[] {
  return row.budgets.flatMap((budget) =>
    'atMost' in budget ? limit(row, budget.atMost) : ratios(row, budget),
  );
}

function limit({ values }: Row, atMost: number): readonly Verdict[] {
  const own = values['meterbook']?.least;
  if (own === undefined) return [];
  return [verdict(`at most ${atMost}`, own <= atMost, own > atMost * 2)];
}

function ratios(
  row: Row,
  { than, factor }: Extract<Budget, { factor: number }>,
): readonly Verdict[] {
  return than.flatMap((name) => {
    const found = ratio(row, name);
    if (found === undefined) return [];
    return [verdict(`${factor} × ${name}`, found >= factor, found < factor / 2)];
  });
}

/** Less than this is nothing, and nothing is a multiple of it. */
const NOTHING = 0.1;

/** How many times as much a subject takes as meterbook. */
export function ratio({ values }: Row, name: string): number | undefined {
  const own = values['meterbook']?.least;
  const other = values[name]?.least;
  if (own === undefined || other === undefined || name === 'meterbook') return undefined;
  return own < NOTHING ? undefined : other / own;
}

function verdict(text: string, isMet: boolean, isMissedByFar: boolean): Verdict {
  return { text: `${text}: ${isMet ? 'ok' : 'MISSED'}`, isMet, isMissedByFar };
}
