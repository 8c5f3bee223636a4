import { randomUUID } from 'node:crypto';
import { agentMetrics, type RegistryWith } from '../standard/index.js';
import { organizationOf } from './fields.js';
import { Ledger, messageOf } from './ledger.js';
import { type JobInstrument, JobRecorder } from './metrics.js';
import { type JobTimingsOptions, settingsOf } from './options.js';
import { outcomeOf } from './outcome.js';
import { Reports } from './reports.js';
import { RowWriter } from './row-writer.js';
import { handleOf, Runs } from './runs.js';
import { sender } from './send.js';
import type { JobReport, ReportOptions } from './store/report-types.js';
import type {
  JobActor,
  JobFilter,
  JobHandle,
  JobOutcome,
  JobPage,
  JobPageRequest,
  JobRecord,
  NewJob,
  ReportedTime,
} from './types.js';
import { Warnings } from './warnings.js';

/** How the writing goes. */
export interface JobTimingsHealth {
  /** Rows that wait or are on their way. */
  readonly queued: number;
  /** Jobs that this process has started and not ended. */
  readonly open: number;
  /** Rows that the database has taken; a job has one to three of them. */
  readonly written: number;
  /** Rows that are lost: the queue was full, the deadline of `close()` passed, the database refused. */
  readonly dropped: {
    readonly overflow: number;
    readonly shutdown: number;
    readonly rejected: number;
  };
  /**
   * What was refused: rows of unknown jobs and of those of another organization; single times that
   * were there already, or that cannot be.
   */
  readonly refused: {
    readonly unknown: number;
    readonly denied: number;
    readonly duplicate: number;
    readonly implausible: number;
  };
  /** Batches that were tried again. */
  readonly failures: number;
  readonly lastError?: { readonly message: string; readonly at: Date } | undefined;
  readonly lastWrite?: Date | undefined;
}

/**
 * Times jobs. Recording never waits for the database, and nothing about it throws or rejects;
 * reading asks the database, and rejects where that does.
 */
export interface JobTimings<Actor extends JobActor = JobActor> {
  /** Starts a job now: makes its row. For jobs whose end is not where their start is. */
  start(job: NewJob): JobHandle;
  /**
   * Starts a job, runs `fn`, and ends the job when `fn` is done: `completed`, or by what it throws
   * `failed`, `cancelled` (`AbortError`) or `expired` (`TimeoutError`), unless `setOutcome` has said
   * otherwise. `fn` runs in the request context with the job's ids added. Gives what `fn` gives.
   */
  run<Result>(job: NewJob, fn: (job: JobHandle) => Result | PromiseLike<Result>): Promise<Result>;
  /**
   * Reports the time to the first token of a job, started here or in another process. What the actor
   * may not report, and a job that is not there, is a warning and counted.
   */
  recordTtft(jobId: string, ttft: ReportedTime, actor: Actor): void;
  /** Reports the whole time of a job, and how it ended: by default `completed`. */
  recordResponseDuration(
    jobId: string,
    totalDuration: ReportedTime,
    actor: Actor,
    outcome?: JobOutcome,
  ): void;
  /** The row of a job, for code that may read every job; undefined where there is none. */
  get(jobId: string): Promise<JobRecord | undefined>;
  /** The row of a job; undefined where there is none, or the actor may not have it. */
  get(jobId: string, actor: Actor): Promise<JobRecord | undefined>;
  /** Jobs, the latest started first, page by page. New jobs do not shift the pages that follow. */
  list(filter?: JobFilter & JobPageRequest): Promise<JobPage>;
  /** Percentiles of first token and whole time. Reads every row of the time range. */
  report(options?: ReportOptions): Promise<JobReport>;
  /** The jobs that took longest. */
  slowest(
    options?: JobFilter & { readonly limit?: number | undefined },
  ): Promise<readonly JobRecord[]>;
  health(): JobTimingsHealth;
  /**
   * Writes what is queued. False where that was not possible within `timeout` milliseconds, by
   * default 5,000. Reports that wait for their job to appear are tried once, and not waited for.
   */
  flush(options?: { readonly timeout?: number | undefined }): Promise<boolean>;
  /**
   * Takes nothing more, writes what is queued within `timeout` milliseconds (default 5,000), counts
   * and reports the rest as lost, and closes what the store has opened itself.
   */
  close(options?: { readonly timeout?: number | undefined }): Promise<void>;
}

/**
 * Keeps the timings of jobs in a database and records them as `job.time_to_first_token` and
 * `job.duration`, both from one reading of the monotonic clock.
 *
 * A call costs a few microseconds: it puts a row into a bounded queue, which is written in batches
 * behind it. Where the database is slow or down, jobs and metrics go on, the queue holds the newest
 * rows, and the rest is counted. Make one for each table and process, and `close()` it at the end:
 * its timers do not hold the process.
 *
 * Throws `INVALID_SETUP` for options that cannot be used, and `INVALID_REGISTRY` for a registry
 * without the two instruments.
 */
export function createJobTimings<
  R extends object = typeof agentMetrics,
  Actor extends JobActor = JobActor,
>(
  options: JobTimingsOptions<Actor> & {
    /** A registry that has the two instruments. Default `agentMetrics`. */
    readonly metrics?: (R & RegistryWith<R, JobInstrument>) | undefined;
  },
): JobTimings<Actor> {
  const settings = settingsOf(options);
  const { store, clock } = settings;
  const recorder = new JobRecorder(options.metrics ?? agentMetrics);
  const ledger = new Ledger();
  const warnings = new Warnings(settings.logger, clock.monotonic);
  const parts = { settings, recorder, ledger, warnings, randomId: randomUUID };
  const { authorize, maxWallNs } = settings.writer;
  const send = sender(store, maxWallNs, authorize, warnings);
  const writer = new RowWriter(send, settings.writer, ledger, warnings, {
    answered: (row, result) => reports.answered(row, result),
    lost: (row, reason) => reports.lost(row, reason),
  });
  const runs = new Runs(parts, writer);
  const reports = new Reports(parts, writer, runs);

  const mayRead = async (job: JobRecord, actor: Actor): Promise<boolean> => {
    try {
      if (authorize === undefined) return job.organizationId === organizationOf(actor);
      return (await authorize(job, actor)) === true;
    } catch (error) {
      warnings.warn('authorize', `authorize() failed, access denied: ${messageOf(error)}`);
      return false;
    }
  };

  let closing: Promise<void> | undefined;
  return Object.freeze<JobTimings<Actor>>({
    start: (job) => handleOf(runs, runs.start(job)),
    run: (job, fn) =>
      runs.inContext(job, async (described) => {
        const open = runs.begin(described, job);
        try {
          const result = await fn(handleOf(runs, open));
          runs.end(open, 'completed');
          return result;
        } catch (error) {
          runs.end(open, outcomeOf(error));
          throw error;
        }
      }),
    recordTtft: (jobId, ttft, actor) => reports.ttft(jobId, ttft, actor),
    recordResponseDuration: (jobId, total, actor, outcome) =>
      reports.duration(jobId, total, actor, outcome),
    get: async (jobId: string, ...actor: readonly Actor[]) => {
      const job = await store.get(jobId);
      // Whoever passes an actor means it to be asked, one that turns out to be undefined as well.
      if (job === undefined || actor.length === 0) return job;
      return (await mayRead(job, actor[0] as Actor)) ? job : undefined;
    },
    list: (filter) => store.list(filter),
    report: (reportOptions) => store.report(reportOptions),
    slowest: (slowestOptions) => store.slowest(slowestOptions),
    health: () => healthOf(writer, runs, ledger),
    flush: ({ timeout = settings.timeout } = {}) => writer.flush(timeout),
    // Whoever calls it second waits for the first: the process may end after either.
    close: ({ timeout = settings.timeout } = {}) => {
      closing ??= writer.close(timeout).then(() => store.close());
      return closing;
    },
  });
}

function healthOf(writer: RowWriter, runs: Runs, ledger: Ledger): JobTimingsHealth {
  const { written, overflow, shutdown, rejected, unknown, denied } = ledger.rows;
  return {
    queued: writer.size,
    open: runs.open.size,
    written,
    dropped: { overflow, shutdown, rejected },
    refused: { unknown, denied, ...ledger.values },
    failures: ledger.failures,
    ...(ledger.lastError === undefined ? undefined : { lastError: ledger.lastError }),
    ...(ledger.lastWrite === undefined ? undefined : { lastWrite: ledger.lastWrite }),
  };
}
