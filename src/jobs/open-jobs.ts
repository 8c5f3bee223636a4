import type { Holder } from '../core/index.js';
import type { Attributes } from '../declare/index.js';
import type { DescribedJob } from './fields.js';
import type { JobStart } from './queue.js';
import type { JobChangeTime } from './store/types.js';
import type { JobOutcome } from './types.js';

/** A job that this process has started and not ended. */
export interface OpenJob {
  readonly described: DescribedJob;
  /** Its rows are merged under this key; a second job with the same id has another. */
  readonly key: string;
  readonly attributes: Attributes;
  /** The request context of the start; what is added to it later counts. */
  readonly context: Holder | undefined;
  readonly start: JobStart;
  /** Monotonic, nanoseconds. */
  readonly startNs: bigint;
  ttft: Extract<JobChangeTime, { ns: bigint }> | undefined;
  duration: Extract<JobChangeTime, { ns: bigint }> | undefined;
  /** What the end is to say where it is told nothing else. */
  preset: JobOutcome | undefined;
  outcome: JobOutcome | undefined;
}

/**
 * The jobs by id, for reports that name one. At most so many: whoever starts jobs and never ends
 * them must not fill the memory; the oldest are then reported on through the database, like those
 * of other processes.
 */
export class OpenJobs {
  private readonly jobs = new Map<string, OpenJob>();

  constructor(private readonly max: number) {}

  get size(): number {
    return this.jobs.size;
  }

  get(id: string): OpenJob | undefined {
    return this.jobs.get(id);
  }

  add(job: OpenJob): void {
    this.jobs.delete(job.described.id);
    for (const oldest of this.jobs.keys()) {
      if (this.jobs.size < this.max) break;
      this.jobs.delete(oldest);
    }
    this.jobs.set(job.described.id, job);
  }

  remove(job: OpenJob): void {
    if (this.jobs.get(job.described.id) === job) this.jobs.delete(job.described.id);
  }
}
