import { type Measurement, measurement, type Section } from '../report/measurement.js';
import { runJob } from '../support/processes.js';
import type { Reach } from '../worker/encode.js';
import { EXPORTERS } from '../worker/exporter-names.js';
import type { Context } from './context.js';

/** Series of the exports that are judged. */
export const BIG_EXPORTS = [10_000, 100_000] as const;

function exports(
  { effort, programs, progress }: Context,
  series: number,
  reach: Reach,
): Readonly<Record<string, Measurement>> {
  const readings = EXPORTERS.map((subject) => {
    progress(`exports, ${series.toLocaleString('en-US')} histogram series, ${reach}, ${subject}`);
    const job = { kind: 'encode', subject, series, reach, count: effort.collections } as const;
    const rounds = Array.from({ length: Math.min(effort.rounds, 2) }, () =>
      runJob(programs.worker, job),
    );
    return [subject, measurement(rounds.flat())] as const;
  });
  return Object.fromEntries(readings);
}

/** Reading everything there is, and writing it as OTLP requests; and sending these. */
export function exportSections(context: Context): readonly Section[] {
  const counts = context.effort.seriesCounts.filter((count) => count >= 100);
  const name = (series: number) => `${series.toLocaleString('en-US')} histogram series`;
  return [
    {
      id: 'encode',
      title: 'Collect and encode',
      note: 'CPU time to collect series of a 14-boundary histogram that have all been recorded into, cumulative, and to write them as OTLP protobuf requests: by the parts of which `setupMetrics` makes its pipeline, and by the SDK’s reader and the serializer of its exporter.',
      unit: 'ms',
      columns: EXPORTERS,
      rows: counts.map((series) => ({
        name: name(series),
        values: exports(context, series, 'encoded'),
        budgets: series === 10_000 ? [{ than: ['sdk-metrics 2.x'], factor: 10 }] : [],
      })),
      chart: { x: 'series', at: counts },
    },
    {
      id: 'export',
      title: 'Whole exports',
      note: 'The same, sent by `setupMetrics` and by the official exporter to a receiver in another process until it has answered.',
      unit: 'ms',
      columns: EXPORTERS,
      rows: counts
        .filter((series) => series >= 1_000)
        .map((series) => ({
          name: name(series),
          values: exports(context, series, 'sent'),
          budgets: [],
        })),
    },
  ];
}
