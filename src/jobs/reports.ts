import { currentContext } from '../core/index.js';
import { show } from '../errors.js';
import { idOf, organizationOf, timeOf } from './fields.js';
import { attributesOf, recordIn } from './metrics.js';
import type { OpenJob } from './open-jobs.js';
import { OUTCOMES } from './outcome.js';
import type { QueuedRow } from './queue.js';
import type { RowWriter } from './row-writer.js';
import type { Parts, Runs } from './runs.js';
import type { JobChangeResult, JobChangeTime, JobValueResult } from './store/types.js';
import type { JobActor, JobIdentity, JobOutcome, ReportedTime } from './types.js';

type What = 'ttft' | 'duration';

const NANOS_PER_MILLI = 1_000_000;

/**
 * Reports on jobs by their id. On one that this process has started they are taken at once. Of any
 * other, whether it exists, whose it is, and what was said of it before is known to the database
 * alone: metrics are then recorded from its answer, so that they have what the table has.
 */
export class Reports {
  private asked = 0;

  constructor(
    private readonly parts: Parts,
    private readonly writer: RowWriter,
    private readonly runs: Runs,
  ) {}

  ttft(jobId: string, ttft: ReportedTime, actor: JobActor): void {
    this.report(jobId, 'ttft', ttft, actor, undefined);
  }

  duration(
    jobId: string,
    total: ReportedTime,
    actor: JobActor,
    outcome: JobOutcome = 'completed',
  ): void {
    this.report(jobId, 'duration', total, actor, OUTCOMES.includes(outcome) ? outcome : 'failed');
  }

  /** The database has spoken about a row. */
  answered(row: QueuedRow, result: JobChangeResult): void {
    if (result.access !== 'allowed') {
      this.noAccess(row.id, result.access);
      return;
    }
    if (row.start !== undefined) row.start.isStored = true;
    this.answeredValue(row, 'ttft', row.hasNewTtft, result);
    this.answeredValue(row, 'duration', row.hasNewDuration, result);
  }

  /**
   * A row is lost. What its job's own process said has been recorded; of a report this is the last
   * chance, unless the database has said that it cannot be.
   */
  lost(row: QueuedRow, reason: 'overflow' | 'shutdown' | 'rejected'): void {
    if (row.start !== undefined || reason === 'rejected') return;
    const attributes = attributesOf({ id: row.id, organizationId: row.organizationId });
    recordIn(row.context, () => {
      const { ttft, duration } = row;
      if (ttft !== undefined && 'ns' in ttft) this.parts.recorder.firstToken(ttft.ns, attributes);
      if (duration !== undefined && 'ns' in duration) {
        this.parts.recorder.duration(duration.ns, row.outcome ?? 'completed', attributes);
      }
    });
  }

  private report(
    jobId: string,
    what: What,
    reported: ReportedTime,
    actor: JobActor,
    outcome: JobOutcome | undefined,
  ): void {
    const id = idOf(jobId);
    if (id === undefined) {
      this.parts.ledger.row('unknown');
      this.noAccess(jobId, 'unknown');
      return;
    }
    const organizationId = organizationOf(actor);
    if (organizationId === undefined) {
      this.parts.ledger.row('denied');
      this.noAccess(id, 'denied');
      return;
    }
    const time = timeOf(reported);
    if (time === undefined) {
      this.refuse(id, what, 'implausible');
      return;
    }
    const job = this.runs.open.get(id);
    if (job !== undefined && this.parts.settings.writer.authorize === undefined) {
      this.onOwn(job, what, time, organizationId, outcome);
      return;
    }
    const change = 'ns' in time ? { ns: time.ns, clock: 'monotonic' as const } : time;
    this.queue(id, what, change, organizationId, actor, outcome);
  }

  /** A job of this process: everything is known here. */
  private onOwn(
    job: OpenJob,
    what: What,
    time: { readonly ns: bigint } | { readonly at: Date },
    organizationId: string,
    outcome: JobOutcome | undefined,
  ): void {
    const { id, identity } = job.described;
    if (identity.organizationId !== organizationId) {
      this.parts.ledger.row('denied');
      this.noAccess(id, 'denied');
      return;
    }
    if (job[what] !== undefined) {
      this.refuse(id, what, 'duplicate');
      return;
    }
    const isWall = 'at' in time;
    const ns = isWall ? wallNanos(job.start.startedAt, time.at) : time.ns;
    const { maxWallNs } = this.parts.settings.writer;
    const isBelow = what === 'duration' && ns < (job.ttft?.ns ?? 0n);
    if (ns < 0n || isBelow || (isWall && ns > maxWallNs)) {
      this.refuse(id, what, 'implausible');
      return;
    }
    const clock = isWall ? 'wall' : 'monotonic';
    if (what === 'ttft') this.runs.setTtft(job, ns, clock);
    else this.runs.setDuration(job, ns, clock, outcome ?? 'completed');
  }

  private queue(
    id: string,
    what: What,
    time: JobChangeTime,
    organizationId: string,
    actor: JobActor,
    outcome: JobOutcome | undefined,
  ): void {
    const hasRule = this.parts.settings.writer.authorize !== undefined;
    this.asked += 1;
    // Two actors of one organization may have different rights: each is asked about by itself.
    const key = hasRule ? `report ${this.asked}` : JSON.stringify([id, organizationId]);
    const waiting = this.writer.waitingRow(key);
    if (waiting !== undefined) {
      if (waiting[what] !== undefined) {
        this.refuse(id, what, 'duplicate');
        return;
      }
      Object.assign(waiting, valuesOf(what, time, outcome));
      return;
    }
    this.writer.push({
      key,
      id,
      organizationId,
      start: undefined,
      actor: hasRule ? actor : undefined,
      context: currentContext(),
      queuedAt: this.parts.settings.clock.monotonic(),
      ttft: undefined,
      duration: undefined,
      outcome: undefined,
      hasNewTtft: false,
      hasNewDuration: false,
      attempts: 0,
      ...valuesOf(what, time, outcome),
    });
  }

  private answeredValue(row: QueuedRow, what: What, isNew: boolean, result: JobChangeResult): void {
    const verdict = isNew ? this.verdictOf(row, what, result) : undefined;
    if (verdict === undefined) return;
    if (verdict !== 'written') {
      this.refuse(row.id, what, verdict);
      return;
    }
    if (row.start !== undefined || result.job === undefined) return;
    const { ttftNs, totalDurationNs } = result.job;
    const attributes = attributesOf(result.job);
    recordIn(row.context, () => {
      if (what === 'ttft') this.parts.recorder.firstToken(ttftNs ?? 0n, attributes);
      else {
        const outcome = row.outcome ?? 'completed';
        this.parts.recorder.duration(totalDurationNs ?? 0n, outcome, attributes);
      }
    });
  }

  /** What was sent before, the answer lost, may be there by that: it is ours and no duplicate. */
  private verdictOf(
    row: QueuedRow,
    what: What,
    { job, ...result }: JobChangeResult,
  ): JobValueResult | undefined {
    const time = row[what];
    if (result[what] !== 'duplicate' || row.attempts === 0 || time === undefined) {
      return result[what];
    }
    const stored = what === 'ttft' ? job?.ttftNs : job?.totalDurationNs;
    const isOurs = 'ns' in time ? stored === time.ns : wallMatches(job, time.at, stored);
    return isOurs ? 'written' : 'duplicate';
  }

  private refuse(id: string, what: What, reason: 'duplicate' | 'implausible'): void {
    this.parts.ledger.value(reason);
    const name = what === 'ttft' ? 'time to first token' : 'duration';
    const why =
      reason === 'duplicate'
        ? 'one was recorded before'
        : 'it is negative, absurd, or a whole shorter than its first part';
    this.parts.warnings.warn(reason, `A ${name} of the job ${show(id)} is refused: ${why}.`);
  }

  private noAccess(id: unknown, access: 'unknown' | 'denied'): void {
    const why = access === 'unknown' ? 'there is no such job' : 'the actor may not write it';
    this.parts.warnings.warn(access, `A report on the job ${show(id)} is refused: ${why}.`);
  }
}

function valuesOf(
  what: What,
  time: JobChangeTime,
  outcome: JobOutcome | undefined,
): Partial<QueuedRow> {
  return what === 'ttft'
    ? { ttft: time, hasNewTtft: true }
    : { duration: time, hasNewDuration: true, outcome };
}

function wallNanos(start: Date, end: Date): bigint {
  return BigInt(end.getTime() - start.getTime()) * BigInt(NANOS_PER_MILLI);
}

/** To the millisecond, which is all that the start has kept. */
function wallMatches(
  job: (JobIdentity & { readonly startedAt: Date }) | undefined,
  at: Date,
  stored: bigint | undefined,
): boolean {
  if (job === undefined || stored === undefined) return false;
  const difference = stored - wallNanos(job.startedAt, at);
  return difference > -1_000_000n && difference < 1_000_000n;
}
