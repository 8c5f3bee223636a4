import type { Ledger, LedgerRow } from '../ledger/ledger.js';
import * as format from './format.js';
import type { Paint } from './style.js';
import { type Cell, type Column, table } from './table.js';

const COLUMNS: readonly Column[] = [
  { title: '', align: 'left' },
  { title: 'instrument', align: 'left', gap: 1 },
  { title: 'recorded', align: 'right' },
  { title: 'received', align: 'right' },
  { title: 'dropped', align: 'right' },
  { title: 'sum recorded', align: 'right', gap: 4 },
  { title: 'sum received', align: 'right' },
];

/** The closing ledger: recorded, received and dropped of each instrument, and what they say. */
export function ledgerSection(ledger: Ledger, paint: Paint): string[] {
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
    ...table(COLUMNS, rows, paint),
    paint('dim', '· a sum does not say of how many calls it is made: its total is compared'),
    '',
    ...faults,
    ledger.balanced
      ? paint('good', `✓ balanced: ${sentence(ledger)}`)
      : paint('bad', `✗ not balanced: ${sentence(ledger)}`),
  ];
}

function sentence({ rows }: Ledger): string {
  const recorded = rows.reduce((sum, row) => sum + row.recorded, 0);
  const dropped = rows.reduce((sum, row) => sum + droppedOf(row), 0);
  return `${format.count(recorded)} records with ${rows.length} instruments, ${format.count(dropped)} of them dropped and counted by reason`;
}

function droppedOf(row: LedgerRow): number {
  return Object.values(row.dropped).reduce((sum, count) => sum + count, 0);
}
