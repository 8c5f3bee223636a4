import { measurement, type Section } from '../report/measurement.js';
import { runJob } from '../support/processes.js';
import { EXPORTERS } from '../worker/exporter-names.js';
import type { Context } from './context.js';

const SDK_FACTOR = 10;

/** Reading everything and writing it as an OTLP request, as an export does. */
export function encodeSection({ effort, programs, progress }: Context): Section {
  const counts = effort.seriesCounts.filter((count) => count >= 100);
  return {
    id: 'encode',
    title: 'Collect and encode',
    note: 'CPU time of an export of so many series of a 14-boundary histogram, all of which have been recorded into: collected and written as an OTLP protobuf request by what `setupMetrics` and the SDK’s reader with its protobuf exporter use, up to the bytes that would go out.',
    unit: 'ms',
    columns: EXPORTERS,
    rows: counts.map((series) => {
      const name = `${series.toLocaleString('en-US')} histogram series`;
      progress(`collect and encode, ${name}`);
      const values = Object.fromEntries(
        EXPORTERS.map((subject) => {
          const readings = Array.from({ length: Math.min(effort.rounds, 3) }, () =>
            runJob(programs.worker, {
              kind: 'encode',
              subject,
              series,
              count: effort.collections,
            }),
          );
          return [subject, measurement(readings.flat())];
        }),
      );
      const budgets =
        series === 10_000 ? [{ than: ['sdk-metrics 2.x'] as const, factor: SDK_FACTOR }] : [];
      return { name, values, budgets };
    }),
    chart: { x: 'series', at: counts },
  };
}
