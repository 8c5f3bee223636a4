import { type Holder, runInContext } from '../core/index.js';
import { type Attributes, attr, counter } from '../declare/index.js';
import { defineRegistry } from '../otel/index.js';
import { type Instrument, instrumentsOf, toSeconds } from '../standard/index.js';
import { copyOf } from './fields.js';
import type { JobIdentity, JobOutcome } from './types.js';

/** The instruments that jobs are recorded in. */
export type JobInstrument = 'jobTimeToFirstToken' | 'jobDuration';

/**
 * What becomes of the rows themselves, for alerts on a database that is slow or down. Hand it to
 * `setupMetrics({ registries: [agentMetrics, jobStoreMetrics] })`. The same numbers are in
 * `health()`. Shared by everything that `createJobTimings` makes in the process.
 */
export const jobStoreMetrics = defineRegistry({
  scope: { name: 'meterbook/jobs' },
  instruments: {
    jobStoreRows: counter({
      name: 'job.store.rows',
      description: 'Rows of jobs by what became of them.',
      unit: '{row}',
      attributes: {
        result: attr.oneOf('written', 'unknown', 'denied', 'overflow', 'shutdown', 'rejected'),
      },
    }),
    jobStoreValuesRefused: counter({
      name: 'job.store.values_refused',
      description: 'Times of jobs that were not stored although their row was.',
      unit: '{value}',
      attributes: { reason: attr.oneOf('duplicate', 'implausible') },
    }),
    jobStoreFailures: counter({
      name: 'job.store.failures',
      description: 'Batches that could not be written and were tried again.',
      unit: '{batch}',
    }),
  },
});

/** Records the two histograms. Never throws, in strict mode either: a job must not fail for it. */
export class JobRecorder {
  private readonly firstTokens: (seconds: number, attributes: Attributes) => void;
  private readonly durations: (seconds: number, attributes: Attributes) => void;

  /** Throws `INVALID_REGISTRY` where the registry lacks an instrument. */
  constructor(registry: unknown) {
    const it = instrumentsOf<JobInstrument>(
      registry,
      ['jobTimeToFirstToken', 'jobDuration'],
      'createJobTimings()',
    );
    this.firstTokens = declaredOnly(it.jobTimeToFirstToken);
    this.durations = declaredOnly(it.jobDuration);
  }

  firstToken(nanoseconds: bigint, attributes: Attributes): void {
    this.firstTokens(toSeconds({ nanoseconds }), attributes);
  }

  duration(nanoseconds: bigint, outcome: JobOutcome, attributes: Attributes): void {
    this.durations(toSeconds({ nanoseconds }), { ...attributes, 'job.outcome': outcome });
  }
}

/** Leaves out the keys that the instrument does not declare, which would be counted as mistakes. */
function declaredOnly(instrument: Instrument): (seconds: number, attributes: Attributes) => void {
  const declared = Object.keys(instrument.declaration.attributes);
  return (seconds, attributes) => {
    const own: Record<string, Attributes[string]> = {};
    for (const key of declared) {
      if (attributes[key] !== undefined) own[key] = attributes[key];
    }
    try {
      instrument.record(seconds, own);
    } catch {
      // Strict mode. In production the instrument counts what it drops.
    }
  };
}

/** A job as attributes; what is not known is left to the request context. */
export function attributesOf(
  job: Omit<JobIdentity, 'organizationId'> & { readonly organizationId: string | undefined },
  more?: Attributes,
): Attributes {
  return Object.assign(copyOf(more), {
    'job.type': job.type,
    'gen_ai.request.model': job.model,
    'organization.id': job.organizationId,
    'project.id': job.projectId,
    'agent.id': job.agentId,
  });
}

/** Records in the context of the report, not of whoever answers it. */
export function recordIn(context: Holder | undefined, record: () => void): void {
  runInContext(context, record);
}
