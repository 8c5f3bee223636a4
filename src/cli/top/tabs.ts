import type {
  CardinalityRow,
  ExporterRow,
  Finding,
  GroupRow,
  GroupTable,
  Level,
  Overview,
  SloState,
} from '../../live/index.js';
import { oneLine } from '../failure.js';
import * as format from '../terminal/format.js';
import type { Tone } from '../terminal/style.js';
import type { Cell, Column } from '../terminal/table.js';

/** What a column is sorted by, as the wire has it; `null` where there is nothing, which comes last. */
export type SortValue = number | string | null;

export interface TabRow {
  readonly cells: readonly Cell[];
  /** One for each column. */
  readonly values: readonly SortValue[];
}

/** One table of the terminal: everything of it as text, and what it is sorted by. */
export interface Tab {
  readonly id: string;
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly TabRow[];
  /** Rows that were left out. */
  readonly more: number;
  /** What is said where it has no rows, and what to do. */
  readonly empty: string;
}

/** A column with what each row has in it. */
interface Field<Row> extends Column {
  readonly cell: (row: Row) => Cell;
  readonly value: (row: Row) => SortValue;
}

/** Every table that an overview has something for; findings, series and delivery are always there. */
export function tabsOf(overview: Overview): Tab[] {
  const { tables, slos, findings, cardinality, exporters } = overview;
  const objectives = make({
    ...{ id: 'slos', title: 'SLOs', more: 0 },
    empty: overview.noSlos ?? 'No objective is known. Name a registry that has some: --registry.',
    fields: SLO_FIELDS,
    rows: slos,
  });
  return [
    ...tables.map((it) =>
      make({
        ...{ id: it.id, title: it.title, more: it.more },
        empty: `Nothing of ${it.instrument} came in the span.`,
        fields: groupFields(it),
        rows: it.rows,
      }),
    ),
    objectives,
    make({
      ...{ id: 'findings', title: 'Findings', more: 0 },
      empty: 'Nothing is wrong.',
      fields: FINDING_FIELDS,
      rows: findings,
    }),
    make({
      ...{ id: 'series', title: 'Series', more: 0 },
      empty: 'No series has been received.',
      fields: CARDINALITY_FIELDS,
      rows: cardinality,
    }),
    make({
      ...{ id: 'delivery', title: 'Delivery', more: 0 },
      empty: 'No service tells of its export; those with meterbook do.',
      fields: EXPORTER_FIELDS,
      rows: exporters,
    }),
  ];
}

function make<Row>({
  fields,
  rows,
  ...rest
}: Pick<Tab, 'id' | 'title' | 'more' | 'empty'> & {
  readonly fields: readonly Field<Row>[];
  readonly rows: readonly Row[];
}): Tab {
  return {
    ...rest,
    empty: oneLine(rest.empty),
    columns: fields,
    rows: rows.map((row) => ({
      cells: fields.map(({ cell }) => cell(row)),
      values: fields.map(({ value }) => value(row)),
    })),
  };
}

function groupFields({ what, unit, rows }: GroupTable): Field<GroupRow>[] {
  const time = (title: string, rank: number, of: (row: GroupRow) => number | undefined) =>
    number<GroupRow>(title, rank, of, (value) => amount(value, unit));
  const fields: Field<GroupRow>[] = [
    {
      ...text<GroupRow>(what, 0, ({ name }) => name),
      keepsEnd: true,
      // A shape beside the colour.
      cell: ({ name, isBottleneck }) =>
        isBottleneck ? { text: `${oneLine(name)} ◀ slow`, tone: 'warning' } : oneLine(name),
    },
    number('per s', 1, ({ perSecond }) => perSecond, format.rate),
    number(
      'count',
      7,
      (row) => row.count,
      (value) => format.count(Math.round(value)),
    ),
    {
      ...number<GroupRow>('errors', 2, ({ errors }) => errors, format.share),
      cell: ({ errors }) => ({
        text: format.share(errors ?? null),
        tone: errors !== undefined && errors > 0 ? 'bad' : 'dim',
      }),
    },
    time('P50', 5, ({ p50 }) => p50),
    time('P95', 3, ({ p95 }) => p95),
    time('P99', 4, ({ p99 }) => p99),
  ];
  if (rows.every(({ firstP95 }) => firstP95 === undefined)) return fields;
  return [
    ...fields,
    time('first P95', 6, ({ firstP95 }) => firstP95),
    number('of total', 8, ({ firstShare }) => firstShare, format.share),
  ];
}

const SLO_FIELDS: readonly Field<SloState>[] = [
  levelField(({ level }) => level),
  text('SLO', 0, ({ name }) => name),
  text(
    'objective',
    4,
    ({ objective, threshold, unit, window }) =>
      `${Number((objective * 100).toPrecision(6))} % ≤ ${amount(threshold, unit)} / ${window}`,
  ),
  number('budget left', 1, ({ budgetLeft }) => budgetLeft, format.share),
  number('burn', 2, ({ burnRates }) => burnRates[0]?.rate, burn),
  number('burn, longer', 5, ({ burnRates }) => burnRates.at(-1)?.rate, burn),
  text('verdict', 3, ({ verdict }) => verdict),
];

const FINDING_FIELDS: readonly Field<Finding>[] = [
  levelField(({ level }) => level),
  text('what', 0, (it) => it.text),
];

const CARDINALITY_FIELDS: readonly Field<CardinalityRow>[] = [
  text('instrument', 0, ({ instrument }) => instrument),
  number('series', 1, ({ series }) => series, format.count),
  {
    ...text<CardinalityRow>('limit', 2, ({ isOverflowing }) =>
      isOverflowing ? '▲ overflows' : 'kept',
    ),
    cell: ({ isOverflowing }) =>
      isOverflowing ? { text: '▲ overflows', tone: 'bad' } : { text: 'kept', tone: 'dim' },
  },
  text('attribute with most', 3, ({ attribute }) => attribute ?? ''),
  number('values', 4, ({ values }) => values, format.count),
  number('new', 5, ({ growth }) => growth, format.count),
  text('services', 6, ({ services }) => services.join(', ')),
];

const EXPORTER_FIELDS: readonly Field<ExporterRow>[] = [
  levelField(({ level }) => level),
  text('service', 0, ({ service }) => service),
  number('exports', 4, ({ attempts }) => attempts, whole),
  number('failed', 1, ({ failed }) => failed, whole),
  number('held', 2, ({ heldPoints }) => heldPoints, whole),
  number('points lost', 3, ({ droppedPoints }) => droppedPoints, whole),
  number('not recorded', 5, ({ droppedMeasurements }) => droppedMeasurements, whole),
];

const TONES: Readonly<Record<Level, Tone>> = { good: 'good', warning: 'warning', problem: 'bad' };
const SHAPES: Readonly<Record<Level, string>> = { good: '●', warning: '▲', problem: '✗' };

/** A level as a word with its shape: colour alone tells nothing. */
export function levelCell(level: Level): { readonly text: string; readonly tone: Tone } {
  return { text: `${SHAPES[level]} ${level}`, tone: TONES[level] };
}

const BADNESS: Readonly<Record<Level, number>> = { good: 0, warning: 1, problem: 2 };

function levelField<Row>(of: (row: Row) => Level): Field<Row> {
  return {
    title: 'state',
    align: 'left',
    cell: (row) => levelCell(of(row)),
    value: (row) => BADNESS[of(row)],
  };
}

function text<Row>(title: string, rank: number, of: (row: Row) => string): Field<Row> {
  return { title, align: 'left', rank, cell: (row) => oneLine(of(row)), value: of };
}

function number<Row>(
  title: string,
  rank: number,
  of: (row: Row) => number | undefined,
  show: (value: number) => string,
): Field<Row> {
  return {
    title,
    align: 'right',
    rank,
    cell: (row) => {
      const value = of(row);
      return value === undefined ? format.NOTHING : show(value);
    },
    value: (row) => of(row) ?? null,
  };
}

/** Seconds in one of a unit of time. */
const SECONDS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    s: 1,
    ms: 1e-3,
    us: 1e-6,
    ns: 1e-9,
    min: 60,
    h: 3_600,
  }),
);

/** A value with its unit: a time in the unit that reads best, a share in per cent. */
export function amount(value: number | null, unit: string): string {
  if (value === null) return format.NOTHING;
  const seconds = SECONDS.get(unit);
  if (seconds !== undefined) return format.duration(value * seconds);
  if (unit === 'percentunit') return format.share(value);
  const text = Math.abs(value) >= 1_000 ? whole(value) : String(Number(value.toPrecision(3)));
  const shown = UNITS.get(unit) ?? oneLine(unit);
  return shown === '' ? text : `${text} ${shown}`;
}

/** Units of panels, where they are no words. */
const UNITS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '': '',
    '1': '',
    short: '',
    none: '',
    reqps: '/s',
    cps: '/s',
    ops: '/s',
    currencyUSD: 'USD',
  }),
);

function whole(value: number): string {
  return format.count(Math.round(value));
}

function burn(rate: number): string {
  return `${rate >= 10 ? rate.toFixed(0) : rate.toFixed(1)} ×`;
}
