import { MeterbookError, show } from '../../errors.js';
import type { JobFilter, JobPageRequest } from '../types.js';
import type { JobField, Layout } from './layout.js';
import { microsOf, microsParam, momentOf, selectFields, storable } from './rows.js';
import type { ColumnTypes } from './write.js';

/** A statement with its parameters. */
export interface Statement {
  readonly sql: string;
  readonly params: string[];
}

/** Collects conditions; values go into parameters alone. */
export class Conditions {
  readonly params: string[] = [];
  private readonly parts: string[] = [];

  /** The next parameter, as `$n::text`. */
  param(value: string): string {
    this.params.push(storable(value));
    return `$${this.params.length}::text`;
  }

  add(condition: string): void {
    this.parts.push(condition);
  }

  /** `WHERE …`, or nothing. */
  get where(): string {
    return this.parts.length === 0 ? '' : `WHERE ${this.parts.join(' AND ')}`;
  }
}

const EQUAL = ['organizationId', 'projectId', 'agentId', 'type', 'model', 'outcome'] as const;

/** The conditions of a filter. A field that an attached table does not keep matches nothing. */
export function conditionsOf(layout: Layout, filter: JobFilter): Conditions {
  const conditions = new Conditions();
  for (const field of EQUAL) {
    const value = filter[field];
    if (value === undefined) continue;
    const column = layout.column[field];
    if (column === undefined) conditions.add('false');
    else conditions.add(`${comparable(layout, column)} = ${conditions.param(String(value))}`);
  }
  const startedAt = started(layout);
  const { from, to } = filter;
  if (from !== undefined) {
    conditions.add(`${startedAt} >= ${momentOf(conditions.param(microsParam(valid(from))))}`);
  }
  if (to !== undefined) {
    conditions.add(`${startedAt} < ${momentOf(conditions.param(microsParam(valid(to))))}`);
  }
  return conditions;
}

/** Our own columns are text already, and a cast would keep an index from being used. */
function comparable(layout: Layout, column: string): string {
  return layout.isAttached ? `t.${column}::text` : `t.${column}`;
}

export function started(layout: Layout): string {
  return `t.${layout.column.startedAt}`;
}

export function getSql(layout: Layout, { id }: ColumnTypes): string {
  const { table, column } = layout;
  return `SELECT ${selectFields(layout, 't')} FROM ${table} t
WHERE t.${column.id} IN (SELECT value::${id} FROM json_array_elements_text($1::text::json))`;
}

/** One more than the page holds, which tells whether there is a next. */
export function listStatement(
  layout: Layout,
  { id }: ColumnTypes,
  filter: JobFilter & JobPageRequest,
): Statement {
  const conditions = conditionsOf(layout, filter);
  const key = `(${started(layout)}, t.${layout.column.id})`;
  if (filter.cursor !== undefined) {
    const [micros, last] = decodeCursor(filter.cursor);
    const moment = momentOf(conditions.param(micros));
    conditions.add(`${key} < (${moment}, ${conditions.param(last)}::${id})`);
  }
  const limit = limitOf(filter.limit, 100);
  return {
    sql: `SELECT ${selectFields(layout, 't')}, ${microsOf(`${started(layout)}::timestamptz`)}::text AS micros
FROM ${layout.table} t ${conditions.where}
ORDER BY ${started(layout)} DESC, t.${layout.column.id} DESC LIMIT ${limit + 1}`,
    params: conditions.params,
  };
}

export function slowestStatement(
  layout: Layout,
  filter: JobFilter & { readonly limit?: number | undefined },
): Statement {
  const conditions = conditionsOf(layout, filter);
  const total = `t.${layout.column.totalDurationNs}`;
  conditions.add(`${total} IS NOT NULL`);
  return {
    sql: `SELECT ${selectFields(layout, 't')} FROM ${layout.table} t ${conditions.where}
ORDER BY ${total} DESC, t.${layout.column.id} LIMIT ${limitOf(filter.limit, 10)}`,
    params: conditions.params,
  };
}

/** A whole number from 1 to 1,000. Throws `INVALID_SETUP`. */
export function limitOf(limit: unknown, otherwise: number): number {
  if (limit === undefined) return otherwise;
  if (Number.isInteger(limit) && (limit as number) >= 1 && (limit as number) <= 1_000) {
    return limit as number;
  }
  throw new MeterbookError('INVALID_SETUP', {
    cause: `The limit of a query for jobs is ${show(limit)}.`,
    fix: 'Pass a whole number from 1 to 1,000.',
  });
}

export function valid(date: unknown): Date {
  if (date instanceof Date && !Number.isNaN(date.getTime())) return date;
  throw new MeterbookError('INVALID_SETUP', {
    cause: `A time of a query for jobs is ${show(date)}.`,
    fix: 'Pass a valid Date.',
  });
}

/** Where a page ended: the start in microseconds, and the id. Opaque to callers. */
export function encodeCursor(micros: string, id: string): string {
  return Buffer.from(JSON.stringify([micros, id])).toString('base64url');
}

function decodeCursor(cursor: unknown): readonly [string, string] {
  try {
    const [micros, id] = JSON.parse(Buffer.from(cursor as string, 'base64url').toString());
    if (/^-?\d{1,18}$/.test(micros) && typeof id === 'string') return [micros, id];
  } catch {
    // Not one of ours.
  }
  throw new MeterbookError('INVALID_SETUP', {
    cause: `The cursor ${show(cursor)} is none that a page of jobs has given.`,
    fix: 'Pass nextCursor of the page before, unchanged.',
  });
}

/** The field of a dimension as text. */
export const DIMENSIONS = {
  type: 'type',
  model: 'model',
  organization: 'organizationId',
} as const satisfies Readonly<Record<string, JobField>>;
