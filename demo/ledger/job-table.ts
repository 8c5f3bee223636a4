import type { JobPercentiles, JobReport } from '../../src/jobs/index.js';
import type { SeriesTotal } from '../received/accumulator.js';
import type { Tally } from './tally.js';

/** The columns of the jobs table, as lines of the ledger; seconds, as all times there. */
export const TTFT = 'jobs.ttft_ns';
export const TOTAL_DURATION = 'jobs.total_duration_ns';

/** What the table has, in the form of what was received: the ledger then holds it to the same. */
export function tableTotals(report: JobReport): SeriesTotal[] {
  const [all] = report.lines;
  if (all === undefined) return [];
  return [columnTotal(TTFT, all.firstToken), columnTotal(TOTAL_DURATION, all.total)];
}

/** The metrics of jobs and the table come from one reading of the clock: one total for both. */
export function expectInTable(tally: Tally): void {
  const totalOf = (instrument: string) =>
    tally.entries().find((entry) => entry.instrument === instrument)?.total ?? 0;
  tally.measured(TTFT, totalOf('job.time_to_first_token'));
  tally.measured(TOTAL_DURATION, totalOf('job.duration'));
}

function columnTotal(metric: string, { count, sumNs }: JobPercentiles): SeriesTotal {
  const sum = Number(sumNs) / 1e9;
  const rest = { min: undefined, max: undefined, bounds: [], counts: [count] };
  return {
    instance: 'database',
    scope: 'jobs',
    metric,
    unit: 's',
    kind: 'histogram',
    attributes: {},
    total: { buckets: 'explicit', count, sum, ...rest },
  };
}
