import type { JobRecord } from '../types.js';
import { FIELDS, type JobField, type Layout } from './layout.js';

/** A row as drivers give it, everything cast to text: no driver's own idea of a type gets in. */
export type TextRow = Readonly<Record<string, string | null>>;

/** The text without what PostgreSQL cannot hold: NUL, and halves of surrogate pairs. */
export function storable(text: string): string {
  return text.replace(/\0|\p{Surrogate}/gu, '\uFFFD');
}

/** Microseconds since the epoch, which is what PostgreSQL itself keeps. */
export function microsOf(expression: string): string {
  return `(EXTRACT(EPOCH FROM ${expression}) * 1000000)::bigint`;
}

/** The moment of so many microseconds, given as text. */
export function momentOf(parameter: string): string {
  return `(timestamptz 'epoch' + ${parameter}::bigint * interval '1 microsecond')`;
}

/** Microseconds of a `Date`, as a parameter. */
export function microsParam(date: Date): string {
  return `${date.getTime()}000`;
}

/** One field of the table under `alias`, as text; NULL where the table does not keep it. */
export function fieldText(layout: Layout, alias: string, field: JobField): string {
  const column = layout.column[field];
  if (column === undefined) return 'NULL::text';
  if (field !== 'startedAt') return `${alias}.${column}::text`;
  return `${microsOf(`${alias}.${column}::timestamptz`)}::text`;
}

/** All fields as text, each under the name of the field. */
export function selectFields(layout: Layout, alias: string): string {
  return FIELDS.map((field) => `${fieldText(layout, alias, field)} AS "${field}"`).join(', ');
}

/** Rounds down to the millisecond, which is what a `Date` holds. */
function dateOf(micros: string): Date {
  return new Date(Math.floor(Number(micros) / 1_000));
}

/** A row that {@link selectFields} has read. */
export function recordOf(row: TextRow): JobRecord {
  const text = (field: JobField): string | undefined => row[field] ?? undefined;
  const nanos = (field: JobField): bigint | undefined => {
    const value = row[field];
    return value === null || value === undefined ? undefined : BigInt(value);
  };
  const record: { -readonly [K in keyof JobRecord]: JobRecord[K] } = {
    id: row['id'] as string,
    organizationId: row['organizationId'] ?? '',
    startedAt: dateOf(row['startedAt'] as string),
  };
  const rest = {
    projectId: text('projectId'),
    agentId: text('agentId'),
    type: text('type'),
    model: text('model'),
    outcome: text('outcome'),
    ttftNs: nanos('ttftNs'),
    ttftClock: text('ttftClock'),
    totalDurationNs: nanos('totalDurationNs'),
    durationClock: text('durationClock'),
  };
  // Left out rather than undefined, as the types say and as it prints best.
  for (const [field, value] of Object.entries(rest)) {
    if (value !== undefined) Object.assign(record, { [field]: value });
  }
  return record;
}
