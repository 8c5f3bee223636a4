import * as format from '../../src/cli/terminal/format.js';
import type { Paint } from '../../src/cli/terminal/style.js';
import { type Cell, type Column, table } from '../../src/cli/terminal/table.js';
import type { Ledger, LedgerRow } from '../ledger/ledger.js';

const COUNTS: readonly Column[] = [
  { title: '', align: 'left' },
  { title: 'instrument', align: 'left', gap: 1 },
  { title: 'recorded', align: 'right' },
  { title: 'received', align: 'right' },
  { title: 'dropped', align: 'right' },
];
const SUMS: readonly Column[] = [
  { title: 'sum recorded', align: 'right', gap: 4 },
  { title: 'sum received', align: 'right' },
];

/** Columns that a terminal needs for counts and sums. */
const WIDE = 112;

/**
 * The closing ledger: recorded, received and dropped of each instrument, and what they say. The
 * sums are compared on a narrow terminal too, but not shown.
 */
export function ledgerSection(ledger: Ledger, width: number, paint: Paint): string[] {
  const columns = width >= WIDE ? [...COUNTS, ...SUMS] : COUNTS;
  const rows = ledger.rows.map((row): Cell[] => [
    row.balanced ? { text: '✓', tone: 'good' } : { text: '✗', tone: 'bad' },
    row.instrument,
    format.count(row.recorded),
    row.received === null ? { text: '·', tone: 'dim' } : format.count(row.received),
    format.count(droppedOf(row)),
    format.total(row.total.recorded),
    format.total(row.total.received),
  ]);
  const faults = ledger.rows.flatMap((row) =>
    row.differences.map((difference) => paint('bad', `✗ ${row.instrument}: ${difference}`)),
  );
  return [
    paint('bold', 'Ledger'),
    ...table(columns, rows, paint),
    paint('dim', '· a sum does not say how many calls it is made of: its total is compared'),
    '',
    ...faults,
    ledger.balanced ? paint('good', '✓ balanced') : paint('bad', '✗ not balanced'),
    `  ${sentence(ledger)}`,
  ];
}

function sentence({ rows }: Ledger): string {
  const recorded = rows.reduce((sum, row) => sum + row.recorded, 0);
  const dropped = rows.reduce((sum, row) => sum + droppedOf(row), 0);
  return `${format.count(recorded)} records with ${rows.length} instruments, ${format.count(dropped)} dropped and counted by reason`;
}

function droppedOf(row: LedgerRow): number {
  return Object.values(row.dropped).reduce((sum, count) => sum + count, 0);
}
