/** A process that makes one measurement: the job as JSON on its command line, the result on stdout. */
import type { MakeSubject, Subject } from '../subjects/subject.js';
import { searchLoop } from './bucket-search.js';
import { timeCollections } from './collect.js';
import { acrossSeries, withAttributes } from './curves.js';
import { BOXED_VALUES, VALUES } from './inputs.js';
import type { Job, JobResults, SubjectModule } from './job.js';
import { MANY, MANY_SPECS, recordMany } from './many-series.js';
import { bytesPerOperation, bytesPerSeries } from './memory.js';
import { RECORD_CASES, type RecordCase } from './record.js';
import { time } from './timing.js';
import { traced } from './tracing.js';

/** Only the library under test is loaded. */
const SUBJECTS: Record<SubjectModule, () => Promise<{ readonly makeSubject: MakeSubject }>> = {
  meterbook: () => import('../subjects/meterbook.js'),
  'sdk-metrics': () => import('../subjects/sdk-metrics.js'),
  'prom-client': () => import('../subjects/prom-client.js'),
  effect: () => import('../subjects/effect.js'),
  'hot-shots': () => import('../subjects/hot-shots.js'),
};

async function checkTally(subject: Subject, series: number, measurements: number): Promise<void> {
  const tally = await subject.tally();
  if ((tally.series ?? series) === series && tally.measurements === measurements) return;
  throw new Error(
    `${measurements} measurements into ${series} series were made, but ${tally.measurements} in ${tally.series} are there`,
  );
}

async function prepare(
  module: SubjectModule,
  { specs, series, prepared = 0, loop, tracing }: RecordCase,
  values: readonly number[],
) {
  const { makeSubject } = await SUBJECTS[module]();
  const subject = makeSubject(specs);
  if (tracing !== undefined) subject.takeExemplars?.();
  const plain = loop(subject, values);
  // A loop of several instruments in turn does whole turns.
  const perTurn = specs.length;
  const whole = (operations: number) => Math.ceil(operations / perTurn) * perTurn;
  return {
    loop: tracing === undefined ? plain : traced(plain, tracing),
    check: (made: readonly number[]) =>
      checkTally(
        subject,
        series,
        made.reduce((sum, operations) => sum + whole(operations), prepared),
      ),
  };
}

async function run(job: Job): Promise<JobResults[Job['kind']]> {
  switch (job.kind) {
    case 'record': {
      const { loop, check } = await prepare(job.subject, RECORD_CASES[job.name], VALUES);
      const { nanos, runs } = time(loop, job.timing);
      await check(runs);
      return nanos;
    }
    case 'curve': {
      const made = job.of === 'series' ? acrossSeries(job.count) : withAttributes(job.count);
      const { loop, check } = await prepare(job.subject, made, VALUES);
      const { nanos, runs } = time(loop, job.timing);
      await check(runs);
      return nanos;
    }
    case 'allocation': {
      const { loop, check } = await prepare(job.subject, RECORD_CASES[job.name], BOXED_VALUES);
      const { bytes, runs } = bytesPerOperation(loop);
      await check(runs);
      return bytes;
    }
    case 'heap': {
      const { makeSubject } = await SUBJECTS[job.subject]();
      let subject: Subject | undefined;
      const bytes = await bytesPerSeries(() => {
        subject = makeSubject(MANY_SPECS);
        return subject;
      });
      await checkTally(subject as Subject, MANY, MANY * 2);
      return bytes;
    }
    case 'collect': {
      const { makeSubject } = await SUBJECTS[job.subject]();
      const subject = makeSubject(MANY_SPECS);
      recordMany(subject.instruments[0]!, job.series);
      const millis = await timeCollections(subject, 5, job.count);
      await checkTally(subject, job.series, job.series);
      return millis;
    }
    case 'search': {
      const { loop, total } = searchLoop(job.search, job.boundaries);
      const { nanos, runs } = time(loop, job.timing);
      const made = runs.reduce((sum, operations) => sum + operations, 0);
      if (total() !== made) throw new Error(`${made} searches were made, ${total()} were counted`);
      return nanos;
    }
    case 'stall': {
      // Loaded here alone: a job measures one thing.
      const { timeStalls } = await import('./stall.js');
      return timeStalls(job.subject, job.series, job.count);
    }
    case 'encode': {
      const { timeExports } = await import('./encode.js');
      return timeExports(job.subject, job.series, job.reach, job.count);
    }
    case 'writers': {
      const { timeWriters } = await import('./writers.js');
      return timeWriters(job.way, job.threads);
    }
    case 'service': {
      const { watchService } = await import('./service.js');
      return watchService(job.subject, job.timing);
    }
    case 'http':
      return (await import('./http.js')).timeRequests(job.subject, job.timing);
  }
}

const job = JSON.parse(process.argv[2] ?? '') as Job;
process.stdout.write(JSON.stringify(await run(job)));
