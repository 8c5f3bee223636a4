import { currentContext, withAttributes } from '../core/index.js';
import { show } from '../errors.js';
import { copyOf, type DescribedJob, describe } from './fields.js';
import type { Ledger } from './ledger.js';
import { attributesOf, type JobRecorder, recordIn } from './metrics.js';
import { type OpenJob, OpenJobs } from './open-jobs.js';
import type { Settings } from './options.js';
import { OUTCOMES } from './outcome.js';
import type { RowWriter } from './row-writer.js';
import type { JobHandle, JobIdentity, JobOutcome, NewJob } from './types.js';
import type { Warnings } from './warnings.js';

/** What all parts of one `createJobTimings` share. */
export interface Parts {
  readonly settings: Settings;
  readonly recorder: JobRecorder;
  readonly ledger: Ledger;
  readonly warnings: Warnings;
  readonly randomId: () => string;
}

/**
 * The jobs that this process starts: their clock is its monotonic one, their metrics are recorded
 * at once, and each of their rows says all that is known by then, so that the last one is enough.
 */
export class Runs {
  readonly open: OpenJobs;
  private started = 0;

  constructor(
    private readonly parts: Parts,
    private readonly writer: RowWriter,
  ) {
    this.open = new OpenJobs(parts.settings.maxOpenJobs);
  }

  start(job: NewJob): OpenJob {
    return this.begin(describe(job, this.parts.randomId), job);
  }

  /** Runs `fn` in the request context with the job's ids on top. */
  inContext<Result>(job: NewJob, fn: (described: DescribedJob) => Result): Result {
    const described = describe(job, this.parts.randomId);
    const { organizationId, projectId, agentId } = described.identity;
    const ids = {
      ...(organizationId === undefined ? undefined : { 'organization.id': organizationId }),
      ...(projectId === undefined ? undefined : { 'project.id': projectId }),
      ...(agentId === undefined ? undefined : { 'agent.id': agentId }),
    };
    return withAttributes(ids, () => fn(described));
  }

  begin(described: DescribedJob, job: NewJob): OpenJob {
    const { clock } = this.parts.settings;
    this.started += 1;
    const open: OpenJob = {
      described,
      key: `start ${this.started}`,
      attributes: attributesOf(described.identity, copyOf(job).attributes),
      context: currentContext(),
      start: {
        // Without an id or an organization nothing is put into the queue.
        identity: described.identity as JobIdentity,
        startedAt: new Date(clock.now()),
        isStored: false,
      },
      startNs: clock.monotonic(),
      ttft: undefined,
      duration: undefined,
      preset: undefined,
      outcome: undefined,
    };
    if (described.isStorable) {
      this.open.add(open);
      this.put(open, undefined);
    } else {
      this.parts.ledger.row('rejected');
      this.parts.warnings.warn(
        'unstorable',
        `The job ${show(described.id)} is not stored: it needs an id and an organizationId of 1 to 255 characters.`,
      );
    }
    return open;
  }

  firstToken(job: OpenJob): void {
    if (job.ttft !== undefined || job.duration !== undefined) return;
    this.setTtft(job, this.parts.settings.clock.monotonic() - job.startNs, 'monotonic');
  }

  end(job: OpenJob, outcome: JobOutcome): void {
    if (job.duration !== undefined) return;
    const elapsed = this.parts.settings.clock.monotonic() - job.startNs;
    // A first token reported by hand may lie after this: the longer of the two is what is known.
    const least = job.ttft?.ns ?? 0n;
    this.setDuration(job, elapsed < least ? least : elapsed, 'monotonic', job.preset ?? outcome);
  }

  /** Where nothing is set yet: the caller has looked. */
  setTtft(job: OpenJob, ns: bigint, clock: 'monotonic' | 'wall'): void {
    job.ttft = { ns, clock };
    recordIn(job.context, () => this.parts.recorder.firstToken(ns, job.attributes));
    this.put(job, 'ttft');
  }

  /** Where nothing is set yet: the caller has looked. */
  setDuration(job: OpenJob, ns: bigint, clock: 'monotonic' | 'wall', outcome: JobOutcome): void {
    job.duration = { ns, clock };
    job.outcome = outcome;
    recordIn(job.context, () => this.parts.recorder.duration(ns, outcome, job.attributes));
    this.open.remove(job);
    this.put(job, 'duration');
  }

  /** Adds to the row that waits already, or makes another that says everything again. */
  private put(job: OpenJob, news: 'ttft' | 'duration' | undefined): void {
    if (!job.described.isStorable) return;
    const waiting = this.writer.waitingRow(job.key);
    const known = { ttft: job.ttft, duration: job.duration, outcome: job.outcome };
    if (waiting !== undefined) {
      Object.assign(waiting, known);
      if (news === 'ttft') waiting.hasNewTtft = true;
      if (news === 'duration') waiting.hasNewDuration = true;
      return;
    }
    const { start } = job;
    this.writer.push({
      key: job.key,
      id: start.identity.id,
      organizationId: start.identity.organizationId,
      start,
      actor: undefined,
      context: undefined,
      queuedAt: this.parts.settings.clock.monotonic(),
      ...known,
      hasNewTtft: news === 'ttft',
      hasNewDuration: news === 'duration',
      attempts: 0,
    });
  }
}

/** The job as its owner holds it. */
export function handleOf(runs: Runs, job: OpenJob): JobHandle {
  return Object.freeze<JobHandle>({
    id: job.described.id,
    firstToken: () => runs.firstToken(job),
    setOutcome: (outcome) => {
      if (OUTCOMES.includes(outcome)) job.preset = outcome;
    },
    end: (outcome) => {
      if (outcome !== undefined && OUTCOMES.includes(outcome)) job.preset = outcome;
      runs.end(job, 'completed');
    },
  });
}
