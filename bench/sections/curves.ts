import { type Row, type Section, SUBJECT_NAMES } from '../report/measurement.js';
import { type Context, readingsInTurn } from './context.js';

function rowsOf(context: Context, of: 'series' | 'attributes'): readonly Row[] {
  const { rounds, timing, seriesCounts, attributeCounts } = context.effort;
  const counts = of === 'series' ? seriesCounts : attributeCounts;
  return counts.map((count) => {
    const name = `${count.toLocaleString('en-US')} ${of}`;
    context.progress(`record, ${name}`);
    const values = readingsInTurn(context, Math.min(rounds, 2), (subject) => ({
      kind: 'curve',
      subject,
      of,
      count,
      timing,
    }));
    return { name, values, budgets: [] };
  });
}

/** How the cost of a record grows with what is recorded. */
export function curveSections(context: Context): readonly Section[] {
  return [
    {
      id: 'series',
      title: 'Record by number of series',
      note: 'CPU time of one record call on a histogram with 14 boundaries and three attributes in a fresh object, over so many series, each as often as the others and in no order. What many series cost more is the memory that they lie in. hot-shots keeps no series.',
      unit: 'ns',
      columns: SUBJECT_NAMES,
      rows: rowsOf(context, 'series'),
      chart: { x: 'series', at: context.effort.seriesCounts },
    },
    {
      id: 'attributes',
      title: 'Record by number of attributes',
      note: 'The same with so many attributes in a fresh object, of which the first three make 64 series.',
      unit: 'ns',
      columns: SUBJECT_NAMES,
      rows: rowsOf(context, 'attributes'),
      chart: { x: 'attributes', at: context.effort.attributeCounts },
    },
  ];
}
