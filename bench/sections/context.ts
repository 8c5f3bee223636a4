import type { Effort } from '../options.js';
import { type Measurement, measurement, type SubjectName } from '../report/measurement.js';
import type { Programs } from '../support/build.js';
import { runJob } from '../support/processes.js';
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

/** The libraries that are installed. */
export function subjectsOf(programs: Programs, hasPeers: boolean): readonly Subject[] {
  const { worker, peersWorker } = programs;
  return [
    { name: 'meterbook', module: 'meterbook', worker },
    { name: 'sdk-metrics 2.x', module: 'sdk-metrics', worker },
    ...(hasPeers
      ? [{ name: 'sdk-metrics 3.x', module: 'sdk-metrics', worker: peersWorker } as const]
      : []),
    { name: 'prom-client', module: 'prom-client', worker },
  ];
}

/** Jobs that every library can do. */
type SubjectJob = Exclude<Job, { readonly kind: 'search' | 'http' | 'encode' | 'stall' }>;

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
  job: (module: SubjectModule) => Extract<SubjectJob, { kind: 'record' | 'collect' }>,
): Readonly<Record<string, Measurement>> {
  const results = inTurn(context, rounds, job);
  return Object.fromEntries(
    [...results].map(([name, rounds]) => [name, measurement(rounds.flat())]),
  );
}
