import type { Attributes } from '../declare/index.js';

/** How a job ended. */
export type JobOutcome = 'completed' | 'failed' | 'cancelled' | 'expired';

/**
 * Where a stored duration comes from: the monotonic clock of one process, or the difference of the
 * wall clocks of two, which is as good as these are set.
 */
export type JobClockKind = 'monotonic' | 'wall';

/** A job as its row knows it. */
export interface JobIdentity {
  readonly id: string;
  /** Whose it is: the default rule lets only actors of this organization write. */
  readonly organizationId: string;
  readonly projectId?: string | undefined;
  readonly agentId?: string | undefined;
  /** What kind of job, written in code: `job.type` of the metrics. */
  readonly type?: string | undefined;
  /** The model asked for: `gen_ai.request.model` of the metrics. */
  readonly model?: string | undefined;
}

/** A row of the table. */
export interface JobRecord extends JobIdentity {
  /** Wall clock of the process that started it, to the millisecond. */
  readonly startedAt: Date;
  /** Left out while the job runs, and for good where nobody has told its end. */
  readonly outcome?: JobOutcome | undefined;
  /** From the start to the first token, nanoseconds, exact. */
  readonly ttftNs?: bigint | undefined;
  readonly ttftClock?: JobClockKind | undefined;
  /** From the start to the end, nanoseconds, exact. */
  readonly totalDurationNs?: bigint | undefined;
  readonly durationClock?: JobClockKind | undefined;
}

/**
 * A job about to start. What is left out is taken from the request context (`withAttributes`):
 * `organization.id`, `project.id`, `agent.id`. Ids have at most 255 characters, or the row is not
 * stored; of anything longer elsewhere the first 255 are kept.
 */
export interface NewJob {
  /** Default: a random UUID. */
  readonly id?: string | undefined;
  readonly organizationId?: string | undefined;
  readonly projectId?: string | undefined;
  readonly agentId?: string | undefined;
  readonly type?: string | undefined;
  readonly model?: string | undefined;
  /**
   * More attributes for the two histograms, where your registry declares more. Keys that an
   * instrument does not declare are left out of it. Copied.
   */
  readonly attributes?: Attributes | undefined;
}

/** Who reports or asks. Your own type may say more, for your own `authorize`. */
export interface JobActor {
  readonly organizationId: string;
}

/**
 * A length of time as reported: nanoseconds of one process's monotonic clock (a difference of
 * `process.hrtime.bigint()`), or the moment by the wall clock, where the start was read in another
 * process. Of the latter the database takes the difference to the start, and marks it `wall`.
 */
export type ReportedTime = bigint | { readonly at: Date };

/** A job that this process has started. Nothing here throws; each thing counts once. */
export interface JobHandle {
  readonly id: string;
  /** The first token is here, now. Later calls do nothing: streams may call it for each chunk. */
  firstToken(): void;
  /** What `end()` is to say where it is told nothing else. */
  setOutcome(outcome: JobOutcome): void;
  /** The job ends now. Default outcome: that of `setOutcome`, else `completed`. */
  end(outcome?: JobOutcome): void;
}

/** The clocks of a process; tests put their own in this place. */
export interface JobClock {
  /** Monotonic, nanoseconds from any origin. */
  monotonic(): bigint;
  /** Wall clock, milliseconds since the Unix epoch. */
  now(): number;
}

/** Which jobs. Every condition that is given has to hold. */
export interface JobFilter {
  readonly organizationId?: string | undefined;
  readonly projectId?: string | undefined;
  readonly agentId?: string | undefined;
  readonly type?: string | undefined;
  readonly model?: string | undefined;
  readonly outcome?: JobOutcome | undefined;
  /** Started at this time or later. */
  readonly from?: Date | undefined;
  /** Started before this time. */
  readonly to?: Date | undefined;
}

/** One page of a list. */
export interface JobPageRequest {
  /** Most jobs on the page, from 1 to 1,000. Default 100. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
}

/** Jobs, the latest started first. */
export interface JobPage {
  readonly jobs: readonly JobRecord[];
  /** Left out on the last page. */
  readonly nextCursor?: string | undefined;
}
