import { measurement, type Section } from '../report/measurement.js';
import { runJob } from '../support/processes.js';
import { EXPORTERS } from '../worker/exporter-names.js';
import type { Context } from './context.js';
import { BIG_EXPORTS } from './encode.js';

/** How long an export keeps everything else waiting. */
export function stallSection({ effort, programs, progress }: Context): Section {
  return {
    id: 'stall',
    title: 'Longest stall of an export',
    note: 'Wall-clock time for which the event loop had no turn, the longest of each export of series of a 14-boundary histogram over OTLP to a receiver in another process: collecting, encoding and sending. Garbage collections are in it, and so is what else the machine does.',
    unit: 'ms',
    columns: EXPORTERS,
    rows: BIG_EXPORTS.map((series) => {
      const name = `${series.toLocaleString('en-US')} histogram series`;
      const values = Object.fromEntries(
        EXPORTERS.map((subject) => {
          progress(`stalls of exports, ${name}, ${subject}`);
          const job = { kind: 'stall', subject, series, count: effort.collections * 2 } as const;
          return [subject, measurement(runJob(programs.worker, job))];
        }),
      );
      return { name, values, budgets: [{ atMost: 5 }] };
    }),
  };
}
