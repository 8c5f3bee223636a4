import type { Asked, Panel } from '../plans/plan.js';
import { prometheusLabel } from '../prometheus-names.js';
import type { QueryBackend, Question } from '../questions.js';
import type { ClickHouseTarget, PrometheusTarget, Target } from './sdk-types.js';
import { titleText } from './text.js';

/** Name of the variable in which the data source is picked. */
export const DATA_SOURCE_VARIABLE = 'datasource';

export function dataSourceOf({ dataSource }: QueryBackend) {
  return { type: dataSource, uid: `\${${DATA_SOURCE_VARIABLE}}` };
}

/** The queries of a panel, as the backend's data source takes them. */
export function targetsOf(panel: Panel, backend: QueryBackend): readonly Target[] {
  return panel.asked.map((asked, i) => {
    const refId = String.fromCharCode('A'.charCodeAt(0) + i);
    return backend.dataSource === 'prometheus'
      ? prometheusTarget(panel, asked, refId, backend)
      : clickhouseTarget(panel, asked, refId, backend);
  });
}

function prometheusTarget(
  { kind, asked: all }: Panel,
  asked: Asked,
  refId: string,
  backend: QueryBackend,
): PrometheusTarget {
  const instant = isAsAWhole(asked.question) || kind === 'table';
  return {
    refId,
    datasource: dataSourceOf(backend),
    editorMode: 'code',
    expr: backend.query(asked.question),
    legendFormat: kind === 'heatmap' ? '{{le}}' : legend(asked, all.length > 1),
    format: kind === 'table' ? 'table' : kind === 'heatmap' ? 'heatmap' : 'time_series',
    instant,
    range: !instant,
  };
}

/** The values that tell the lines apart, with the question's name where there are several or none. */
function legend({ name, question }: Asked, isOneOfSeveral: boolean): string {
  const labels = question.ask.startsWith('slo') ? ['job'] : keysOf(question).map(prometheusLabel);
  const values = labels.map((label) => `{{${label}}}`);
  return [...(isOneOfSeveral || values.length === 0 ? [titleText(name)] : []), ...values].join(' ');
}

function clickhouseTarget(
  { kind }: Panel,
  { name, question }: Asked,
  refId: string,
  backend: QueryBackend,
): ClickHouseTarget {
  const isTable = isAsAWhole(question) || kind === 'table';
  const sql = backend.query(question);
  return {
    refId,
    datasource: dataSourceOf(backend),
    editorType: 'sql',
    queryType: isTable ? 'table' : 'timeseries',
    format: isTable ? 1 : 0,
    rawSql: question.ask === 'heatmap' ? bucketsByName(sql) : named(name, sql),
  };
}

/** The plugin makes lines of text columns, and names them by those and by the column of the value. */
function named(name: string, sql: string): string {
  const column = titleText(name).replace(/["\\]/g, "'");
  return `SELECT * EXCEPT (value), value AS "${column}" FROM (\n${sql}\n)`;
}

function bucketsByName(sql: string): string {
  return `SELECT time, toString(answer.le) AS bound, value FROM (\n${sql}\n) AS answer ORDER BY time, answer.le`;
}

function isAsAWhole({ ask }: Question): boolean {
  return ask === 'total' || ask === 'amount' || ask === 'quantileOfAll' || ask === 'sloObjective';
}

/** The attributes by which an answer is told apart. */
function keysOf(question: Question): readonly string[] {
  return 'by' in question ? (question.by ?? []) : [];
}
