import { format, percent, plural, shown } from '../format.js';
import type { Filter, GroupRow, GroupTable } from '../protocol.js';
import { atView } from './address.js';
import { type Column, DataTable } from './data-table.js';
import { Icon } from './icons.js';
import { Link } from './link.js';
import { memo } from './memo.js';
import { type Page, usePage } from './page-context.js';
import { Sparkline } from './sparkline.js';

/** Of a table, before one asks for all of them. */
const MOST_ROWS = 8;

/** Endpoints, models, jobs, tools or agents: how often, how well and how fast. A click narrows down to one. */
export const GroupTableView = memo(
  ({ table, filters }: { table: GroupTable; filters: readonly Filter[] }) => {
    const page = usePage();
    const id = `table-${table.id}`;
    return (
      <section class="card group-table" aria-labelledby={id}>
        <header>
          <h2 id={id}>{table.title}</h2>
          <Link to={(asking) => ({ asking: atView(asking, 'instrument', table.instrument) })}>
            {table.instrument}
          </Link>
        </header>
        <DataTable
          label={table.title}
          columns={columnsOf(table, page, filters)}
          rows={table.rows}
          keyOf={({ name }) => name}
          most={MOST_ROWS}
          rowClass={({ isBottleneck }) => (isBottleneck ? 'bottleneck' : '')}
        />
        {table.more > 0 && (
          <p class="note">{plural(table.more, 'smaller row is', 'smaller rows are')} left out.</p>
        )}
      </section>
    );
  },
);

function columnsOf(
  { what, unit, rows }: GroupTable,
  page: Page,
  filters: readonly Filter[],
): readonly Column<GroupRow>[] {
  const has = (key: keyof GroupRow) => rows.some((row) => row[key] !== undefined);
  const duration = (id: 'p50' | 'p90' | 'p95' | 'p99', isExtra: boolean): Column<GroupRow> => ({
    id,
    title: id.toUpperCase(),
    hint: `${id.slice(1)} % take at most this long`,
    isNumber: true,
    isExtra,
    sortBy: (row) => row[id],
    show: (row) => <Amount value={row[id]} unit={unit} />,
  });
  const columns: readonly (Column<GroupRow> | false)[] = [
    {
      id: 'name',
      title: what,
      sortBy: ({ name }) => name,
      show: (row) => <RowName row={row} page={page} filters={filters} />,
    },
    {
      id: 'rate',
      title: 'Rate',
      hint: 'Per second',
      isNumber: true,
      sortBy: ({ perSecond }) => perSecond,
      show: ({ perSecond, count }) => (
        <span title={plural(count, 'measurement')}>{format(perSecond, 'short')}/s</span>
      ),
    },
    has('errors') && {
      id: 'errors',
      title: 'Errors',
      hint: 'Share that failed',
      isNumber: true,
      sortBy: ({ errors }) => errors,
      show: ({ errors }) => <Errors share={errors} />,
    },
    has('p50') && duration('p50', false),
    has('p90') && duration('p90', true),
    has('p95') && duration('p95', false),
    has('p99') && duration('p99', true),
    has('firstP50') && {
      id: 'first',
      title: 'First token',
      hint: 'P50 and P95 up to the first token or byte',
      isNumber: true,
      isExtra: true,
      sortBy: ({ firstP95 }) => firstP95,
      show: ({ firstP50, firstP95 }) =>
        firstP50 === undefined ? (
          <span class="none">–</span>
        ) : (
          <>
            <Amount value={firstP50} unit={unit} /> <span class="none">/</span>{' '}
            <Amount value={firstP95} unit={unit} />
          </>
        ),
    },
    has('firstShare') && {
      id: 'share',
      title: 'Before first',
      hint: 'Share of the time that passes before the first token or byte',
      isNumber: true,
      sortBy: ({ firstShare }) => firstShare,
      show: ({ firstShare }) => <Share share={firstShare} />,
    },
    {
      id: 'trend',
      title: 'P95 over time',
      isExtra: true,
      show: ({ trend }) => <Sparkline values={trend} />,
    },
  ];
  return columns.filter((column) => column !== false);
}

function RowName({
  row,
  page,
  filters,
}: {
  row: GroupRow;
  page: Page;
  filters: readonly Filter[];
}) {
  const isPicked =
    row.filters.length > 0 && row.filters.every((one) => filters.some((it) => isSame(it, one)));
  const others = filters.filter((it) => !row.filters.some((one) => isSame(it, one)));
  return (
    <span class="row-name">
      {row.filters.length === 0 ? (
        <span>{row.name}</span>
      ) : (
        <button
          type="button"
          class="link"
          aria-pressed={isPicked}
          title={isPicked ? 'Show all again' : 'Show this one alone'}
          onClick={() => page.ask({ filters: isPicked ? others : [...others, ...row.filters] })}
        >
          {row.name}
        </button>
      )}
      {row.isBottleneck && (
        <span class="badge problem" title="The largest share of all time is spent here">
          <Icon name="warning" />
          Bottleneck
        </span>
      )}
    </span>
  );
}

export function isSame(one: Filter, other: Filter): boolean {
  return one.key === other.key && one.value === other.value;
}

/** A number and its unit, the unit quieter. */
export function Amount({ value, unit }: { value: number | null | undefined; unit: string }) {
  const { text, unit: name } = shown(value, unit);
  if (value === null || value === undefined) return <span class="none">–</span>;
  return (
    <span class="amount">
      {text}
      {name !== '' && <span class="unit"> {name}</span>}
    </span>
  );
}

function Errors({ share }: { share: number | undefined }) {
  if (share === undefined) return <span class="none">–</span>;
  if (share === 0) return <span class="none">0 %</span>;
  return <span class={share >= 0.05 ? 'bad' : share >= 0.01 ? 'poor' : ''}>{percent(share)}</span>;
}

/** The share as a number and as a bar. */
function Share({ share }: { share: number | undefined }) {
  if (share === undefined) return <span class="none">–</span>;
  return (
    <span class="share">
      {percent(share)}
      <Bar share={share} />
    </span>
  );
}

/** A bar that is as long as the share, which is told beside it in words. */
export function Bar({ share, level }: { share: number; level?: string }) {
  const width = Math.max(0, Math.min(1, share)) * 100;
  return (
    <svg
      class={`bar ${level ?? ''}`}
      viewBox="0 0 100 6"
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <rect class="track" width="100" height="6" />
      <rect class="fill" width={width} height="6" />
    </svg>
  );
}
