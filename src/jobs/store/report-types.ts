import type { JobFilter } from '../types.js';

/** What a report can be broken down by. A day is one of UTC, by the start of the job. */
export type ReportDimension = 'type' | 'model' | 'organization' | 'day';

/** Which jobs, and how they are grouped. */
export interface ReportOptions extends JobFilter {
  /** Default: one line for all jobs. */
  readonly by?: ReportDimension | undefined;
  /** Most lines, those with the most jobs (of days: the latest). From 1 to 1,000, default 100. */
  readonly limit?: number | undefined;
}

/**
 * Percentiles of the values that are there, nanoseconds. Each is a value that some job has had
 * (`percentile_disc`), not one between two: exact, and to be found again in the table.
 */
export interface JobPercentiles {
  /** How many jobs have a value. */
  readonly count: number;
  /** Their sum, nanoseconds. */
  readonly sumNs: bigint;
  /** Left out, like the others, where no job has a value. */
  readonly p50Ns?: bigint | undefined;
  readonly p90Ns?: bigint | undefined;
  readonly p95Ns?: bigint | undefined;
  readonly p99Ns?: bigint | undefined;
}

/** One line of a report. */
export interface JobReportLine {
  /** The type, model, organization or day; left out where the job has none, and without `by`. */
  readonly group?: string | undefined;
  readonly jobs: number;
  /** How many ended in each way; the rest still runs or was never ended. */
  readonly outcomes: {
    readonly completed: number;
    readonly failed: number;
    readonly cancelled: number;
    readonly expired: number;
  };
  readonly firstToken: JobPercentiles;
  readonly total: JobPercentiles;
  /**
   * Of the whole time of the jobs that have both values, the part before the first token, from 0
   * to 1. Near 1 the model or what is done before it is slow to begin; near 0 it is the answer that
   * is long. Left out where no job has both.
   */
  readonly firstTokenShare?: number | undefined;
}

/** Percentiles by group. */
export interface JobReport {
  readonly by?: ReportDimension | undefined;
  readonly lines: readonly JobReportLine[];
}
