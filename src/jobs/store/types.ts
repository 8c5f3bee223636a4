import type { JobFilter, JobOutcome, JobPage, JobPageRequest, JobRecord } from '../types.js';
import type { JobReport, ReportOptions } from './report-types.js';

/**
 * Anything that runs one statement: a `Pool` or `Client` of `pg`, a PGlite, or a few lines around
 * another driver. Each call is one statement and its own transaction, so that it does not matter
 * which connection takes it. Parameters are strings alone.
 */
export interface Queryable {
  query(sql: string, params?: string[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/**
 * What is to become of one row, whole: what the job's own process knows (`isStart`), or what
 * another one reports.
 */
export interface JobChange {
  readonly id: string;
  /** Of the job where `isStart`, otherwise of the actor. */
  readonly organizationId: string;
  /** The row is made if it is not there. */
  readonly isStart: boolean;
  /**
   * Only with `isStart`: a row of the job was there before. If it is not any more, and the daily totals
   * have counted it without an end, it is not made again: the job would count twice.
   */
  readonly isStored?: boolean | undefined;
  /** Access has been checked: the organization need not be the same. */
  readonly isAuthorized: boolean;
  readonly projectId?: string | undefined;
  readonly agentId?: string | undefined;
  readonly type?: string | undefined;
  readonly model?: string | undefined;
  /** Wall clock; only with `isStart`. */
  readonly startedAt?: Date | undefined;
  readonly ttft?: JobChangeTime | undefined;
  readonly duration?: JobChangeTime | undefined;
  /** Only with `duration`. */
  readonly outcome?: JobOutcome | undefined;
}

/** Nanoseconds and the clock that they come from, or a moment to be compared with the start. */
export type JobChangeTime =
  | { readonly ns: bigint; readonly clock: 'monotonic' | 'wall' }
  | { readonly at: Date };

/** What has become of a value. */
export type JobValueResult = 'written' | 'duplicate' | 'implausible';

/** What has become of one change. */
export interface JobChangeResult {
  /** `unknown`: there is no such job. `denied`: it belongs to another organization. */
  readonly access: 'allowed' | 'unknown' | 'denied';
  readonly ttft?: JobValueResult | undefined;
  readonly duration?: JobValueResult | undefined;
  /** The row as it is now, where access is allowed. */
  readonly job?: JobRecord | undefined;
}

/** What a retention run does at most. */
export interface RetentionOptions {
  /** Rows of one statement. Default 1,000. */
  readonly batchSize?: number | undefined;
  /** Stops between two batches. */
  readonly signal?: AbortSignal | undefined;
}

/** One line of the daily totals that `aggregateBefore` makes. */
export interface JobDay {
  /** UTC, `2026-01-31`. */
  readonly day: string;
  readonly organizationId: string;
  readonly type?: string | undefined;
  readonly model?: string | undefined;
  readonly outcome?: JobOutcome | undefined;
  readonly jobs: number;
  /** Jobs that had a first token, and the sum and the greatest of their times, ns. */
  readonly ttftCount: number;
  readonly ttftSumNs: bigint;
  readonly ttftMaxNs?: bigint | undefined;
  /** Jobs that had an end, and the sum and the greatest of their durations, ns. */
  readonly durationCount: number;
  readonly durationSumNs: bigint;
  readonly durationMaxNs?: bigint | undefined;
}

/** Where job timings are kept. Reads and writes reject with what the driver throws. */
export interface JobStore {
  /** Brings the table up to date. Called by everything else on first use; once for all callers. */
  migrate(): Promise<void>;
  /**
   * Writes all changes or none, in one statement. At most one change for each id. Written twice,
   * the second time changes nothing.
   *
   * @param maxWallNs greatest difference of two wall clocks that is believed, nanoseconds
   */
  write(changes: readonly JobChange[], maxWallNs: bigint): Promise<readonly JobChangeResult[]>;
  get(id: string): Promise<JobRecord | undefined>;
  /** Those of the ids that are there, by id. */
  getMany(ids: readonly string[]): Promise<ReadonlyMap<string, JobRecord>>;
  list(filter?: JobFilter & JobPageRequest): Promise<JobPage>;
  /** Percentiles and shares; see {@link JobReport}. Reads every row of the time range. */
  report(options?: ReportOptions): Promise<JobReport>;
  /** The jobs that took longest, the slowest first. Default 10, at most 1,000. */
  slowest(
    options?: JobFilter & { readonly limit?: number | undefined },
  ): Promise<readonly JobRecord[]>;
  /**
   * Deletes jobs started before a time, the oldest first, in batches, each its own transaction.
   * Returns how many. Refused (`INVALID_SETUP`) for an attached table, whose rows are not ours.
   */
  deleteBefore(time: Date, options?: RetentionOptions): Promise<number>;
  /**
   * Deletes jobs that ended before a time, in the same way, and adds them to the daily totals in the
   * same transaction: each job counts once. One that has no end, or a later one, stays for seven days
   * more by its start: its end may be on its way. An end that comes later still is refused as of an
   * unknown job; the job has counted without one.
   */
  aggregateBefore(time: Date, options?: RetentionOptions): Promise<number>;
  /** The daily totals, by day; of the filter, `projectId` and `agentId` are not known there. */
  days(filter?: Omit<JobFilter, 'projectId' | 'agentId'>): Promise<readonly JobDay[]>;
  /** Closes what the store has opened itself; a pool that was passed in stays the caller's. */
  close(): Promise<void>;
}
