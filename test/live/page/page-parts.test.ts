import { describe, expect, it } from 'vitest';
import { DEFAULT_ASKING } from '../../../src/live/asking.js';
import { atView, readPlace, writePlace } from '../../../src/live/page/address.js';
import { csvOf, tableOf } from '../../../src/live/page/csv.js';
import { reuse } from '../../../src/live/page/reuse.js';
import { heatmapInWords, linesInWords } from '../../../src/live/page/summary.js';
import type { HeatmapPanel, LinesPanel } from '../../../src/live/protocol.js';

const rest = { description: '', queries: { promql: [], sql: [] } };
const lines: LinesPanel = {
  ...rest,
  kind: 'lines',
  id: 'p',
  title: 'Durations',
  unit: 's',
  lines: [
    { name: 'P50', labels: {}, values: [0.1, null, 0.3] },
    { name: 'a,"b"', labels: {}, values: [null, null, null] },
  ],
  more: 2,
};
const heatmap: HeatmapPanel = {
  ...rest,
  kind: 'heatmap',
  id: 'h',
  title: 'Distribution',
  unit: 's',
  bounds: [0.1, 1],
  counts: [
    [1, 6, 0],
    [0, 2, 1],
  ],
};

describe('a place', () => {
  it('is in the address, and read back', () => {
    const place = { asking: { ...DEFAULT_ASKING, view: 'models', by: 'a&b' }, panel: 'x?y' };
    expect(writePlace(place)).toBe('/?view=models&by=a%26b&panel=x%3Fy');
    expect(readPlace(writePlace(place).slice(1))).toEqual(place);
    expect(writePlace({ asking: DEFAULT_ASKING })).toBe('/');
    const narrow = { asking: { ...DEFAULT_ASKING, view: 'catalogue' }, text: 'gen_ai s' };
    expect(writePlace(narrow)).toBe('/?view=catalogue&text=gen_ai+s');
    expect(readPlace(writePlace(narrow).slice(1))).toEqual(narrow);
    expect(writePlace({ ...narrow, text: '' })).toBe('/?view=catalogue');
    expect(readPlace(`?text=${'x'.repeat(401)}`)).toEqual({ asking: DEFAULT_ASKING });
  });

  it('keeps time, services and filters when the view is another', () => {
    const filters = [{ key: 'k', value: 'v' }];
    const asking = { ...DEFAULT_ASKING, view: 'instrument', instrument: 'i', by: 'b', filters };
    expect(atView(asking, 'overview')).toEqual({ ...DEFAULT_ASKING, filters });
    expect(atView(asking, 'instrument', 'j')).toMatchObject({ instrument: 'j', filters });
  });
});

describe('CSV', () => {
  it('has a line for each moment, and the unit in the head', () => {
    expect(csvOf(tableOf(lines, [0, 1_000, 2_000]))).toBe(
      'time,P50 (s),"a,""b"" (s)"\r\n' +
        '1970-01-01T00:00:00.000Z,0.1,\r\n' +
        '1970-01-01T00:00:01.000Z,,\r\n' +
        '1970-01-01T00:00:02.000Z,0.3,\r\n',
    );
  });

  it('has a column for each bucket', () => {
    expect(csvOf(tableOf(heatmap, [0, 1_000])).split('\r\n')[0]).toBe(
      'time,le 0.1,le 1,le Infinity',
    );
  });

  it('runs nothing in a spreadsheet', () => {
    const columns = [{ name: '=cmd()', unit: 'short' }];
    expect(csvOf({ columns, rows: [['+1'], ['@x'], ['-'], [-1]] })).toBe(
      "'=cmd()\r\n'+1\r\n'@x\r\n'-\r\n-1\r\n",
    );
    expect(csvOf({ columns: [], rows: [['a;=1+1'], ['a\t=1+1'], ['\n=1+1']] })).toBe(
      '\r\n"a;=1+1"\r\n"a\t=1+1"\r\n"\'\n=1+1"\r\n',
    );
  });
});

it('a graph is told in words', () => {
  expect(linesInWords(lines)).toBe(
    'Durations. P50: last 300 ms, least 100 ms, most 300 ms; a,"b": no value; and 2 more.',
  );
  expect(heatmapInWords(heatmap)).toBe(
    'Distribution. 10 measurements, 80 % of them between 100 ms and 1 s.',
  );
});

describe('the next answer', () => {
  it('is made of what has not changed', () => {
    const before = { a: [1, { b: 2 }], c: { d: null }, e: 1 };
    const next = reuse(before, { a: [1, { b: 2 }], c: { d: 3 }, e: 1 });
    expect(next).toEqual({ a: [1, { b: 2 }], c: { d: 3 }, e: 1 });
    expect(next.a).toBe(before.a);
    expect(reuse(before, structuredClone(before))).toBe(before);
  });

  it.each([
    [{ a: 1 }, { a: 1, b: undefined }],
    [{ a: 1, b: 2 }, { a: 1 }],
    [[1, 2], [1]],
    [[1], [1, 2]],
    [[], {}],
    [null, {}],
    [{}, null],
    [{ a: undefined }, { b: undefined }],
  ])('is as it was sent: after %j, %j', (before, next) => {
    expect(reuse(before, structuredClone(next))).toStrictEqual(next);
  });
});
