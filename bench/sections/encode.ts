import { measurement, type Row, type Section } from '../report/measurement.js';
import { runJob } from '../support/processes.js';
import type { Reach } from '../worker/encode.js';
import { EXPORTERS } from '../worker/exporting.js';
import type { Context } from './context.js';

/** Series of an export. */
export const SERIES_COUNTS = [10_000, 100_000] as const;

function rowOf({ effort, programs, progress }: Context, series: number, reach: Reach): Row {
  const name = `${series.toLocaleString('en-US')} histogram series, ${reach}`;
  progress(`exports, ${name}`);
  const values = Object.fromEntries(
    EXPORTERS.map((subject) => {
      const job = { kind: 'encode', subject, series, reach, count: effort.collections } as const;
      return [subject, measurement(runJob(programs.worker, job))];
    }),
  );
  const isPromised = series === 10_000 && reach === 'encoded';
  return {
    name,
    values,
    budgets: isPromised ? [{ than: ['sdk-metrics 2.x'], factor: 10 }] : [],
  };
}

/** Reading everything there is and writing it as OTLP requests. */
export function encodeSection(context: Context): Section {
  return {
    title: 'Collect and encode',
    note: 'CPU time of an export of series of a 14-boundary histogram that have all been recorded into, cumulative. Encoded: collected and written as OTLP protobuf requests, by the parts of which `setupMetrics` makes its pipeline, and by the SDK’s reader and the serializer of its exporter. Sent: by `setupMetrics`, and by the official exporter, to a receiver in another process until it has answered.',
    unit: 'ms',
    columns: EXPORTERS,
    rows: SERIES_COUNTS.flatMap((series) => [
      rowOf(context, series, 'encoded'),
      rowOf(context, series, 'sent'),
    ]),
  };
}
