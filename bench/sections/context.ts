import type { Effort } from '../options.js';
import {
  type Measurement,
  measurement,
  SUBJECT_NAMES,
  type SubjectName,
} from '../report/measurement.js';
import { runJob } from '../support/processes.js';
import type { Programs } from '../support/programs.js';
import type { Job, JobResults, SubjectModule } from '../worker/job.js';

/** A library, and where its process finds it. */
export interface Subject {
  readonly name: SubjectName;
  readonly module: SubjectModule;
  readonly worker: string;
}

/** What every section needs. */
export interface Context {
  readonly effort: Effort;
  readonly programs: Programs;
  readonly subjects: readonly Subject[];
  /** Tells what is measured now. */
  progress(what: string): void;
}

/** The libraries, in the order of the columns. */
export function subjectsOf({ worker, workerOfSdk3 }: Programs): readonly Subject[] {
  return [
    { name: 'meterbook', module: 'meterbook', worker },
    { name: 'sdk-metrics 2.x', module: 'sdk-metrics', worker },
    { name: 'sdk-metrics 3.x', module: 'sdk-metrics', worker: workerOfSdk3 },
    { name: 'prom-client', module: 'prom-client', worker },
    { name: 'Effect', module: 'effect', worker },
    { name: 'hot-shots', module: 'hot-shots', worker },
  ];
}

/** The libraries that keep series: all but the one that sends each measurement on. */
export const WITH_SERIES: readonly SubjectName[] = SUBJECT_NAMES.filter(
  (name) => name !== 'hot-shots',
);

export function withSeries(context: Context): Context {
  return {
    ...context,
    subjects: context.subjects.filter(({ name }) => WITH_SERIES.includes(name)),
  };
}

/** Jobs that every library can do. */
type SubjectJob = Extract<Job, { readonly subject: SubjectModule }>;

/** Has every library do a job, in turn, so many rounds; what comes back is told by library. */
export function inTurn<J extends SubjectJob>(
  { subjects }: Context,
  rounds: number,
  job: (module: SubjectModule) => J,
): ReadonlyMap<SubjectName, readonly JobResults[J['kind']][]> {
  const results = new Map(subjects.map(({ name }) => [name, [] as JobResults[J['kind']][]]));
  for (let round = 0; round < rounds; round++)
    for (const { name, module, worker } of subjects)
      results.get(name)?.push(runJob(worker, job(module)));
  return results;
}

/** The same for jobs that answer with readings. */
export function readingsInTurn(
  context: Context,
  rounds: number,
  job: (module: SubjectModule) => Extract<SubjectJob, { kind: 'record' | 'curve' | 'collect' }>,
): Readonly<Record<string, Measurement>> {
  const results = inTurn(context, rounds, job);
  return Object.fromEntries(
    [...results].map(([name, rounds]) => [name, measurement(rounds.flat())]),
  );
}
