import { MeterbookError } from '../../errors.js';
import type { JobFilter, JobPage, JobPageRequest, JobRecord } from '../types.js';
import { FIELDS, type Layout } from './layout.js';
import { migrationSql } from './migrations.js';
import {
  encodeCursor,
  getSql,
  limitOf,
  listStatement,
  type Statement,
  slowestStatement,
} from './read.js';
import { reportLineOf, reportStatement } from './report-sql.js';
import type { JobReport, ReportOptions } from './report-types.js';
import {
  aggregateSql,
  dayOf,
  daysStatement,
  deleteSql,
  mayDelete,
  retentionParams,
} from './retention.js';
import { recordOf, storable, type TextRow } from './rows.js';
import type {
  JobChange,
  JobChangeResult,
  JobDay,
  JobStore,
  Queryable,
  RetentionOptions,
} from './types.js';
import { type ColumnTypes, changesJson, OWN_TYPES, resultOf, writeSql } from './write.js';

/** PostgreSQL's `invalid_text_representation`. */
const INVALID_TEXT = '22P02';

/** What the statements need to know of the table, found out once. */
interface Prepared {
  readonly types: ColumnTypes;
  readonly write: string;
}

/** The one store there is: what differs between databases is who runs the statements. */
export class SqlStore implements JobStore {
  private preparing: Promise<Prepared> | undefined;

  constructor(
    private readonly layout: Layout,
    private readonly database: Queryable,
    private readonly runsMigrations: boolean,
    private readonly closeDatabase: () => Promise<void>,
  ) {}

  async migrate(): Promise<void> {
    await this.prepared();
  }

  async write(
    changes: readonly JobChange[],
    maxWallNs: bigint,
  ): Promise<readonly JobChangeResult[]> {
    if (changes.length === 0) return [];
    const { write } = await this.prepared();
    const rows = await this.rows({ sql: write, params: [changesJson(changes), String(maxWallNs)] });
    return rows.map(resultOf);
  }

  async get(id: string): Promise<JobRecord | undefined> {
    try {
      return (await this.getMany([id])).get(storable(id));
    } catch (error) {
      // An attached table may have ids of another type, and this is none: then it has no such job.
      if ((error as { code?: unknown } | null)?.code === INVALID_TEXT) return undefined;
      throw error;
    }
  }

  async getMany(ids: readonly string[]): Promise<ReadonlyMap<string, JobRecord>> {
    const { types } = await this.prepared();
    const rows = await this.rows({
      sql: getSql(this.layout, types),
      params: [JSON.stringify(ids.map(storable))],
    });
    return new Map(rows.map((row) => [row['id'] as string, recordOf(row)]));
  }

  async list(filter: JobFilter & JobPageRequest = {}): Promise<JobPage> {
    const { types } = await this.prepared();
    const rows = await this.rows(listStatement(this.layout, types, filter));
    const page = rows.slice(0, limitOf(filter.limit, 100));
    const last = page.at(-1);
    return {
      jobs: page.map(recordOf),
      ...(last === undefined || rows.length === page.length
        ? undefined
        : { nextCursor: encodeCursor(last['micros'] as string, last['id'] as string) }),
    };
  }

  async report(options: ReportOptions = {}): Promise<JobReport> {
    await this.prepared();
    const rows = await this.rows(reportStatement(this.layout, options));
    const { by } = options;
    return { ...(by === undefined ? undefined : { by }), lines: rows.map(reportLineOf) };
  }

  async slowest(
    options: JobFilter & { readonly limit?: number | undefined } = {},
  ): Promise<readonly JobRecord[]> {
    await this.prepared();
    return (await this.rows(slowestStatement(this.layout, options))).map(recordOf);
  }

  deleteBefore(time: Date, options?: RetentionOptions): Promise<number> {
    return this.inBatches('deleteBefore', deleteSql, time, options);
  }

  aggregateBefore(time: Date, options?: RetentionOptions): Promise<number> {
    return this.inBatches('aggregateBefore', aggregateSql, time, options);
  }

  async days(filter: Omit<JobFilter, 'projectId' | 'agentId'> = {}): Promise<readonly JobDay[]> {
    mayDelete(this.layout, 'days');
    await this.prepared();
    return (await this.rows(daysStatement(this.layout, filter))).map(dayOf);
  }

  close(): Promise<void> {
    return this.closeDatabase();
  }

  private async inBatches(
    method: string,
    sql: (layout: Layout) => string,
    time: Date,
    { batchSize, signal }: RetentionOptions = {},
  ): Promise<number> {
    mayDelete(this.layout, method);
    const size = limitOf(batchSize, 1_000);
    const params = retentionParams(time, size);
    await this.prepared();
    let total = 0;
    while (signal?.aborted !== true) {
      const [row] = await this.rows({ sql: sql(this.layout), params });
      const count = Number(row?.['count'] ?? 0);
      total += count;
      if (count < size) break;
    }
    return total;
  }

  private async rows({ sql, params }: Statement): Promise<readonly TextRow[]> {
    return (await this.database.query(sql, params)).rows as readonly TextRow[];
  }

  /** Once for all callers; again after a failure, since the database may come back. */
  private prepared(): Promise<Prepared> {
    this.preparing ??= this.prepare().catch((error: unknown) => {
      this.preparing = undefined;
      throw error;
    });
    return this.preparing;
  }

  private async prepare(): Promise<Prepared> {
    if (this.runsMigrations) await this.database.query(migrationSql(this.layout));
    const types = this.layout.isAttached ? await this.attachedTypes() : OWN_TYPES;
    return { types, write: writeSql(this.layout, types) };
  }

  /** Our own table is as we made it; of another, the types have to be asked for. */
  private async attachedTypes(): Promise<ColumnTypes> {
    const { table, column, name } = this.layout;
    const rows = await this.rows({
      sql: `SELECT attname::text AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped`,
      params: [table],
    });
    const types = new Map(rows.map((row) => [`"${row['name']}"`, row['type'] as string]));
    for (const field of FIELDS) {
      const wanted = column[field];
      if (wanted === undefined || types.has(wanted)) continue;
      throw new MeterbookError('INVALID_SETUP', {
        cause: `The table "${name}" has no column ${wanted}, named for ${field}.`,
        fix: 'Name columns that the table has, and leave out what it does not keep.',
      });
    }
    const typeOf = (field: 'id' | 'outcome') => types.get(column[field] ?? '') ?? 'text';
    return { id: typeOf('id'), outcome: typeOf('outcome') };
  }
}
