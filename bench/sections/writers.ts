import { measurement, type Section } from '../report/measurement.js';
import { runJob } from '../support/processes.js';
import { WRITER_WAYS } from '../worker/writer-ways.js';
import type { Context } from './context.js';

const THREADS = [1, 2] as const;

/** What it would take for threads to record into one set of series. */
export function writersSection({ programs, progress }: Context): Section {
  return {
    id: 'writers',
    title: 'Many threads, one histogram',
    note: 'Wall-clock time of one record on a bound series of a 14-boundary histogram in each of so many worker threads at once: into series of its own, as meterbook does; into a row of its own in shared memory; and into one row by atomic operations. [Decision 0017](decisions/0017-many-writers.md) tells what follows.',
    unit: 'ns',
    columns: WRITER_WAYS,
    rows: THREADS.map((threads) => {
      const name = `${threads} ${threads === 1 ? 'thread' : 'threads'}`;
      const values = Object.fromEntries(
        WRITER_WAYS.map((way) => {
          progress(`many threads, ${name}, ${way}`);
          return [way, measurement(runJob(programs.worker, { kind: 'writers', way, threads }))];
        }),
      );
      return { name, values, budgets: [] };
    }),
  };
}
