import * as format from '../../src/cli/terminal/format.js';
import type { Paint } from '../../src/cli/terminal/style.js';
import { type Cell, type Column, table } from '../../src/cli/terminal/table.js';
import type { Percentiles } from '../received/percentiles.js';
import type { DropCount, RatedFigures, SeriesCount } from './report.js';

/** Columns that a terminal needs for latency and first token side by side. */
const WIDE = 138;

const COUNTS: readonly Column[] = [
  { title: 'per s', align: 'right' },
  { title: 'count', align: 'right' },
  { title: 'errors', align: 'right' },
];

function percentileColumns(group: string): Column[] {
  const titles = ['P50', 'P90', 'P95', 'P99'];
  return titles.map((title, i) => ({
    title,
    align: 'right',
    ...(i === 0 ? { group: `  ${group}`, gap: 4 } : {}),
  }));
}

const BEFORE: Column = { title: 'of total', align: 'right' };

/**
 * Endpoints or models: rate, errors, percentiles of the duration and of the time to the first
 * token, and the share of the time before it. Two tables where the terminal is narrow.
 */
export function figuresSection(
  title: string,
  duration: string,
  figures: readonly RatedFigures[],
  width: number,
  paint: Paint,
): string[] {
  const counts = (one: RatedFigures): Cell[] => [
    { text: format.rate(one.rate), tone: 'plain' },
    format.count(one.requests),
    { text: format.share(errorShare(one)), tone: one.errors > 0 ? 'warning' : 'dim' },
  ];
  const first = (one: RatedFigures): Cell[] => [
    ...cells(one.firstToken),
    format.share(one.firstTokenShare),
  ];
  if (width >= WIDE) {
    const columns = [
      nameColumn(title),
      ...COUNTS,
      ...percentileColumns(duration),
      ...percentileColumns('time to first token'),
      BEFORE,
    ];
    const rows = figures.map((one) => [
      one.name,
      ...counts(one),
      ...cells(one.latency),
      ...first(one),
    ]);
    return table(columns, rows, paint);
  }
  const name = (one: RatedFigures) => shortened(one.name, Math.max(12, width - 64));
  const withToken = figures.filter((one) => one.firstToken.p50 !== null);
  return [
    ...table(
      [nameColumn(title), ...COUNTS, ...percentileColumns(duration)],
      figures.map((one) => [name(one), ...counts(one), ...cells(one.latency)]),
      paint,
    ),
    '',
    ...table(
      [nameColumn(title), ...percentileColumns('time to first token'), BEFORE],
      withToken.map((one) => [name(one), ...first(one)]),
      paint,
    ),
  ];
}

/** Series per instrument; the ones that have met a limit say so. */
export function seriesSection(series: readonly SeriesCount[], paint: Paint): string[] {
  const rows = [...series]
    .sort((a, b) => b.series - a.series)
    .map((one): Cell[] => [
      one.instrument,
      format.count(one.series),
      { text: format.count(one.maxSeries), tone: 'dim' },
      { text: limitsMet(one).join('; '), tone: 'warning' },
    ]);
  const columns: Column[] = [
    nameColumn('Series by instrument'),
    { title: 'series', align: 'right' },
    { title: 'at most', align: 'right' },
    { title: '', align: 'left' },
  ];
  return table(columns, rows, paint);
}

/** What was dropped, by instrument and reason. */
export function droppedSection(dropped: readonly DropCount[], paint: Paint): string[] {
  const rows = dropped.flatMap(({ instrument, reasons, undeclaredAttributes }) => [
    ...Object.entries(reasons).map(([reason, n]): Cell[] => [instrument, reason, format.count(n)]),
    ...(undeclaredAttributes > 0
      ? [[instrument, 'undeclared key left out, record kept', format.count(undeclaredAttributes)]]
      : []),
  ]);
  if (rows.length === 0) return [paint('dim', 'Dropped: nothing')];
  const columns: Column[] = [
    nameColumn('Dropped'),
    { title: 'reason', align: 'left' },
    { title: 'count', align: 'right' },
  ];
  return table(columns, rows, paint);
}

/** Which limits an instrument has met, in words. */
export function limitsMet(series: SeriesCount): string[] {
  return [
    ...series.saturatedAttributes.map((key) => `further values of ${key} are _OTHER`),
    ...(series.isOverflowing ? ['further sets are in the overflow series'] : []),
  ];
}

/** Share of requests that failed; `null` without any. */
export function errorShare({ errors, requests }: RatedFigures): number | null {
  return requests === 0 ? null : errors / requests;
}

function nameColumn(title: string): Column {
  return { title, align: 'left' };
}

function cells({ p50, p90, p95, p99 }: Percentiles): Cell[] {
  return [p50, p90, p95, p99].map(format.duration);
}

/** Leaves the front out: the end of a route tells more. */
function shortened(name: string, width: number): string {
  return name.length <= width ? name : `…${name.slice(name.length - width + 1)}`;
}
