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

/** A left-aligned cell is cut down to this before a column goes. */
const NARROW = 16;

/**
 * A table that is at most `width` places wide: left-aligned cells are cut, the widest first; where they would be
 * too narrow then, columns go by their rank.
 */
export function tableWithin(
  width: number,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  paint: Paint,
): string[] {
  const wanted = widthsOf(columns, rows);
  const least = wanted.map((it, i) => (columns[i]?.align === 'left' ? Math.min(it, NARROW) : it));
  const kept = columns.map((_, i) => i);
  const gaps = () =>
    kept.reduce((sum, i, place) => sum + (place === 0 ? 0 : (columns[i]?.gap ?? 2)), 0);
  const sumOf = (widths: readonly number[]) =>
    kept.reduce((sum, i) => sum + (widths[i] ?? 0), gaps());
  while (sumOf(least) > width) {
    const ranks = kept.map((i) => columns[i]?.rank ?? 0);
    const most = Math.max(...ranks);
    if (most === 0) break;
    kept.splice(ranks.lastIndexOf(most), 1);
  }
  const widths = [...wanted];
  for (let excess = sumOf(widths) - width; excess > 0; excess--) {
    const left = kept.filter((i) => columns[i]?.align === 'left' && (widths[i] ?? 0) > 1);
    const [widest] = (left.length > 0 ? left : [...kept]).sort(
      (a, b) => (widths[b] ?? 0) - (widths[a] ?? 0),
    );
    if (widest === undefined || (widths[widest] ?? 0) <= 1) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  const cut = (text: string, i: number) =>
    (columns[i]?.keepsEnd === true ? clipStart : clip)(text, widths[i] ?? 0);
  return table(
    kept.map((i) => ({
      ...(columns[i] as Column),
      title: clip(columns[i]?.title ?? '', widths[i] ?? 0),
    })),
    rows.map((row) =>
      kept.map((i): Cell => {
        const cell = row[i] ?? '';
        return typeof cell === 'string' ? cut(cell, i) : { ...cell, text: cut(cell.text, i) };
      }),
    ),
    paint,
  );
}

function widthsOf(columns: readonly Column[], rows: readonly (readonly Cell[])[]): number[] {
  return columns.map(({ title }, i) =>
    Math.max(widthOf(title), ...rows.map((row) => widthOf(textOf(row[i])))),
  );
}

function textOf(cell: Cell | undefined): string {
  return typeof cell === 'object' ? cell.text : (cell ?? '');
}
