import type { Duration, Instruments } from '../../standard/index.js';
import { durations } from '../recorders.js';
import type { AttributesFor } from '../types.js';

/** What is recorded of jobs. */
export interface JobHelpers<R> {
  /**
   * Records `job.time_to_first_token`, s: from the start of a job to the first token it produced.
   * Reasoning and tool-call deltas are tokens; a stream object or a metadata event is not.
   */
  recordFirstToken(elapsed: Duration, ...attributes: AttributesFor<R, 'jobTimeToFirstToken'>): void;
  /** Records `job.duration`, s: from the start of a job to its end, with its `job.outcome`. */
  recordJobDuration(elapsed: Duration, ...attributes: AttributesFor<R, 'jobDuration'>): void;
}

export function jobHelpers(it: Instruments): Record<keyof JobHelpers<unknown>, unknown> {
  return {
    recordFirstToken: durations(it.jobTimeToFirstToken),
    recordJobDuration: durations(it.jobDuration),
  };
}
