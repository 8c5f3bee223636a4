import { measurement, type Row, type Section, SUBJECT_NAMES } from '../report/measurement.js';
import type { SeriesBytes } from '../worker/memory.js';
import type { RecordCaseName } from '../worker/record.js';
import { type Context, inTurn, WITH_SERIES, withSeries } from './context.js';

const ALLOCATIONS: readonly (readonly [string, RecordCaseName, number | undefined])[] = [
  ['record on a bound series', 'bound', 0.1],
  ['the same, exemplars on, no active span', 'bound-outside-spans', 0.1],
  ['the same, exemplars on, in a sampled span', 'bound-in-span', undefined],
  ['3 attributes, always the same object', 'record-3-same', 0.1],
  ['3 attributes, a fresh object', 'record-3-fresh', undefined],
];

function allocationRows(context: Context): readonly Row[] {
  return ALLOCATIONS.map(([name, record, atMost]) => {
    context.progress(`allocation: ${name}`);
    const readings = inTurn(context, 1, (subject) => ({
      kind: 'allocation',
      subject,
      name: record,
    }));
    const values = medians([...readings].map(([subject, rounds]) => [subject, rounds.flat()]));
    return { name, values, budgets: atMost === undefined ? [] : [{ atMost }] };
  });
}

function seriesRows(context: Context): readonly Row[] {
  context.progress('heap per series');
  const { rounds } = context.effort;
  const results = [
    ...inTurn(withSeries(context), rounds, (subject) => ({ kind: 'heap', subject })),
  ];
  const sdks = ['sdk-metrics 2.x', 'sdk-metrics 3.x'] as const;
  const row = (name: string, when: keyof SeriesBytes, budgets: Row['budgets'] = []): Row => ({
    name,
    values: medians(results.map(([subject, bytes]) => [subject, bytes.map((it) => it[when])])),
    budgets,
  });
  return [
    row('recorded', 'recorded'),
    row('then collected', 'collected'),
    row('then recorded again', 'recordedAgain', [{ than: sdks, factor: 5 }]),
  ];
}

/** Bytes repeat but for a collection in between: the middle reading is the one to go by. */
function medians(readings: readonly (readonly [string, readonly number[]])[]): Row['values'] {
  return Object.fromEntries(
    readings.map(([subject, bytes]) => {
      const { median } = measurement(bytes);
      return [subject, { least: median, median, spread: 0 }];
    }),
  );
}

/** What is allocated and what is kept. */
export function memorySections(context: Context): readonly Section[] {
  return [
    {
      id: 'allocation',
      title: 'Allocation per record',
      note: 'Growth of the heap over 20,000 records (median, twice) with no garbage collection in between; the measurement itself costs about 0.01 bytes per record. The values are passed as number objects: what the engine makes to pass a number to a function that it has not inlined is the caller’s, and so are the 48 bytes of a fresh object.',
      unit: 'bytes',
      columns: SUBJECT_NAMES,
      rows: allocationRows(context),
    },
    {
      id: 'memory',
      title: 'Memory per series',
      note: 'Heap and array buffers (median, twice) held by each of 10,000 series of a histogram with 14 boundaries and three attributes, whose values are shared strings.',
      unit: 'bytes',
      columns: WITH_SERIES,
      rows: seriesRows(context),
    },
  ];
}
