import { MeterbookError } from '../../errors.js';
import type { JobFilter, JobOutcome } from '../types.js';
import type { Layout } from './layout.js';
import { Conditions, type Statement, valid } from './read.js';
import { microsOf, microsParam, momentOf, type TextRow } from './rows.js';
import type { JobDay } from './types.js';

/** How long after the time given the end of a job is waited for, microseconds: seven days. */
const OPEN_MICROS = 604_800_000_000;

/**
 * Of a job that is added to the totals nothing may be on its way any more: what came later would find
 * no row, and would be lost, or would make one that counts again. Lengths of time are compared and not
 * added, since the end of an absurd one is no moment.
 */
const IS_OVER = `(total_duration_ns / 1000 < $1::text::bigint - ${microsOf('started_at')}
      OR started_at < ${momentOf(`($1::text::bigint - ${OPEN_MICROS})`)})`;

/** Rows that nobody else is at work on; the next batch or the next run takes the others. */
function oldest({ table }: Layout, condition = 'true'): string {
  return `SELECT id FROM ${table} WHERE started_at < ${momentOf('$1::text')} AND ${condition}
    ORDER BY started_at LIMIT $2::text::integer FOR UPDATE SKIP LOCKED`;
}

/** $1 the time, $2 the size of the batch. The answer is how many. */
export function deleteSql(layout: Layout): string {
  return `WITH gone AS (DELETE FROM ${layout.table} WHERE id IN (${oldest(layout)}) RETURNING 1)
SELECT count(*)::text AS count FROM gone`;
}

/** The same for what is over, with the daily totals in the same statement. */
export function aggregateSql(layout: Layout): string {
  const { table, daysTable } = layout;
  const sums = ['jobs', 'ttft_count', 'ttft_sum_ns', 'duration_count', 'duration_sum_ns'];
  const greatest = ['ttft_max_ns', 'duration_max_ns'];
  return `WITH gone AS (
  DELETE FROM ${table} WHERE id IN (${oldest(layout, IS_OVER)}) RETURNING *
), added AS (
  INSERT INTO ${daysTable} AS d (day, organization_id, type, model, outcome, jobs,
    ttft_count, ttft_sum_ns, ttft_max_ns, duration_count, duration_sum_ns, duration_max_ns)
  SELECT (started_at AT TIME ZONE 'UTC')::date, organization_id, COALESCE(type, ''),
    COALESCE(model, ''), COALESCE(outcome, ''), count(*),
    count(ttft_ns), COALESCE(sum(ttft_ns), 0), max(ttft_ns),
    count(total_duration_ns), COALESCE(sum(total_duration_ns), 0), max(total_duration_ns)
  FROM gone GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
  ON CONFLICT (day, organization_id, type, model, outcome) DO UPDATE SET
    ${sums.map((name) => `${name} = d.${name} + EXCLUDED.${name}`).join(', ')},
    ${greatest.map((name) => `${name} = GREATEST(d.${name}, EXCLUDED.${name})`).join(', ')}
)
SELECT count(*)::text AS count FROM gone`;
}

export function retentionParams(time: Date, batchSize: number): string[] {
  return [microsParam(valid(time)), String(batchSize)];
}

/** Deleting is for our own table alone. Throws `INVALID_SETUP`. */
export function mayDelete(layout: Layout, method: string): void {
  if (!layout.isAttached) return;
  throw new MeterbookError('INVALID_SETUP', {
    cause: `${method}() was called for the attached table "${layout.name}", whose rows belong to the service.`,
    fix: 'Delete its rows where the service does so.',
  });
}

const EQUAL = {
  organizationId: 'organization_id',
  type: 'type',
  model: 'model',
  outcome: 'outcome',
} as const;

export function daysStatement(
  layout: Layout,
  filter: Omit<JobFilter, 'projectId' | 'agentId'>,
): Statement {
  const conditions = new Conditions();
  for (const [field, column] of Object.entries(EQUAL)) {
    const value = filter[field as keyof typeof EQUAL];
    if (value !== undefined) conditions.add(`${column} = ${conditions.param(value)}`);
  }
  const { from, to } = filter;
  // Not as text: years of more than four digits, and those before Christ, have other forms there.
  const day = (date: Date) => momentOf(conditions.param(microsParam(valid(date))));
  if (from !== undefined) conditions.add(`day >= (${day(from)} AT TIME ZONE 'UTC')::date`);
  if (to !== undefined) conditions.add(`day < ${day(to)} AT TIME ZONE 'UTC'`);
  return {
    sql: `SELECT to_char(day, 'YYYY-MM-DD') AS day, organization_id, type, model, outcome,
  jobs::text, ttft_count::text, ttft_sum_ns::text, ttft_max_ns::text,
  duration_count::text, duration_sum_ns::text, duration_max_ns::text
FROM ${layout.daysTable} ${conditions.where} ORDER BY 1, 2, 3, 4, 5`,
    params: conditions.params,
  };
}

export function dayOf(row: TextRow): JobDay {
  const nanos = (name: string): bigint | undefined => {
    const value = row[name];
    return value === null || value === undefined ? undefined : BigInt(value);
  };
  return {
    day: row['day'] as string,
    organizationId: row['organization_id'] as string,
    type: row['type'] || undefined,
    model: row['model'] || undefined,
    outcome: (row['outcome'] || undefined) as JobOutcome | undefined,
    jobs: Number(row['jobs']),
    ttftCount: Number(row['ttft_count']),
    ttftSumNs: nanos('ttft_sum_ns') ?? 0n,
    ttftMaxNs: nanos('ttft_max_ns'),
    durationCount: Number(row['duration_count']),
    durationSumNs: nanos('duration_sum_ns') ?? 0n,
    durationMaxNs: nanos('duration_max_ns'),
  };
}
