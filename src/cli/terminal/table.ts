import type { Paint, Tone } from './style.js';
import { clip, clipStart, widthOf } from './width.js';

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
  /** Where there is no room for all columns those with the highest number go first. Default 0: it stays. */
  readonly rank?: number;
  /** The end of its cells says more than the beginning: routes. */
  readonly keepsEnd?: boolean;
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
  const widths = widthsOf(columns, rows);
  const line = (cells: readonly Cell[], tone: Tone) =>
    columns
      .map(({ align, gap = 2 }, i) => {
        const cell = cells[i] ?? '';
        const text = textOf(cell);
        const blanks = ' '.repeat((widths[i] ?? 0) - widthOf(text));
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

/**
 * A table that is at most `width` places wide: columns go by their rank, and then cells of the left-aligned
 * ones are cut, the widest first.
 */
export function tableWithin(
  width: number,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  paint: Paint,
): string[] {
  const kept = columns.map((_, i) => i);
  const total = () => {
    const own = kept.map((i) => columns[i] as Column);
    const widths = widthsOf(own, rowsOf(kept, rows));
    return widths.reduce((sum, it, i) => sum + it + (i === 0 ? 0 : (own[i]?.gap ?? 2)), 0);
  };
  while (total() > width) {
    const ranks = kept.map((i) => columns[i]?.rank ?? 0);
    const most = Math.max(...ranks);
    if (most === 0) break;
    kept.splice(ranks.lastIndexOf(most), 1);
  }
  const own = kept.map((i) => columns[i] as Column);
  const cells = rowsOf(kept, rows);
  const widths = widthsOf(own, cells);
  let excess = total() - width;
  while (excess > 0) {
    const widest = widths.indexOf(Math.max(...widths));
    const most = widths[widest] ?? 0;
    if (most <= 1) break;
    widths[widest] = most - 1;
    excess--;
  }
  const cut = (cell: Cell, i: number): Cell => {
    const shorten = own[i]?.keepsEnd === true ? clipStart : clip;
    const text = shorten(textOf(cell), widths[i] ?? 0);
    return typeof cell === 'string' ? text : { ...cell, text };
  };
  return table(
    own.map((column, i) => ({ ...column, title: clip(column.title, widths[i] ?? 0) })),
    cells.map((row) => row.map(cut)),
    paint,
  );
}

function rowsOf(kept: readonly number[], rows: readonly (readonly Cell[])[]): Cell[][] {
  return rows.map((row) => kept.map((i) => row[i] ?? ''));
}

function widthsOf(columns: readonly Column[], rows: readonly (readonly Cell[])[]): number[] {
  return columns.map(({ title }, i) =>
    Math.max(widthOf(title), ...rows.map((row) => widthOf(textOf(row[i])))),
  );
}

function textOf(cell: Cell | undefined): string {
  return typeof cell === 'object' ? cell.text : (cell ?? '');
}
