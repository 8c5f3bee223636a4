import { describe, expect, it } from 'vitest';
import { baselineOf, changesSince } from '../../bench/report/baseline.js';
import { chartSvg } from '../../bench/report/chart.js';
import { toMarkdown } from '../../bench/report/markdown.js';
import { measurement, type Row, type Section } from '../../bench/report/measurement.js';
import { verdictsOf } from '../../bench/report/verdict.js';

function row(name: string, own: number, others: Readonly<Record<string, number>>): Row {
  const all = { meterbook: own, ...others };
  const values = Object.entries(all).map(([key, value]) => [key, measurement([value])]);
  return { name, values: Object.fromEntries(values), budgets: [] };
}

const section: Section = {
  id: 'series',
  title: 'Record by <series>',
  note: 'A note.',
  unit: 'ns',
  columns: ['meterbook', 'prom-client', 'Effect'],
  rows: [
    row('1 series', 10, { 'prom-client': 200, Effect: 50 }),
    row('100 series', 20, { 'prom-client': 300 }),
  ],
  chart: { x: 'series', at: [1, 100] },
};

describe('measurement', () => {
  it('is the least, the median and half of what lies between the quartiles', () => {
    const { least, median, spread } = measurement([5, 1, 4, 2, 3]);
    expect({ least, median }).toEqual({ least: 1, median: 3 });
    expect(spread).toBeCloseTo((4 - 2) / 2 / 3);
  });

  it('takes the middle of two readings', () => {
    expect(measurement([1, 2]).median).toBe(1.5);
  });
});

describe('a budget', () => {
  const judged = (own: number) =>
    verdictsOf({
      ...row('record', own, { 'prom-client': 100 }),
      budgets: [{ than: ['prom-client'], factor: 10 }, { atMost: 12 }],
    });

  it('is met, missed, or missed by far', () => {
    expect(judged(10).map(({ text }) => text)).toEqual(['10 × prom-client: ok', 'at most 12: ok']);
    expect(judged(15).map(({ isMet, isMissedByFar }) => [isMet, isMissedByFar])).toEqual([
      [false, false],
      [false, false],
    ]);
    expect(judged(25).every(({ isMissedByFar }) => isMissedByFar)).toBe(true);
  });

  it('says nothing of a library that was not measured', () => {
    const budgets = [{ than: ['Effect'], factor: 10 }] as const;
    expect(verdictsOf({ ...row('record', 1, {}), budgets })).toEqual([]);
  });
});

describe('the baseline', () => {
  it('keeps ratios, by section, row and library', () => {
    expect(baselineOf([section])).toEqual({
      'series / 1 series': { 'prom-client': 20, Effect: 5 },
      'series / 100 series': { 'prom-client': 15 },
    });
  });

  it('tells what has changed since, for better or worse, and only by much', () => {
    const before = {
      'series / 1 series': { 'prom-client': 10, Effect: 5.2 },
      'series / 100 series': { 'prom-client': 30, Effect: 4 },
    };
    const lines = changesSince(before, [section]).split('\n').slice(2);
    expect(lines.map((line) => line.split('|').map((it) => it.trim()))).toEqual([
      ['', 'series / 1 series', 'prom-client', '10 ×', '20 ×', '100 % better', ''],
      ['', 'series / 100 series', 'prom-client', '30 ×', '15 ×', '-50 % worse', ''],
    ]);
  });

  it('says so where nothing has changed', () => {
    expect(changesSince(baselineOf([section]), [section])).toMatch(/^No ratio differs/);
  });
});

describe('the drawing', () => {
  const svg = chartSvg(section);

  it('has a line for each library, through what was measured of it', () => {
    const lines = [...svg.matchAll(/<polyline points="([^"]*)"/g)].map(([, points = '']) =>
      points.split(' ').map((point) => point.split(',').map(Number)),
    );
    expect(lines.map((points) => points.length)).toEqual([2, 2, 1]);
    const [own = [], prom = []] = lines;
    // Further to the right, and what takes longer higher up.
    expect(own[1]?.[0]).toBeGreaterThan(own[0]?.[0] ?? 0);
    expect(own[1]?.[1]).toBeLessThan(own[0]?.[1] ?? 0);
    expect(prom[0]?.[1]).toBeLessThan(own[0]?.[1] ?? 0);
  });

  it('shows text as text', () => {
    expect(svg).not.toContain('<series>');
    expect(svg).toContain('Record by &#60;series&#62;');
  });
});

describe('the report', () => {
  const markdown = toMarkdown({ CPU: 'a processor' }, [section], ['Go: there is no `go` here.']);

  it('tells least, median and ratio, and a dash for what was not measured', () => {
    expect(markdown).toMatch(
      /\| 1 series +\| 10 \(10\) +\| 200 \(200\) 20 × +\| 50 \(50\) 5\.0 × +\|/,
    );
    expect(markdown).toMatch(/\| 100 series +\| 20 \(20\) +\| 300 \(300\) 15 × +\| – +\|/);
  });

  it('names what is left out, and shows the drawing of a curve', () => {
    expect(markdown).toContain('Left out: Go: there is no `go` here.');
    expect(markdown).toContain('](images/performance-series.svg)');
  });
});
