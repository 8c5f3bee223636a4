import { describe, expect, it } from 'vitest';
import type { CommandIo } from '../../src/cli/command.js';
import { keysOf } from '../../src/cli/terminal/keys.js';
import { withProgress } from '../../src/cli/terminal/progress.js';
import { painter } from '../../src/cli/terminal/style.js';
import { tableWithin } from '../../src/cli/terminal/table.js';
import { clip, clipStart, widthOf } from '../../src/cli/terminal/width.js';

describe('a text on a terminal', () => {
  it.each([
    ['abc', 3],
    ['日本', 4],
    ['é', 1],
    ['e\u0301', 1],
    ['🚀', 2],
    ['한국어', 6],
    ['…', 1],
    ['', 0],
  ])('%s takes %i places', (text, width) => {
    expect(widthOf(text)).toBe(width);
  });

  it.each([
    ['abcdef', 4, 'abc…', '…def'],
    ['日本語道', 5, '日本…', '…語道'],
    // Half a letter has no place.
    ['日本語道', 4, '日…', '…道'],
    ['abc', 3, 'abc', 'abc'],
    ['abc', 1, '…', '…'],
    ['abc', 0, '', ''],
  ])('%s is cut to %i places', (text, width, start, end) => {
    expect(clip(text, width)).toBe(start);
    expect(clipStart(text, width)).toBe(end);
  });
});

describe('a table within a width', () => {
  const columns = [
    { title: 'name', align: 'left', keepsEnd: true },
    { title: 'rate', align: 'right', rank: 1 },
    { title: 'count', align: 'right', rank: 2 },
  ] as const;
  const rows = [
    ['POST /v1/注文/一覧/詳細', '12.0', '1 000'],
    ['GET /', '0.1', '7'],
  ];
  const within = (width: number) => tableWithin(width, columns, rows, painter(false));

  it('is as it is where there is room', () => {
    expect(within(80)[1]).toBe('POST /v1/注文/一覧/詳細  12.0  1 000');
  });

  it.each([33, 30, 29, 25, 22, 16, 9, 4, 1])('is at most %i places wide, and aligned', (width) => {
    const lines = within(width);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
  });

  it('cuts names first, at the end that says less, and then drops columns by rank', () => {
    expect(within(29)[1]).toMatch(/^….*\/詳細 {2,}12\.0 {2}1 000$/);
    expect(within(22)[0]).toMatch(/^name +rate$/);
    expect(within(15)[0]).toBe('name');
  });
});

describe('keys', () => {
  it('are told apart, several at a time too', () => {
    expect(keysOf('\u001b[A\u001bOBq\t\u001b[Z\r\u007f\u0003\u001b[5~')).toEqual([
      'up',
      'down',
      { letter: 'q' },
      'tab',
      'back-tab',
      'enter',
      'backspace',
      'ctrl-c',
      'page-up',
    ]);
    expect(keysOf('日\u001b')).toEqual([{ letter: '日' }, 'escape']);
    expect(keysOf('\u001b[99;5u\u0001')).toEqual([]);
  });
});

describe('progress', () => {
  const ioOf = (isTTY: boolean, more: Partial<CommandIo> = {}) => {
    let written = '';
    const write = (text: string) => (written += text);
    const io = { stdout: { write }, stderr: { write, isTTY, columns: 30 }, env: {}, ...more };
    return { io, written: () => written };
  };
  const lasting = (millis: number) => () =>
    new Promise<string>((resolve) => setTimeout(() => resolve('done'), millis));

  it('is told where it takes long and somebody looks, and taken back', async () => {
    const { io, written } = ioOf(true);
    expect(await withProgress(io, 'Loading a file with a very long name', lasting(1_200))).toBe(
      'done',
    );
    expect(written()).toContain('Loading a file');
    expect(written().endsWith('\r\u001b[K')).toBe(true);
    for (const line of written().split('\r\u001b[K')) expect(widthOf(line)).toBeLessThan(30);
  });

  it.each([
    ['what is done at once', ioOf(true), 0],
    ['a pipe', ioOf(false), 800],
    ['a program', ioOf(true, { isJson: true }), 800],
    ['a terminal that can do nothing', ioOf(true, { env: { TERM: 'dumb' } }), 800],
  ] as const)('is not told to %s', async (_, { io, written }, millis) => {
    await withProgress(io, 'x', lasting(millis));
    expect(written()).toBe('');
  });
});
