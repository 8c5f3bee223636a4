import type { WriteStream } from 'node:tty';
import { describe, expect, it } from 'vitest';
import { Rates } from '../../demo/view/rates.js';
import type { RatedFigures } from '../../demo/view/report.js';
import { droppedSection, figuresSection, seriesSection } from '../../demo/view/sections.js';
import { fill } from '../../src/cli/terminal/fill.js';
import * as format from '../../src/cli/terminal/format.js';
import { Screen } from '../../src/cli/terminal/screen.js';
import { painter, wantsColour } from '../../src/cli/terminal/style.js';
import { table } from '../../src/cli/terminal/table.js';

const plain = painter(false);
const coloured = painter(true);
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is the control characters that are taken out
const COLOURS = /\u001b\[\d+m/g;

describe('a number', () => {
  it.each([
    [null, '–'],
    [0, '0.00 µs'],
    [0.0001234, '123 µs'],
    [0.0094, '9.40 ms'],
    [0.0999, '99.9 ms'],
    [0.09996, '100 ms'],
    [0.9994, '999 ms'],
    [0.9996, '1.00 s'],
    [12.34, '12.3 s'],
    [123.4, '123 s'],
  ])('of %d seconds reads %s', (seconds, text) => {
    expect(format.duration(seconds)).toBe(text);
  });

  it('is told in its unit', () => {
    expect(format.share(0.0123)).toBe('1.2 %');
    expect(format.share(null)).toBe('–');
    expect(format.count(1234567)).toBe('1 234 567');
    expect(format.rate(1234.4)).toBe('1 234');
    expect(format.rate(0.04)).toBe('0.0');
    expect(format.total(0.1 + 0.2)).toBe('0.3');
    expect(format.bytes(82_000)).toBe('82.0 kB');
  });
});

describe('a table', () => {
  const columns = [
    { title: 'name', align: 'left' },
    { title: 'n', align: 'right', group: 'numbers', gap: 3 },
    { title: 'share', align: 'right' },
  ] as const;

  it('aligns its columns, with the groups above them', () => {
    const rows = [
      ['a', '1', { text: '0.1 %', tone: 'bad' }],
      ['bbbbbb', '1 000', ''],
    ] as const;
    expect(table(columns, rows, plain)).toEqual([
      '         numbers',
      'name         n  share',
      'a            1  0.1 %',
      'bbbbbb   1 000',
    ]);
    const inColour = table(columns, rows, coloured);
    expect(inColour.join('')).toMatch(COLOURS);
    expect(inColour.map((line) => line.replace(COLOURS, '').trimEnd())).toEqual(
      table(columns, rows, plain),
    );
  });
});

describe('colour', () => {
  it('is for terminals that want it', () => {
    expect(wantsColour(true, {})).toBe(true);
    expect(wantsColour(false, {})).toBe(false);
    expect(wantsColour(true, { NO_COLOR: '1' })).toBe(false);
    expect(wantsColour(true, { TERM: 'dumb' })).toBe(false);
    expect(wantsColour(false, { FORCE_COLOR: '1' })).toBe(true);
    expect(wantsColour(true, { FORCE_COLOR: '0' })).toBe(false);
    expect(wantsColour(true, { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
  });
});

describe('lines', () => {
  it('are filled up to the width', () => {
    expect(fill(['aa', 'bb', 'c', 'dddddddd', 'e'], 5)).toEqual(['aa bb', 'c', 'dddddddd', 'e']);
  });
});

describe('a rate', () => {
  it('is the growth per second over the last ten seconds', () => {
    const rates = new Rates();
    expect(rates.perSecond('a')).toBe(0);
    rates.sample(0, new Map([['a', 100]]));
    expect(rates.perSecond('a')).toBe(0);
    rates.sample(2_000, new Map([['a', 120]]));
    expect(rates.perSecond('a')).toBe(10);
    rates.sample(
      12_000,
      new Map([
        ['a', 620],
        ['b', 5],
      ]),
    );
    expect(rates.perSecond('a')).toBe(50);
    expect(rates.perSecond('b')).toBe(0.5);
  });
});

const FIGURES: RatedFigures = {
  name: 'POST /v1/agents/:id/messages/stream',
  rate: 12.34,
  requests: 1000,
  errors: 12,
  latency: { p50: 0.5, p90: 1, p95: 2, p99: 3 },
  firstToken: { p50: 0.1, p90: 0.2, p95: 0.3, p99: 0.4 },
  firstTokenShare: 0.25,
};

describe('the sections', () => {
  it('fit the terminal, wide or narrow, and show every figure', () => {
    for (const width of [200, 138, 120, 80]) {
      const lines = figuresSection('Endpoint', 'latency', [FIGURES], width, plain);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
      const text = lines.join('\n');
      for (const figure of ['12.3', '1 000', '1.2 %', '500 ms', '3.00 s', '400 ms', '25.0 %']) {
        expect(text).toContain(figure);
      }
      expect(text).toContain('messages/stream');
    }
  });

  it('say which limits were met and what was dropped', () => {
    const met = { isOverflowing: true, saturatedAttributes: ['document.id'] };
    const series = seriesSection([{ instrument: 'm', series: 3, maxSeries: 12, ...met }], plain);
    expect(series.at(-1)).toMatch(/^m +3 +12 +further values of document.id are _OTHER; further/);

    const dropped = droppedSection(
      [{ instrument: 'm', reasons: { not_finite: 2 }, undeclaredAttributes: 1 }],
      plain,
    );
    expect(dropped).toHaveLength(3);
    expect(dropped[1]).toMatch(/^m +not_finite +2$/);
    expect(droppedSection([], plain)).toEqual(['Dropped: nothing']);
  });
});

describe('the screen', () => {
  it('overwrites line by line without clearing, cuts at the last row and restores the terminal', () => {
    let written = '';
    const terminal = { rows: 3, write: (text: string) => (written += text) };
    const screen = new Screen(terminal as unknown as WriteStream);
    screen.draw(['one', 'two', 'three', 'four']);
    expect(written).toContain('\u001b[?1049h');
    expect(written).toContain('one\u001b[K\r\ntwo\u001b[K\r\nthree\u001b[K');
    expect(written).not.toContain('four');
    expect(written).not.toContain('\u001b[2J');
    written = '';
    screen.close();
    screen.close();
    expect(written).toBe('\u001b[?7h\u001b[?25h\u001b[?1049l');
  });
});
