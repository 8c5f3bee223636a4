import type { Paint, Tone } from './style.js';

/** A cell: text, or text with a tone. */
export type Cell = string | { readonly text: string; readonly tone: Tone };

/** A column's heading and on which side its cells stand. */
export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** Blanks before the column; default 2. */
  readonly gap?: number;
  /** A heading above this column and the ones after it that have none. */
  readonly group?: string;
}

/**
 * Lays cells out in columns that are as wide as their widest cell.
 *
 * @returns the heading and one line per row, none wider than it has to be
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  paint: Paint,
): string[] {
  const widths = columns.map(({ title }, i) =>
    Math.max(title.length, ...rows.map((row) => textOf(row[i]).length)),
  );
  const line = (cells: readonly Cell[], tone: Tone) =>
    columns
      .map(({ align, gap = 2 }, i) => {
        const cell = cells[i] ?? '';
        const text = textOf(cell);
        const blanks = ' '.repeat((widths[i] ?? 0) - text.length);
        const painted = paint(typeof cell === 'string' ? tone : cell.tone, text);
        const before = ' '.repeat(i === 0 ? 0 : gap);
        return before + (align === 'left' ? painted + blanks : blanks + painted);
      })
      .join('')
      .trimEnd();
  const titles = line(
    columns.map(({ title }) => title),
    'dim',
  );
  const body = rows.map((row) => line(row, 'plain'));
  if (columns.every(({ group }) => group === undefined)) return [titles, ...body];

  let groups = '';
  let end = 0;
  for (const [i, { group, gap = 2 }] of columns.entries()) {
    const start = i === 0 ? 0 : end + gap;
    if (group !== undefined) groups = groups.padEnd(start) + group;
    end = start + (widths[i] ?? 0);
  }
  return [paint('dim', groups), titles, ...body];
}

function textOf(cell: Cell | undefined): string {
  return typeof cell === 'object' ? cell.text : (cell ?? '');
}
