import { FIELDS, type Layout } from './layout.js';
import { microsParam, momentOf, recordOf, selectFields, type TextRow } from './rows.js';
import type { JobChange, JobChangeResult, JobChangeTime, JobValueResult } from './types.js';

/** Types of the columns that values from outside are compared with or written to. */
export interface ColumnTypes {
  readonly id: string;
  readonly outcome: string;
}

export const OWN_TYPES: ColumnTypes = { id: 'text', outcome: 'text' };

const MAX_BIGINT = '9223372036854775807';

/**
 * The statement that writes a batch: $1 the changes as JSON, $2 the greatest believable difference
 * of two wall clocks, ns. One statement, so that it is one transaction on any connection.
 *
 * `locked` reads the rows as they are once their locks are ours, in the order of the ids, so that
 * two processes cannot wait for each other. What it says holds until the end, and may be newer than
 * what the rest of the statement would read: the verdicts are made from it alone. Only a row that another process inserts at the very moment is not seen there;
 * `ON CONFLICT` keeps what that process wrote, and the answer shows it. Lengths of time are numeric
 * until they are known to fit.
 */
export function writeSql(layout: Layout, types: ColumnTypes): string {
  const { table, column } = layout;
  // In a table that is not ours the service makes the rows.
  const ifAbsent = layout.isAttached
    ? "'unknown'"
    : `CASE WHEN i.is_start AND NOT ${isCounted(layout)} THEN 'allowed' ELSE 'unknown' END`;
  const nanos = (end: string) =>
    `((${end} - COALESCE(l."startedAt"::numeric, i.started_us)) * 1000)`;
  const isOutOfRange = (value: string, at: string) =>
    `${value} < 0 OR ${value} > ${MAX_BIGINT} OR (${at} IS NOT NULL AND ${value} > $2::text::numeric)`;
  return `WITH incoming AS (
  SELECT * FROM json_to_recordset($1::text::json) AS i(
    n integer, id ${types.id}, is_start boolean, is_stored boolean, is_authorized boolean,
    organization_id text, project_id text, agent_id text, type text, model text,
    started_us numeric, ttft_ns numeric, ttft_us numeric, ttft_clock text,
    duration_ns numeric, ended_us numeric, duration_clock text, outcome text)
), locked AS (
  SELECT t.${column.id} AS key, ${selectFields(layout, 't')}
  FROM ${table} t WHERE t.${column.id} IN (SELECT id FROM incoming)
  ORDER BY t.${column.id} FOR UPDATE
), measured AS (
  SELECT i.*, l.key IS NOT NULL AS is_there, l."ttftNs"::bigint AS old_ttft,
    l."totalDurationNs"::bigint AS old_duration,
    CASE WHEN l.key IS NULL THEN ${ifAbsent}
      WHEN i.is_authorized OR l."organizationId" = i.organization_id THEN 'allowed'
      ELSE 'denied' END AS access,
    COALESCE(i.ttft_ns, ${nanos('i.ttft_us')}) AS new_ttft,
    COALESCE(i.duration_ns, ${nanos('i.ended_us')}) AS new_duration
  FROM incoming i LEFT JOIN locked l ON l.key = i.id
), first_judged AS (
  SELECT m.*, CASE WHEN new_ttft IS NULL THEN NULL
      WHEN old_ttft IS NOT NULL THEN 'duplicate'
      WHEN ${isOutOfRange('new_ttft', 'ttft_us')} OR new_ttft > old_duration THEN 'implausible'
      ELSE 'written' END AS ttft
  FROM measured m
), judged AS (
  SELECT f.*, CASE WHEN new_duration IS NULL THEN NULL
      WHEN old_duration IS NOT NULL THEN 'duplicate'
      WHEN ${isOutOfRange('new_duration', 'ended_us')}
        OR new_duration < COALESCE(old_ttft, CASE WHEN ttft = 'written' THEN new_ttft END)
        THEN 'implausible'
      ELSE 'written' END AS duration
  FROM first_judged f
), final AS (
  SELECT j.*,
    CASE WHEN access = 'allowed' AND ttft = 'written' THEN new_ttft::bigint END AS set_ttft,
    CASE WHEN access = 'allowed' AND duration = 'written' THEN new_duration::bigint END AS set_duration
  FROM judged j
), updated AS (
  UPDATE ${table} t SET ${updates(layout, types)}
  FROM final f WHERE t.${column.id} = f.id AND f.is_there
    AND (f.set_ttft IS NOT NULL OR f.set_duration IS NOT NULL)
  RETURNING ${selectFields(layout, 't')}
)${layout.isAttached ? '' : inserted(layout)}
SELECT f.n::text AS n, f.access, f.ttft, f.duration, f.set_ttft::text AS "setTtft",
  f.set_duration::text AS "setDuration", w.*
FROM final f LEFT JOIN (
  SELECT * FROM updated${layout.isAttached ? '' : ' UNION ALL SELECT * FROM inserted'}
  UNION ALL
  SELECT ${FIELDS.map((field) => `l."${field}"`).join(', ')} FROM locked l JOIN final f ON l.key = f.id
  WHERE f.is_there AND f.access = 'allowed' AND f.set_ttft IS NULL AND f.set_duration IS NULL
) w ON w.id = f.id::text
ORDER BY f.n`;
}

/** Whether the daily totals have the job already, as one of those that had no end by then. */
function isCounted({ daysTable }: Layout): string {
  return `(i.is_stored AND EXISTS (SELECT FROM ${daysTable} d
        WHERE d.day = (${momentOf('i.started_us')} AT TIME ZONE 'UTC')::date
          AND d.organization_id = i.organization_id AND d.outcome = ''
          AND d.type = COALESCE(i.type, '') AND d.model = COALESCE(i.model, '')))`;
}

/** The clock and the outcome are written with the value that they belong to. */
function updates({ column }: Layout, types: ColumnTypes): string {
  const clock = (at: string, name: string) =>
    `CASE WHEN f.${at} IS NULL THEN COALESCE(f.${name}, 'monotonic') ELSE 'wall' END`;
  const assignments: readonly (readonly [string | undefined, string, string])[] = [
    [column.ttftNs, 'set_ttft', 'f.set_ttft'],
    [column.ttftClock, 'set_ttft', clock('ttft_us', 'ttft_clock')],
    [column.totalDurationNs, 'set_duration', 'f.set_duration'],
    [column.durationClock, 'set_duration', clock('ended_us', 'duration_clock')],
    [column.outcome, 'set_duration', `f.outcome::${types.outcome}`],
  ];
  return assignments
    .filter(([name]) => name !== undefined)
    .map(
      ([name, set, value]) =>
        `${name} = CASE WHEN f.${set} IS NULL THEN t.${name} ELSE ${value} END`,
    )
    .join(',\n    ');
}

/** Rows that are not there yet; one that came into being just now keeps what it has. */
function inserted(layout: Layout): string {
  const { table } = layout;
  const keep = (name: string) => `${name} = COALESCE(t.${name}, EXCLUDED.${name})`;
  return `, inserted AS (
  INSERT INTO ${table} AS t (id, organization_id, project_id, agent_id, type, model, started_at,
    ttft_ns, ttft_clock, total_duration_ns, duration_clock, outcome)
  SELECT id, organization_id, project_id, agent_id, type, model, ${momentOf('started_us')},
    set_ttft, CASE WHEN set_ttft IS NULL THEN NULL WHEN ttft_us IS NULL THEN ttft_clock ELSE 'wall' END,
    set_duration,
    CASE WHEN set_duration IS NULL THEN NULL WHEN ended_us IS NULL THEN duration_clock ELSE 'wall' END,
    CASE WHEN set_duration IS NULL THEN NULL ELSE outcome END
  FROM final WHERE NOT is_there AND access = 'allowed' ORDER BY id
  ON CONFLICT (id) DO UPDATE SET ${[
    'ttft_ns',
    'ttft_clock',
    'total_duration_ns',
    'duration_clock',
    'outcome',
  ]
    .map(keep)
    .join(', ')}
    WHERE t.organization_id = EXCLUDED.organization_id
  RETURNING ${selectFields(layout, 't')}
)`;
}

/**
 * The changes as the first parameter. BIGINTs are strings there, since JSON has no such numbers, and
 * moments are microseconds, since dates far off have no form that both sides read alike.
 */
export function changesJson(changes: readonly JobChange[]): string {
  return JSON.stringify(
    changes.map((change, n) => ({
      n,
      id: change.id,
      is_start: change.isStart,
      is_stored: change.isStored === true,
      is_authorized: change.isAuthorized,
      organization_id: change.organizationId,
      project_id: change.projectId,
      agent_id: change.agentId,
      type: change.type,
      model: change.model,
      started_us: microsOrNothing(change.startedAt),
      ttft_ns: nsOf(change.ttft),
      ttft_us: atOf(change.ttft),
      ttft_clock: clockOf(change.ttft),
      duration_ns: nsOf(change.duration),
      ended_us: atOf(change.duration),
      duration_clock: clockOf(change.duration),
      outcome: change.outcome,
    })),
  );
}

function nsOf(time: JobChangeTime | undefined): string | undefined {
  return time !== undefined && 'ns' in time ? String(time.ns) : undefined;
}

function atOf(time: JobChangeTime | undefined): string | undefined {
  return time !== undefined && 'at' in time ? microsParam(time.at) : undefined;
}

function microsOrNothing(date: Date | undefined): string | undefined {
  return date === undefined ? undefined : microsParam(date);
}

function clockOf(time: JobChangeTime | undefined): string | undefined {
  return time !== undefined && 'ns' in time ? time.clock : undefined;
}

/** One row of the answer. */
export function resultOf(row: TextRow): JobChangeResult {
  const access = row['access'] as JobChangeResult['access'];
  if (access !== 'allowed') return { access };
  // Inserted at the same moment by another organization: its row was left alone.
  if (row['id'] === null) return { access: 'denied' };
  const job = recordOf(row);
  return {
    access,
    ttft: valueResult(row['ttft'], row['setTtft'], job.ttftNs),
    duration: valueResult(row['duration'], row['setDuration'], job.totalDurationNs),
    job,
  };
}

/** A value is written if it is there now: another process may have inserted its own meanwhile. */
function valueResult(
  verdict: string | null | undefined,
  set: string | null | undefined,
  stored: bigint | undefined,
): JobValueResult | undefined {
  if (verdict === 'written' && set !== String(stored)) return 'duplicate';
  return (verdict ?? undefined) as JobValueResult | undefined;
}
