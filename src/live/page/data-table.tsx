import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { Icon } from './icons.js';

/** A column of a table. */
export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  /** Said by screen readers and by the pointer, where the title is short. */
  readonly hint?: string;
  /** Numbers are at the right, and sorted from the largest. */
  readonly isNumber?: boolean;
  /** Left out where there is little room. */
  readonly isExtra?: boolean;
  /** What it is sorted by; a column without is not sorted. */
  readonly sortBy?: (row: Row) => number | string | null | undefined;
  readonly show: (row: Row) => ComponentChildren;
}

interface Props<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row, index: number) => string;
  readonly rowClass?: (row: Row) => string;
  /** Rows that are shown before one asks for all of them. */
  readonly most?: number;
}

interface Sorting {
  readonly id: string;
  readonly isDown: boolean;
}

/**
 * A table that is sorted by a click on the head of a column, as it comes at first. The first column names the row. Arrow
 * keys go from row to row, and from button to button within one.
 */
export function DataTable<Row>(props: Props<Row>) {
  const { label, columns, rows, keyOf, rowClass, most = rows.length } = props;
  const [isAll, setAll] = useState(false);
  const [sorting, setSorting] = useState<Sorting | undefined>(undefined);
  // One or two rows more cost no more room than the words about them.
  const isLong = rows.length > most + 2;
  const sorted = useMemo(() => sort(rows, columns, sorting), [rows, columns, sorting]);

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section class="table-scroll" tabIndex={0} aria-label={`${label}, scrolls sideways`}>
      <table aria-label={label} onKeyDown={onArrow}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.id}
                scope="col"
                class={classOf(column)}
                aria-sort={sortOf(column, sorting)}
              >
                {column.sortBy === undefined ? (
                  <span title={column.hint}>{column.title}</span>
                ) : (
                  <button
                    type="button"
                    title={column.hint}
                    onClick={() => setSorting(nextSorting(column, sorting))}
                  >
                    {column.title}
                    {sorting?.id === column.id && <Icon name={sorting.isDown ? 'down' : 'up'} />}
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {(isLong && !isAll ? sorted.slice(0, most) : sorted).map((row, index) => (
            <tr key={keyOf(row, index)} class={rowClass?.(row)}>
              {columns.map((column, i) =>
                i === 0 ? (
                  <th key={column.id} scope="row" class={classOf(column)}>
                    {column.show(row)}
                  </th>
                ) : (
                  <td key={column.id} class={classOf(column)}>
                    {column.show(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {isLong && (
        <button type="button" class="quiet" aria-expanded={isAll} onClick={() => setAll(!isAll)}>
          {isAll ? 'Show fewer' : `Show all ${rows.length}`}
        </button>
      )}
    </section>
  );
}

function classOf<Row>({ isNumber, isExtra }: Column<Row>): string {
  return `${isNumber ? 'number' : ''} ${isExtra ? 'extra' : ''}`.trim();
}

function sortOf<Row>(column: Column<Row>, sorting: Sorting | undefined) {
  if (column.sortBy === undefined || sorting?.id !== column.id) return undefined;
  return sorting.isDown ? 'descending' : 'ascending';
}

/** The way that suits the column first, then the other way, then as it comes. */
function nextSorting<Row>(column: Column<Row>, sorting: Sorting | undefined): Sorting | undefined {
  const first = column.isNumber === true;
  if (sorting?.id !== column.id) return { id: column.id, isDown: first };
  return sorting.isDown === first ? { id: column.id, isDown: !first } : undefined;
}

function sort<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sorting: Sorting | undefined,
): readonly Row[] {
  const by = columns.find(({ id }) => id === sorting?.id)?.sortBy;
  if (by === undefined || sorting === undefined) return rows;
  const sign = sorting.isDown ? -1 : 1;
  return [...rows].sort((one, other) => {
    const a = by(one);
    const b = by(other);
    // What has no value comes last, whichever way.
    if (a == null || b == null) return Number(a == null) - Number(b == null);
    if (typeof a === 'string' || typeof b === 'string') {
      return sign * String(a).localeCompare(String(b), 'en', { numeric: true });
    }
    return sign * (a - b);
  });
}

function onArrow(event: KeyboardEvent): void {
  const active = document.activeElement;
  const row = active?.closest('tbody tr');
  if (!(active instanceof HTMLElement) || !(row instanceof HTMLTableRowElement)) return;
  const buttons = (of: Element | null | undefined) => [
    ...(of?.querySelectorAll<HTMLElement>('button, a') ?? []),
  ];
  const at = buttons(row).indexOf(active);
  const targets: Readonly<Record<string, () => HTMLElement | undefined>> = {
    ArrowDown: () => buttons(row.nextElementSibling)[at],
    ArrowUp: () => buttons(row.previousElementSibling)[at],
    ArrowRight: () => buttons(row)[at + 1],
    ArrowLeft: () => buttons(row)[at - 1],
    Home: () => buttons(row.parentElement?.firstElementChild)[at],
    End: () => buttons(row.parentElement?.lastElementChild)[at],
  };
  const target = targets[event.key]?.();
  if (target === undefined) return;
  event.preventDefault();
  target.focus();
}
