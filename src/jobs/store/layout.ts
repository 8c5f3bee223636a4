import { MeterbookError, show } from '../../errors.js';

/** What is kept of a job, by the names of the API, and the columns of our own table. */
const OWN_COLUMNS = {
  id: 'id',
  organizationId: 'organization_id',
  projectId: 'project_id',
  agentId: 'agent_id',
  type: 'type',
  model: 'model',
  outcome: 'outcome',
  startedAt: 'started_at',
  ttftNs: 'ttft_ns',
  ttftClock: 'ttft_clock',
  totalDurationNs: 'total_duration_ns',
  durationClock: 'duration_clock',
} as const;

export type JobField = keyof typeof OWN_COLUMNS;

export const FIELDS = Object.keys(OWN_COLUMNS) as JobField[];

/**
 * The columns of a jobs table that the service already has. The three without which nothing works
 * are required; a field left out is not kept. `ttftNs` and `totalDurationNs` are added as nullable
 * `BIGINT` where the table has no such columns.
 */
export interface JobColumns {
  readonly id: string;
  readonly organizationId: string;
  readonly startedAt: string;
  readonly projectId?: string | undefined;
  readonly agentId?: string | undefined;
  readonly type?: string | undefined;
  readonly model?: string | undefined;
  /** Written at the end of a job; its type has to take `completed`, `failed`, … */
  readonly outcome?: string | undefined;
  /** Default `ttft_ns`. */
  readonly ttftNs?: string | undefined;
  readonly ttftClock?: string | undefined;
  /** Default `total_duration_ns`. */
  readonly totalDurationNs?: string | undefined;
  readonly durationClock?: string | undefined;
}

/** How the table is called. Names have letters, digits and `_`; the schema is made if absent. */
export interface TableOptions {
  /** Default: the first of the connection's `search_path`. */
  readonly schema?: string | undefined;
  /** Default `job_timings`. */
  readonly table?: string | undefined;
  /** Attaches to a table that is there, and in which the service itself makes the rows. */
  readonly columns?: JobColumns | undefined;
}

/** The table as the statements are written for it; every name quoted. */
export interface Layout {
  /** As it was named, for messages and for locks. */
  readonly name: string;
  readonly schema: string | undefined;
  readonly table: string;
  readonly migrationsTable: string;
  readonly daysTable: string;
  readonly isAttached: boolean;
  /** Quoted; undefined where the table does not keep the field. */
  readonly column: Readonly<Record<JobField, string | undefined>>;
}

/** Short enough for the names made from it: the longest that PostgreSQL keeps whole is 63. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,44}$/;
const COLUMN = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/** Checks the names and quotes them. Throws `INVALID_SETUP`. */
export function layoutOf(options: TableOptions, caller: string): Layout {
  const { schema, table = 'job_timings', columns } = options ?? {};
  const prefix = schema === undefined ? '' : `${quoted(schema, NAME, 'schema', caller)}.`;
  const named = quoted(table, NAME, 'table', caller);
  return {
    name: schema === undefined ? table : `${schema}.${table}`,
    schema: schema === undefined ? undefined : `"${schema}"`,
    table: `${prefix}${named}`,
    migrationsTable: `${prefix}"${table}_migrations"`,
    daysTable: `${prefix}"${table}_days"`,
    isAttached: columns !== undefined,
    column: columnsOf(columns, caller),
  };
}

function columnsOf(columns: JobColumns | undefined, caller: string): Layout['column'] {
  const timings = { ttftNs: OWN_COLUMNS.ttftNs, totalDurationNs: OWN_COLUMNS.totalDurationNs };
  const given: Readonly<Partial<Record<JobField, string | undefined>>> =
    columns === undefined ? OWN_COLUMNS : { ...timings, ...definedOf(columns) };
  for (const field of ['id', 'organizationId', 'startedAt'] as const) {
    if (given[field] === undefined) {
      throw new MeterbookError('INVALID_SETUP', {
        cause: `${caller} was given columns without ${field}.`,
        fix: 'Name the columns of at least id, organizationId and startedAt.',
      });
    }
  }
  const rows = FIELDS.map((field) => {
    const name = given[field];
    return [
      field,
      name === undefined ? undefined : quoted(name, COLUMN, `columns.${field}`, caller),
    ] as const;
  });
  return Object.fromEntries(rows) as Record<JobField, string | undefined>;
}

function definedOf(columns: JobColumns): Partial<JobColumns> {
  return Object.fromEntries(Object.entries(columns).filter(([, name]) => name !== undefined));
}

function quoted(name: unknown, allowed: RegExp, what: string, caller: string): string {
  if (typeof name === 'string' && allowed.test(name)) return `"${name}"`;
  throw new MeterbookError('INVALID_SETUP', {
    cause: `${caller} was given the ${what} ${show(name)}.`,
    fix: 'Use letters, digits and "_", a letter first, at most 45 of them (a column: 63).',
  });
}
