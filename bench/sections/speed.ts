import type { Budget, Row, Section, SubjectName } from '../report/measurement.js';
import { SUBJECT_NAMES } from '../report/measurement.js';
import type { RecordCaseName } from '../worker/record.js';
import { type Context, readingsInTurn } from './context.js';

const SDKS: readonly SubjectName[] = ['sdk-metrics 2.x', 'sdk-metrics 3.x'];
const RECORD: readonly Budget[] = [
  { than: SDKS, factor: 15 },
  { than: ['prom-client'], factor: 10 },
];

/** Name in the report, name of the case, and the budgets that are on it. */
type Case = readonly [name: string, record: RecordCaseName, budgets?: readonly Budget[]];

const RECORDS: readonly Case[] = [
  ['no attributes', 'record-0'],
  ['3 attributes, always the same object', 'record-3-same', RECORD],
  ['3 attributes, a fresh object', 'record-3-fresh', RECORD],
  ['3 attributes, fresh, not in declared order', 'record-3-reordered'],
  ['3 attributes, fresh, the optional one left out', 'record-3-optional'],
  ['6 attributes, always the same object', 'record-6-same'],
  ['6 attributes, a fresh object', 'record-6-fresh'],
  ['6 attributes, fresh, not in declared order', 'record-6-reordered'],
  ['6 attributes, fresh, two optional ones left out', 'record-6-optional'],
  ['counter, 3 attributes, a fresh object', 'add-3-fresh'],
  ['6 instruments in turn, 0 to 6 attributes', 'record-mixed'],
];

const BOUND: readonly Case[] = [
  ['record on a bound series', 'bound', [{ than: SDKS, factor: 100 }]],
  ['record, exemplars on, no active span', 'bound-outside-spans', [{ than: SDKS, factor: 100 }]],
  ['record, exemplars on, in a sampled span', 'bound-in-span'],
  ['bind 3 attributes and record once', 'bind'],
];

function rowsOf(context: Context, cases: readonly Case[]): readonly Row[] {
  return cases.map(([name, record, budgets = []]) => {
    context.progress(name);
    const { rounds, timing } = context.effort;
    const values = readingsInTurn(context, rounds, (subject) => ({
      kind: 'record',
      subject,
      name: record,
      timing,
    }));
    return { name, values, budgets };
  });
}

/** Recording without and with a series looked up beforehand. */
export function speedSections(context: Context): readonly Section[] {
  return [
    {
      id: 'record',
      title: 'Record',
      note: 'CPU time of one record call on a histogram with 14 boundaries, except where it says counter, the caller’s object literal included where it is fresh. Values are random; fresh objects make 64 series, or 16 where attributes are left out.',
      unit: 'ns',
      columns: SUBJECT_NAMES,
      rows: rowsOf(context, RECORDS),
    },
    {
      id: 'bound',
      title: 'Bound series',
      note: 'The SDK has nothing to bind: its column is a record with the same object each time, which is what the budget compares with. hot-shots has clients with tags of their own for it.',
      unit: 'ns',
      columns: SUBJECT_NAMES,
      rows: rowsOf(context, BOUND),
    },
  ];
}
