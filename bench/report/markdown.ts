import { table } from '../../scripts/support/markdown.js';
import type { Machine } from '../support/machine.js';
import type { Row, Section } from './measurement.js';
import { ratio, verdictsOf } from './verdict.js';

/** The whole report. Reads well as it is too, so that the terminal shows the same. */
export function toMarkdown(
  machine: Machine,
  sections: readonly Section[],
  leftOut: readonly string[],
  changes?: string,
): string {
  const facts = Object.entries(machine).map(([name, value]) => [name, value]);
  return [
    '# Performance',
    'Written by `meterbook bench`, which anyone can run; do not edit. Each cell has the least reading, then in brackets the median and half of what lies between the quartiles, then how many times meterbook’s least reading the least one is. The least is what repeats on a machine that others use too, and it is kind to whoever leaves work to the garbage collector; the ratios hold on other machines, the numbers do not. Every case is a process of its own, the libraries in turn, several rounds; each checks at its end that everything it was given has been counted.',
    table(['', 'measured with'], facts),
    ...leftOut.map((reason) => `Left out: ${reason}`),
    ...sections.flatMap((section) => [
      `## ${section.title}`,
      section.note,
      ...(section.chart === undefined
        ? []
        : [`![${section.title}, ${section.unit} by ${section.chart.x}](${chartPath(section)})`]),
      sectionTable(section),
    ]),
    ...(changes === undefined ? [] : ['## Since the baseline', changes]),
    '',
  ]
    .join('\n\n')
    .trimEnd()
    .concat('\n');
}

/** Where the drawing of a curve is, from the report. */
export function chartPath({ id }: Section): string {
  return `images/performance-${id}.svg`;
}

function sectionTable({ unit, columns, rows }: Section): string {
  const hasBudget = rows.some((row) => row.budgets.length > 0);
  const head = [unit, ...columns, ...(hasBudget ? ['budget'] : [])];
  return table(
    head,
    rows.map((row) => [
      row.name,
      ...columns.map((column) => cell(row, column)),
      ...(hasBudget
        ? [
            verdictsOf(row)
              .map(({ text }) => text)
              .join('; '),
          ]
        : []),
    ]),
  );
}

function cell(row: Row, column: string): string {
  const value = row.values[column];
  if (value === undefined) return '–';
  const times = ratio(row, column);
  const spread = value.spread < 0.005 ? '' : ` ±${Math.round(value.spread * 100)} %`;
  const readings = `${number(value.least)} (${number(value.median)}${spread})`;
  return times === undefined ? readings : `${readings} ${number(times)} ×`;
}

function number(value: number): string {
  const digits = value < 10 ? 1 : 0;
  return value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
