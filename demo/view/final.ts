import { fill } from '../../src/cli/terminal/fill.js';
import * as format from '../../src/cli/terminal/format.js';
import type { Paint } from '../../src/cli/terminal/style.js';
import { formatReport } from '../../src/jobs/index.js';
import { MISHAPS } from '../mishaps.js';
import { ledgerSection } from './ledger-section.js';
import { droppedSection, figuresSection, seriesSection } from './sections.js';
import type { DemoResult } from './state.js';

/** The closing report: everything that was measured, what was dropped, and the ledger. */
export function finalLines(result: DemoResult, width: number, paint: Paint): string[] {
  const { state, load, loadSeconds, jobs, ledger, exportError } = result;
  const { endpoints, models, series, dropped } = state.report;
  const { requests, points, bytes, refused } = state.exports;
  return [
    paint('bold', 'meterbook demo'),
    `${format.count(load.sent)} requests in ${loadSeconds.toFixed(1)} s, answered ${answers(load.statuses)}`,
    `${requests} exports (${state.options.temporality}) with ${format.count(points)} points in ${format.bytes(bytes)}, ${refused} refused`,
    ...(exportError === undefined ? [] : [paint('bad', `last export error: ${exportError}`)]),
    '',
    ...figuresSection('Endpoint', 'latency', endpoints, width, paint),
    '',
    ...figuresSection('Model', 'call duration', models, width, paint),
    '',
    paint('bold', 'Jobs in the database, by model'),
    ...formatReport(jobs).trimEnd().split('\n'),
    '',
    ...seriesSection(series, paint),
    '',
    ...droppedSection(dropped, paint),
    '',
    paint('dim', 'Wrong on purpose, twice a second, to show what the SDK does with it:'),
    ...MISHAPS.map((mishap) => paint('dim', `  ${mishap}`)),
    ...(state.warnings.length === 0
      ? []
      : ['', paint('dim', 'What the SDK warned of, once each:')]),
    ...state.warnings.flatMap((warning) =>
      fill(warning.split(' '), width - 4).map((line, i) =>
        paint('dim', `${i === 0 ? '  ' : '    '}${line}`),
      ),
    ),
    '',
    ...ledgerSection(ledger, width, paint),
  ];
}

function answers(statuses: ReadonlyMap<number, number>): string {
  return [...statuses]
    .sort(([a], [b]) => b - a)
    .sort(([, a], [, b]) => b - a)
    .map(([status, n]) => `${status === 0 ? 'cut' : status}: ${format.count(n)}`)
    .join(', ');
}
