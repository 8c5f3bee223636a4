import { MeterbookError, show } from '../../errors.js';
import type { Layout } from './layout.js';
import { conditionsOf, DIMENSIONS, limitOf, type Statement, started } from './read.js';
import type {
  JobPercentiles,
  JobReportLine,
  ReportDimension,
  ReportOptions,
} from './report-types.js';
import { fieldText, type TextRow } from './rows.js';

const OUTCOMES = ['completed', 'failed', 'cancelled', 'expired'] as const;

export function reportStatement(layout: Layout, options: ReportOptions): Statement {
  const conditions = conditionsOf(layout, options);
  const group = groupOf(layout, options.by);
  const outcome = fieldText(layout, 't', 'outcome');
  const ttft = `t.${layout.column.ttftNs}`;
  const total = `t.${layout.column.totalDurationNs}`;
  const both = `FILTER (WHERE ${ttft} IS NOT NULL AND ${total} IS NOT NULL)`;
  return {
    sql: `SELECT ${group} AS "group", count(*)::text AS jobs,
  ${OUTCOMES.map((it) => `(count(*) FILTER (WHERE ${outcome} = '${it}'))::text AS "${it}"`).join(', ')},
  ${percentiles('ttft', ttft)},
  ${percentiles('total', total)},
  (sum(${ttft}) ${both} / NULLIF(sum(${total}) ${both}, 0))::text AS share
FROM ${layout.table} t ${conditions.where}
${options.by === undefined ? '' : 'GROUP BY 1 '}
ORDER BY ${options.by === 'day' ? '1 DESC' : 'count(*) DESC, 1'} LIMIT ${limitOf(options.limit, 100)}`,
    params: conditions.params,
  };
}

function groupOf(layout: Layout, by: ReportDimension | undefined): string {
  if (by === undefined) return 'NULL::text';
  if (by === 'day') {
    return `to_char(${started(layout)}::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD')`;
  }
  const field = Object.hasOwn(DIMENSIONS, by) ? DIMENSIONS[by] : undefined;
  if (field !== undefined) return fieldText(layout, 't', field);
  throw new MeterbookError('INVALID_SETUP', {
    cause: `A report cannot be broken down by ${show(by)}.`,
    fix: 'Use "type", "model", "organization" or "day", or leave it out.',
  });
}

/** As one text, `12,34,…`: arrays of BIGINT are what drivers differ about most. */
function percentiles(name: string, value: string): string {
  return `count(${value})::text AS "${name}Count", COALESCE(sum(${value}), 0)::text AS "${name}Sum",
  array_to_string(percentile_disc(ARRAY[0.5, 0.9, 0.95, 0.99]) WITHIN GROUP (ORDER BY ${value}), ',')
    AS "${name}Percentiles"`;
}

export function reportLineOf(row: TextRow): JobReportLine {
  const [completed, failed, cancelled, expired] = OUTCOMES.map((it) => Number(row[it]));
  const share = row['share'];
  return {
    ...(row['group'] === null ? undefined : { group: row['group'] }),
    jobs: Number(row['jobs']),
    outcomes: { completed, failed, cancelled, expired } as JobReportLine['outcomes'],
    firstToken: percentilesOf(row, 'ttft'),
    total: percentilesOf(row, 'total'),
    ...(share === null || share === undefined ? undefined : { firstTokenShare: Number(share) }),
  };
}

function percentilesOf(row: TextRow, name: string): JobPercentiles {
  const counted = {
    count: Number(row[`${name}Count`]),
    sumNs: BigInt(row[`${name}Sum`] ?? '0'),
  };
  const values = (row[`${name}Percentiles`] ?? '').split(',').filter((text) => text !== '');
  if (values.length === 0) return counted;
  const [p50Ns, p90Ns, p95Ns, p99Ns] = values.map(BigInt);
  return { ...counted, p50Ns, p90Ns, p95Ns, p99Ns };
}
