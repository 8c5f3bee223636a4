import type { PanelData } from '../protocol.js';

/** A panel as a table: a line for each moment, or its rows. */
export interface PlainTable {
  readonly columns: readonly { readonly name: string; readonly unit: string }[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** What a panel shows, as a table: for those who read rather than look, and for export. */
export function tableOf(panel: PanelData, times: readonly number[]): PlainTable {
  const time = { name: 'time', unit: '' };
  const at = (i: number) => new Date(times[i] as number).toISOString();
  if (panel.kind === 'table') return { columns: panel.columns, rows: panel.rows };
  if (panel.kind === 'number') {
    return {
      columns: [
        { name: 'name', unit: '' },
        { name: 'value', unit: panel.unit },
      ],
      rows: panel.values.map(({ name, value }) => [name, value]),
    };
  }
  if (panel.kind === 'heatmap') {
    const bounds = [...panel.bounds, Number.POSITIVE_INFINITY];
    return {
      columns: [time, ...bounds.map((bound) => ({ name: `le ${bound}`, unit: 'short' }))],
      rows: panel.counts.map((counts, i) => [at(i), ...counts]),
    };
  }
  return {
    columns: [time, ...panel.lines.map(({ name }) => ({ name, unit: panel.unit }))],
    rows: times.map((_, i) => [at(i), ...panel.lines.map(({ values }) => values[i] ?? null)]),
  };
}

/**
 * A table as CSV (RFC 4180), its values as they are, in the unit that the column's name has after it. Text
 * that a spreadsheet would run as a formula gets a quote in front, and is quoted where it could be taken for two
 * cells: spreadsheets split at semicolons and tabs as well.
 */
export function csvOf({ columns, rows }: PlainTable): string {
  const named = columns.map(({ name, unit }) =>
    unit === '' || unit === 'short' ? name : `${name} (${unit})`,
  );
  return [named, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
