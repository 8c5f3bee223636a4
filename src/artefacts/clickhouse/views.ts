import type { Manifest } from '../../declare/index.js';
import { isCounter, isHistogram } from '../instruments.js';
import type { NamedQuery } from './purposes.js';
import { all, indent, text } from './sql.js';
import { type Settings, tableNamed } from './tables.js';

const LINES = [
  'Roll-ups by the hour and by the day: small tables that are filled as points arrive, and a view of',
  'each that says how much was counted in each hour or day. What was there before is not in them.',
  'Run it once, after the exporter has made its tables. Times are UTC.',
];

interface Period {
  readonly name: 'hourly' | 'daily';
  readonly start: string;
  readonly seconds: number;
}

const PERIODS: readonly Period[] = [
  { name: 'hourly', start: "toStartOfHour(TimeUnix, 'UTC')", seconds: 3_600 },
  { name: 'daily', start: "toDateTime(toStartOfDay(TimeUnix, 'UTC'), 'UTC')", seconds: 86_400 },
];

const IS_DELTA = 'AggregationTemporality = 1';

/** What kind of table a roll-up is made of. */
interface Source {
  readonly kind: 'sum' | 'histogram';
  readonly table: string;
  readonly metrics: readonly string[];
}

/**
 * Tables, materialized views and views for counters and explicit histograms. Deltas are added up.
 * Totals never fall within a series, so the greatest of a period is its last, and what a period
 * counted is that less the greatest of the period before.
 *
 * Base-2 histograms have none: buckets of different scales cannot be added by a materialized view.
 */
export function rollUps(
  manifests: readonly Manifest[],
  settings: Settings,
): { readonly lines: readonly string[]; readonly statements: readonly NamedQuery[] } {
  const instruments = manifests.flatMap((it) => it.instruments);
  const counters = instruments.filter(isCounter);
  const histograms = instruments.filter((it) => isHistogram(it) && it.base2MaxSize === undefined);
  const named = (list: readonly { readonly name: string }[]): readonly string[] => [
    ...new Set(list.map(({ name }) => name)),
  ];
  const sources: readonly Source[] = [
    { kind: 'sum', table: settings.tables.sum, metrics: named(counters) },
    { kind: 'histogram', table: settings.tables.histogram, metrics: named(histograms) },
  ];
  const statements = sources
    .filter(({ metrics }) => metrics.length > 0)
    .flatMap((source) => PERIODS.flatMap((period) => rollUp(settings, source, period)));
  return { lines: LINES, statements };
}

/** Columns of a roll-up: their type, how points fill them, how rows of one period merge. */
interface Column {
  readonly name: string;
  readonly type: string;
  readonly fill: string;
  readonly merge: string;
}

function columnsOf(kind: Source['kind']): readonly Column[] {
  const scalar = (name: string, from: string): readonly Column[] => [
    {
      name: `${name}Added`,
      type: 'SimpleAggregateFunction(sum, Float64)',
      fill: `sum(if(${IS_DELTA}, toFloat64(${from}), 0))`,
      merge: 'sum',
    },
    {
      name: `${name}Last`,
      type: 'SimpleAggregateFunction(max, Float64)',
      fill: `max(if(${IS_DELTA}, 0, toFloat64(${from})))`,
      merge: 'max',
    },
    {
      name: `${name}First`,
      type: 'SimpleAggregateFunction(min, Float64)',
      fill: `min(if(${IS_DELTA}, 0, toFloat64(${from})))`,
      merge: 'min',
    },
  ];
  if (kind === 'sum') return scalar('Value', 'Value');
  const list = (name: string, combine: string, condition: string): Column => ({
    name,
    type: `AggregateFunction(${combine}ForEach, Array(UInt64))`,
    fill: `${combine}ForEachState(if(${condition}, BucketCounts, []))`,
    merge: `${combine}ForEachMerge`,
  });
  return [
    ...scalar('Count', 'Count'),
    ...scalar('Sum', 'Sum'),
    list('BucketsAdded', 'sum', IS_DELTA),
    list('BucketsLast', 'max', `NOT ${IS_DELTA}`),
    list('BucketsFirst', 'min', `NOT ${IS_DELTA}`),
  ];
}

function rollUp(settings: Settings, source: Source, period: Period): readonly NamedQuery[] {
  const { kind, table } = source;
  const name = `${settings.prefix}${kind}_${period.name}`;
  const what = `${kind === 'sum' ? 'Counters' : 'Histograms'}, ${period.name}`;
  return [
    { title: `${what}: the table.`, sql: tableSql(settings, source, `${name}_data`) },
    {
      title: `${what}: what fills it, from ${table}.`,
      sql: filling(settings, source, period, name),
    },
    {
      title: `${what}: what to read. Of a histogram, Buckets are the counts up to each of Bounds, and above.`,
      sql: reading(settings, source, period, name),
    },
  ];
}

const MAP = 'Map(LowCardinality(String), String)';

function tableSql(settings: Settings, { kind }: Source, name: string): string {
  const columns = [
    'ServiceName LowCardinality(String)',
    'MetricName LowCardinality(String)',
    "Period DateTime('UTC')",
    'Series UInt64',
    `Attributes ${MAP}`,
    'StartTimeUnix DateTime',
    ...(kind === 'histogram' ? ['Bounds Array(Float64)'] : []),
    ...columnsOf(kind).map(({ name: column, type }) => `${column} ${type}`),
  ];
  const key = 'ServiceName, MetricName, Period, Series, Attributes, StartTimeUnix';
  return `CREATE TABLE IF NOT EXISTS ${tableNamed(settings, name)}
(
${indent(columns.join(',\n'))}
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(Period)
ORDER BY (${key}${kind === 'histogram' ? ', Bounds' : ''})`;
}

/** Start times of deltas change with every point and tell nothing, so they are left out. */
const START = `if(${IS_DELTA}, toDateTime(0), toDateTime(StartTimeUnix))`;

function filling(
  settings: Settings,
  { kind, table, metrics }: Source,
  period: Period,
  name: string,
): string {
  const isHistogramSource = kind === 'histogram';
  const keys = [
    'ServiceName',
    'MetricName',
    'Period',
    'Series',
    'Attributes',
    'Start',
    ...(isHistogramSource ? ['Bounds'] : []),
  ];
  const inner = [
    'ServiceName',
    'MetricName',
    `${period.start} AS Period`,
    // One for each process that sends.
    'cityHash64(ScopeName, ResourceAttributes, AggregationTemporality) AS Series',
    'Attributes',
    `${START} AS Start`,
    ...(isHistogramSource ? ['ExplicitBounds AS Bounds'] : []),
    ...columnsOf(kind).map(({ name: column, fill }) => `${fill} AS ${column}`),
  ];
  const outer = [
    ...keys.map((key) => (key === 'Start' ? 'Start AS StartTimeUnix' : key)),
    ...columnsOf(kind).map(({ name: column }) => column),
  ];
  const chosen = [
    `MetricName IN (${metrics.map(text).join(', ')})`,
    ...(isHistogramSource ? [] : ['IsMonotonic']),
  ];
  return `CREATE MATERIALIZED VIEW IF NOT EXISTS ${tableNamed(settings, `${name}_fill`)}
TO ${tableNamed(settings, `${name}_data`)}
AS SELECT
${indent(outer.join(',\n'))}
FROM
(
    SELECT
${indent(inner.join(',\n'), 2)}
    FROM ${tableNamed(settings, table)}
    WHERE ${indent(all(chosen)).trimStart()}
    GROUP BY ${keys.join(', ')}
)`;
}

/**
 * What a period counted. The first total of a series counts whole, unless it is from the first period
 * that there is of its process, and the series had begun long before: then it is older than the
 * roll-up, and what it had at its first point is not this period's.
 */
function reading(settings: Settings, { kind }: Source, { seconds }: Period, name: string): string {
  const isHistogramSource = kind === 'histogram';
  const keys = [
    'ServiceName',
    'MetricName',
    'Period',
    'Series',
    'Attributes',
    'StartTimeUnix',
    ...(isHistogramSource ? ['Bounds'] : []),
  ];
  const merged = columnsOf(kind).map(({ name: it, merge }) => `${merge}(${it}) AS ${it}Merged`);
  const scalars = isHistogramSource ? ['Count', 'Sum'] : ['Value'];
  const before = [
    'row_number() OVER series = 1 AND Period = min(Period) OVER process AS IsFirst',
    `IsFirst AND StartTimeUnix < Period - ${seconds} AS IsOlder`,
    ...scalars.map(
      (it) =>
        `if(IsOlder, ${it}FirstMerged, lagInFrame(${it}LastMerged) OVER series) AS ${it}Before`,
    ),
    ...(isHistogramSource
      ? [
          'if(IsOlder, BucketsFirstMerged, lagInFrame(BucketsLastMerged) OVER series) AS BucketsBefore',
        ]
      : []),
  ];
  const series = keys.filter((key) => key !== 'Period').join(', ');
  const change =
    'arrayMap((now, before) -> toInt64(now - before), BucketsLastMerged, arrayResize(BucketsBefore, length(BucketsLastMerged)))';
  const told = [
    ...scalars.map(
      (it) =>
        `${it}AddedMerged + if(StartTimeUnix = toDateTime(0), 0, ${it}LastMerged - ${it}Before) AS ${it}`,
    ),
    ...(isHistogramSource
      ? [
          'Bounds',
          `if(StartTimeUnix = toDateTime(0), arrayMap(n -> toInt64(n), BucketsAddedMerged), ${change}) AS Buckets`,
        ]
      : []),
  ];
  return `CREATE VIEW IF NOT EXISTS ${tableNamed(settings, name)}
AS SELECT
${indent(['ServiceName', 'MetricName', 'Period', 'Attributes', ...told].join(',\n'))}
FROM
(
    SELECT
        *,
${indent(before.join(',\n'), 2)}
    FROM
    (
        SELECT
${indent([...keys, ...merged].join(',\n'), 3)}
        FROM ${tableNamed(settings, `${name}_data`)}
        GROUP BY ${keys.join(', ')}
    )
    WINDOW
        process AS (PARTITION BY ServiceName, MetricName, Series),
        series AS
            (PARTITION BY ${series}
            ORDER BY Period ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)`;
}
