import type { Answer, Overview } from '../../live/index.js';
import { oneLine } from '../failure.js';
import * as format from '../terminal/format.js';
import type { Paint, Tone } from '../terminal/style.js';
import { tableWithin } from '../terminal/table.js';
import { clip, widthOf } from '../terminal/width.js';
import { rowsOf, tabOf, type ViewState } from './state.js';
import { amount, levelCell, type Tab, tabsOf } from './tabs.js';

/** An answer to the view `overview`. */
export type OverviewAnswer = Answer & { readonly shown: Overview };

/** What a picture is made of. */
export interface Scene {
  readonly answer: OverviewAnswer | undefined;
  readonly state: ViewState;
  /** Where it comes from: `http://127.0.0.1:4319`. */
  readonly place: string;
  /** Why there is no newer answer. */
  readonly problem?: string | undefined;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Findings that are always in sight; the table of them has the others. */
const FINDINGS = 3;
const KEYS = 'tab ←→ tables   ↑↓ rows   s sort   / filter   p pause   ? help   q quit';

type Piece = readonly [tone: Tone, text: string];

/** The whole screen, each line at most as wide as it is. */
export function picture(scene: Scene, { width, height }: Size, paint: Paint): string[] {
  const { answer, state } = scene;
  if (state.isHelp) return helpLines(width, paint).slice(0, height);
  const head = [headLine(scene, width, paint)];
  const foot = footLine(scene, width, paint);
  if (answer === undefined) {
    const text = scene.problem ?? `Asking ${scene.place} …`;
    return [...head, '', ...wrapped(text, width), '', foot].slice(0, height);
  }
  const { shown } = answer;
  const tabs = tabsOf(shown);
  const tab = tabOf(state, tabs);
  const top = [
    ...head,
    numbersLine(shown, width, paint),
    ...emptyLines(shown, width),
    ...shown.findings
      .slice(0, height < 16 ? 1 : FINDINGS)
      .map(({ level, text }) => findingLine(level, text, width, paint)),
    '',
    tabsLine(tabs, tab, width, paint),
  ];
  const room = Math.max(1, height - top.length - 1);
  return [...top, ...bodyLines(state, tab, { width, height: room }, paint), foot].slice(-height);
}

/** Rows of a table that fit on a screen, for the keys that go by pages. */
export function pageOf({ answer }: Scene, height: number): number {
  const findings = Math.min(answer?.shown.findings.length ?? 0, height < 16 ? 1 : FINDINGS);
  return Math.max(1, height - findings - 7);
}

/** Everything below each other, for a pipe: `--once`. */
export function printed(answer: OverviewAnswer, place: string, paint: Paint): string {
  const { shown } = answer;
  const width = Number.MAX_SAFE_INTEGER;
  const scene: Scene = { answer, place, state: { ...PRINTED } };
  const parts = [
    [
      headLine(scene, width, paint),
      numbersLine(shown, width, paint),
      ...emptyLines(shown, width),
    ].filter((it) => it !== ''),
    ...tabsOf(shown).map((tab) => [
      paint('bold', tab.title),
      ...(tab.rows.length === 0
        ? [tab.empty]
        : tableWithin(
            width,
            tab.columns,
            tab.rows.map(({ cells }) => cells),
            paint,
          )),
      ...(tab.more > 0 ? [paint('dim', `and ${tab.more} more`)] : []),
    ]),
  ];
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

const PRINTED: ViewState = {
  ...{ tab: undefined, scroll: 0, sorts: {}, filter: '' },
  ...{ isTyping: false, isPaused: false, isHelp: false },
};

function headLine({ answer, state }: Scene, width: number, paint: Paint): string {
  const pieces: Piece[] = [['bold', 'meterbook top']];
  if (answer === undefined) return line(pieces, width, paint);
  const { shown, services, from, to } = answer;
  const level = levelCell(shown.level);
  const silent = services.filter(({ isSilent }) => isSilent).length;
  const names = services.map(({ name, isSilent }) => (isSilent ? `${name} (silent)` : name));
  pieces.push(['plain', '  '], [level.tone, level.text]);
  if (state.isPaused) pieces.push(['plain', '  '], ['chosen', ' paused ']);
  pieces.push(
    ['dim', `  ${clock(to)}  last ${span(to - from)}`],
    ['plain', `  ${services.length} ${services.length === 1 ? 'service' : 'services'}`],
    [silent > 0 ? 'warning' : 'dim', names.length === 0 ? '' : `: ${oneLine(names.join(', '))}`],
  );
  return line(pieces, width, paint);
}

function numbersLine({ numbers }: Overview, width: number, paint: Paint): string {
  return line(
    numbers.flatMap(({ title, value, unit }, i): Piece[] => [
      ['dim', `${i === 0 ? '' : '   '}${oneLine(title)} `],
      ['bold', amount(value, unit)],
    ]),
    width,
    paint,
  );
}

function emptyLines({ empty }: Overview, width: number): string[] {
  return empty === undefined ? [] : wrapped(empty, width);
}

function findingLine(level: Overview['level'], text: string, width: number, paint: Paint): string {
  const { text: word, tone } = levelCell(level);
  return line(
    [
      [tone, word],
      ['plain', `  ${oneLine(text)}`],
    ],
    width,
    paint,
  );
}

function tabsLine(tabs: readonly Tab[], chosen: Tab | undefined, width: number, paint: Paint) {
  const at = tabs.findIndex(({ id }) => id === chosen?.id);
  const label = ({ title, rows }: Tab) => `${oneLine(title)} ${rows.length}`;
  const written = (from: number) =>
    tabs.slice(from).flatMap((tab): Piece[] => [
      // Brackets where there are no colours.
      tab.id === chosen?.id ? ['chosen', `[${label(tab)}]`] : ['plain', ` ${label(tab)} `],
      ['plain', ' '],
    ]);
  // The chosen one is in sight, whatever is left of it.
  let from = 0;
  const end = (first: number) =>
    tabs.slice(first, at + 1).reduce((sum, tab) => sum + widthOf(label(tab)) + 3, 0);
  while (from < at && end(from) > width) from++;
  return line(written(from), width, paint);
}

function bodyLines(state: ViewState, tab: Tab | undefined, size: Size, paint: Paint): string[] {
  const { width, height } = size;
  const pad = (lines: readonly string[]) =>
    [...lines, ...Array<string>(Math.max(0, height - lines.length)).fill('')].slice(0, height);
  if (tab === undefined) return pad([]);
  const rows = rowsOf(state, tab);
  if (rows.length === 0) {
    const filtered = `No row has “${state.filter}”. Esc shows all again.`;
    return pad(wrapped(tab.rows.length === 0 ? tab.empty : filtered, width));
  }
  const page = Math.max(1, height - 2);
  const scroll = Math.max(0, Math.min(state.scroll, rows.length - page));
  const shown = rows.slice(scroll, scroll + page);
  const sorted = state.sorts[tab.id];
  const columns = tab.columns.map((column, i) =>
    i === sorted ? { ...column, title: `${column.title}▾`, rank: 0 } : column,
  );
  const below = rows.length - scroll - shown.length + tab.more;
  const more = [scroll > 0 ? `${scroll} above` : '', below > 0 ? `${below} more below` : ''];
  const rest = more.filter((it) => it !== '').join(', ');
  return pad([
    ...tableWithin(
      width,
      columns,
      shown.map(({ cells }) => cells),
      paint,
    ),
    ...(rest === '' ? [] : [line([['dim', rest]], width, paint)]),
  ]);
}

function footLine({ state, problem, answer, place }: Scene, width: number, paint: Paint): string {
  if (state.isTyping) {
    return line(
      [
        ['chosen', `/${state.filter}_`],
        ['dim', '  Enter keeps it, Esc drops it'],
      ],
      width,
      paint,
    );
  }
  if (problem !== undefined && answer !== undefined) {
    return line(
      [['bad', `✗ ${clock(answer.at)} is the last that ${place} said. ${problem}`]],
      width,
      paint,
    );
  }
  const filter: Piece[] =
    state.filter === ''
      ? []
      : [
          ['chosen', `/${state.filter}`],
          ['plain', '  '],
        ];
  return line([...filter, ['dim', KEYS]], width, paint);
}

const HELP: readonly (readonly [keys: string, does: string])[] = [
  ['tab, →, shift-tab, ←', 'the next table, and the one before'],
  ['↑, ↓, page up, page down', 'rows that do not fit'],
  ['s', 'sort by the next column; after the last one as it came'],
  ['/', 'only rows with a text; Esc shows all again'],
  ['p, space', 'stand still, and go on'],
  ['?', 'this; any key goes back'],
  ['q, Ctrl-C', 'end'],
];

function helpLines(width: number, paint: Paint): string[] {
  const columns = [
    { title: 'key', align: 'left' },
    { title: 'what it does', align: 'left' },
  ] as const;
  const states = [
    '',
    '“of total” is the share of the time before the first token: near 100 % the model is slow to begin.',
    '“burn” is how many times as fast as allowed an objective uses its budget.',
  ];
  return [
    line([['bold', 'meterbook top: keys']], width, paint),
    '',
    ...tableWithin(width, columns, HELP, paint),
    ...states.flatMap((it) => (it === '' ? [''] : wrapped(it, width))),
  ];
}

/** Pieces one after the other, cut where the line ends. */
function line(pieces: readonly Piece[], width: number, paint: Paint): string {
  let left = width;
  let text = '';
  for (const [tone, piece] of pieces) {
    if (left <= 0) break;
    const shown = clip(piece, left);
    text += paint(tone, shown);
    if (shown !== piece) break;
    left -= widthOf(piece);
  }
  return text;
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of oneLine(text).split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && widthOf(last) + 1 + widthOf(word) <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(clip(word, width));
  }
  return lines;
}

function clock(millis: number): string {
  return new Date(millis).toTimeString().slice(0, 8);
}

function span(millis: number): string {
  const seconds = Math.round(millis / 1_000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200
    ? `${format.count(Math.round(seconds / 60))} min`
    : `${Math.round(seconds / 3_600)} h`;
}
