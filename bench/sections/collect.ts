import { type Section, SUBJECT_NAMES } from '../report/measurement.js';
import { type Context, readingsInTurn } from './context.js';

/** Reading everything there is. */
export function collectSection(context: Context): Section {
  context.progress('collect');
  const { rounds, collections } = context.effort;
  const values = readingsInTurn(context, rounds, (subject) => ({
    kind: 'collect',
    subject,
    count: collections,
  }));
  return {
    title: 'Collect',
    note: 'CPU time to read 10,000 series of a 14-boundary histogram, cumulative: the producer’s or the reader’s `collect`, prom-client’s `getMetricsAsJSON`.',
    unit: 'ms',
    columns: SUBJECT_NAMES,
    rows: [{ name: '10,000 histogram series', values, budgets: [] }],
  };
}
