import type { ManifestInstrument } from '../../declare/index.js';
import type { Condition, QueryBackend, Question } from '../questions.js';
import { attribute, GRAFANA } from './dialect.js';
import { conditions, holds, increments, type Rendering, type Selection } from './increments.js';
import { HAS_ANY, MERGED_BUCKETS, quantiles } from './quantiles.js';
import { sloQuery } from './slo-queries.js';
import { all, identifier, indent, text } from './sql.js';
import { type ClickHouseOptions, settingsOf, tableOf } from './tables.js';

/** Answers of Grafana's data source for ClickHouse, from the tables of the Collector's exporter. */
export function clickhouseBackend(options: ClickHouseOptions = {}): QueryBackend {
  const rendering = { settings: settingsOf(options), dialect: GRAFANA };
  return {
    dataSource: 'grafana-clickhouse-datasource',
    query: (question) => clickhouseQuery(rendering, question),
  };
}

/** A question in SQL, without a semicolon at its end. */
export function clickhouseQuery(rendering: Rendering, question: Question): string {
  const { step } = rendering.dialect;
  switch (question.ask) {
    case 'rate':
      return aggregate(rendering, question, `sum(increase) / ${step}`, true);
    case 'amountRate':
      return aggregate(rendering, question, `sum(amount) / ${step}`, true);
    case 'mean':
      return aggregate(rendering, question, 'sum(amount) / nullIf(sum(increase), 0)', true);
    case 'fraction':
      return aggregate(rendering, question, fraction(rendering, question.part), true);
    case 'total':
      return aggregate(rendering, question, 'sum(increase)', false);
    case 'amount':
      return aggregate(rendering, question, 'sum(amount)', false);
    case 'quantile':
      return quantileQuery(rendering, question, { value: question.quantile }, true);
    case 'quantileOfAll':
      return quantileQuery(rendering, question, { value: question.quantile }, false);
    case 'heatmap':
      return heatmap(rendering, question);
    case 'share':
      return share(rendering, question, question.of);
    case 'level':
      return level(rendering, question, question.across);
    case 'values':
      return values(rendering, question, question.key);
    case 'services':
      return services(rendering, question.instrument);
    default:
      return sloQuery(rendering, question);
  }
}

/** What most questions say. */
export interface Asked {
  readonly instrument: ManifestInstrument;
  readonly by?: readonly string[];
  readonly where?: readonly Condition[];
}

/** Names that a query has use for itself: an attribute of the same name gets a longer one. */
const TAKEN: ReadonlySet<string> = new Set([
  ...['time', 'value', 'le', 'increase', 'amount', 'bounds', 'buckets', 'summed', 'counts'],
  ...['running', 'series', 'Attributes', 'TimeUnix', 'level', 'i', 'n', 'share', 'bound', 'whole'],
]);

/** The column of an attribute: its key. */
export function columnOf(key: string): string {
  return identifier(TAKEN.has(key) ? `${key} (attribute)` : key);
}

/** Columns to group by and how they are made. */
function grouping({ dialect }: Rendering, by: readonly string[], isOverTime: boolean) {
  const time = `toDateTime(toStartOfInterval(TimeUnix, toIntervalSecond(${dialect.step}))) AS time`;
  const keys = [...(isOverTime ? ['time'] : []), ...by.map(columnOf)];
  const made = [
    ...(isOverTime ? [time] : []),
    ...by.map((key) => `${attribute(key)} AS ${columnOf(key)}`),
  ];
  return {
    keys,
    made,
    groupBy: keys.length === 0 ? '' : `\nGROUP BY ${keys.join(', ')}`,
    orderBy: keys.length === 0 ? '' : `\nORDER BY ${keys.join(', ')}`,
  };
}

function list(columns: readonly string[]): string {
  return indent(columns.join(',\n'));
}

function aggregate(
  rendering: Rendering,
  { by = [], ...selection }: Asked,
  value: string,
  isOverTime: boolean,
): string {
  const { made, groupBy, orderBy } = grouping(rendering, by, isOverTime);
  return `WITH
${indent(increments(rendering, selection))}
SELECT
${list([...made, `${value} AS value`])}
FROM increments${groupBy}${orderBy}`;
}

function fraction({ dialect }: Rendering, part: readonly Condition[]): string {
  const inPart = part.map((condition) => holds(condition, dialect)).join(' AND ');
  return `sumIf(increase, ${inPart === '' ? 'true' : inPart}) / nullIf(sum(increase), 0)`;
}

/** Quantiles by the names of their columns. */
export function quantileQuery(
  rendering: Rendering,
  { by = [], ...selection }: Asked,
  wanted: Readonly<Record<string, number>>,
  isOverTime: boolean,
): string {
  const { keys, made, groupBy, orderBy } = grouping(rendering, by, isOverTime);
  const names = Object.keys(wanted);
  return `WITH
${indent(increments(rendering, { ...selection, hasBuckets: true }))},
    merged AS
    (
        SELECT
${indent(list([...made, MERGED_BUCKETS]), 2)}
        FROM increments${indent(groupBy, 2)}
    ),
    ranked AS
    (
        SELECT
${indent(list([...keys, `${quantiles(Object.values(wanted))} AS shares`]), 2)}
        FROM merged
        WHERE ${HAS_ANY}
    )
SELECT
${list([...keys, ...names.map((name, at) => `shares[${at + 1}] AS ${identifier(name)}`)])}
FROM ranked${orderBy}`;
}

function heatmap(rendering: Rendering, { instrument, where }: Asked): string {
  const { made, groupBy } = grouping(rendering, [], true);
  return `WITH
${indent(increments(rendering, { instrument, where, hasBuckets: true }))},
    merged AS
    (
        SELECT
${indent(list([...made, MERGED_BUCKETS]), 2)}
        FROM increments${indent(groupBy, 2)}
    )
SELECT time, bound AS le, count AS value
FROM (SELECT time, le AS all_bounds, counts FROM merged)
ARRAY JOIN all_bounds AS bound, counts AS count
ORDER BY time, le`;
}

/** The parts are added up in one pass over both instruments: neither has to be there for a row. */
function share(rendering: Rendering, asked: Asked, of: ManifestInstrument): string {
  const { by = [], instrument, where } = asked;
  const { made, groupBy, orderBy } = grouping(rendering, by, true);
  const part: Selection = { instrument, where, suffix: '_of_part' };
  const whole: Selection = { instrument: of, where, suffix: '_of_whole' };
  const columns = 'TimeUnix, Attributes, amount';
  return `WITH
${indent(increments(rendering, part))},
${indent(increments(rendering, whole))},
    both AS
    (
        SELECT ${columns}, false AS whole FROM increments_of_part
        UNION ALL
        SELECT ${columns}, true AS whole FROM increments_of_whole
    )
SELECT
${list([...made, 'sumIf(amount, NOT whole) / nullIf(sumIf(amount, whole), 0) AS value'])}
FROM both${groupBy}${orderBy}`;
}

/** The last value of each series in a step, put together across the series. */
function level(rendering: Rendering, asked: Asked, across: 'sum' | 'max' | 'min'): string {
  const { by = [], ...selection } = asked;
  const { keys, made, groupBy, orderBy } = grouping(rendering, by, true);
  return `WITH
    levels AS
    (
        SELECT
${indent(list([...made, 'argMax(Value, TimeUnix) AS level']), 2)}
        FROM ${tableOf(rendering.settings, asked.instrument)}
        WHERE ${indent(conditions(rendering, selection), 2).trimStart()}
            AND TimeUnix > ${rendering.dialect.from}
        GROUP BY ${[...keys, 'ScopeName', 'ResourceAttributes', 'Attributes'].join(', ')}
    )
SELECT
${list([...keys, `${across}(level) AS value`])}
FROM levels${groupBy}${orderBy}`;
}

function values(rendering: Rendering, { instrument, where }: Asked, key: string): string {
  const isThere: Condition = { key, isSet: true };
  const chosen = conditions(rendering, { instrument, where: [...(where ?? []), isThere] });
  return `SELECT DISTINCT ${attribute(key)} AS value
FROM ${tableOf(rendering.settings, instrument)}
WHERE ${chosen}
ORDER BY value`;
}

function services({ settings, dialect }: Rendering, instrument: ManifestInstrument): string {
  return `SELECT DISTINCT ServiceName AS value
FROM ${tableOf(settings, instrument)}
WHERE ${all([
    `MetricName = ${text(instrument.name)}`,
    `TimeUnix > ${dialect.from}`,
    `TimeUnix <= ${dialect.to}`,
  ])}
ORDER BY value`;
}
