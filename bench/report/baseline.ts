import { table } from '../../scripts/support/markdown.js';
import type { Row, Section } from './measurement.js';
import { ratio } from './verdict.js';

/** Numbers of one run, as they are kept: ratios alone, which mean something on another machine too. */
export type Baseline = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Smaller changes are the machine's as a rule. */
const WORTH_TELLING = 0.15;

/** How many times as much as meterbook the others take, by row: `record / no attributes`. */
export function baselineOf(sections: readonly Section[]): Baseline {
  return Object.fromEntries(
    sections.flatMap(({ id, columns, rows }) =>
      rows.map((row) => [`${id} / ${row.name}`, ratiosOf(row, columns)] as const),
    ),
  );
}

function ratiosOf(row: Row, columns: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    columns.flatMap((column) => {
      const times = ratio(row, column);
      return times === undefined ? [] : [[column, Number(times.toPrecision(3))]];
    }),
  );
}

/** What has changed by more than a seventh since the earlier run, in a table; a sentence for nothing. */
export function changesSince(before: Baseline, sections: readonly Section[]): string {
  const now = baselineOf(sections);
  const rows = Object.entries(now).flatMap(([name, ratios]) =>
    Object.entries(ratios).flatMap(([column, times]) => {
      const earlier = before[name]?.[column];
      if (earlier === undefined) return [];
      const change = times / earlier - 1;
      if (Math.abs(change) < WORTH_TELLING) return [];
      const better = change > 0 ? 'better' : 'worse';
      return [
        [name, column, `${earlier} ×`, `${times} ×`, `${Math.round(change * 100)} % ${better}`],
      ];
    }),
  );
  if (rows.length === 0) return 'No ratio differs from the baseline by more than 15 %.';
  return table(['', 'meterbook beside', 'baseline', 'now', 'change'], rows);
}
