import type { Section } from '../report/measurement.js';
import { type Context, readingsInTurn, WITH_SERIES, withSeries } from './context.js';

/** Reading everything there is. */
export function collectSection(context: Context): Section {
  const { rounds, collections, seriesCounts } = context.effort;
  const counts = seriesCounts.filter((count) => count >= 100);
  return {
    id: 'collect',
    title: 'Collect',
    note: 'CPU time to read so many series of a 14-boundary histogram, cumulative: the producer’s or the reader’s `collect`, prom-client’s `getMetricsAsJSON`, Effect’s `snapshot`.',
    unit: 'ms',
    columns: WITH_SERIES,
    rows: counts.map((series) => {
      const name = `${series.toLocaleString('en-US')} histogram series`;
      context.progress(`collect, ${name}`);
      const values = readingsInTurn(withSeries(context), Math.min(rounds, 2), (subject) => ({
        kind: 'collect',
        subject,
        series,
        count: collections,
      }));
      return { name, values, budgets: [] };
    }),
    chart: { x: 'series', at: counts },
  };
}
