import type { Asked, Panel, Question } from '../../artefacts/index.js';
import type { BoardRow, Line, PanelData } from '../protocol.js';
import type { Answerer, LineValues } from './answers.js';
import { queriesOf } from './queries.js';
import { titleOf } from './titles.js';

/** Lines of one graph that can be told apart, and rows that are read. */
const MOST_LINES = 20;
const MOST_ROWS = 50;

/** What makes panels of questions. */
export interface PanelContext {
  readonly answerer: Answerer;
  readonly services: readonly string[];
  /** The attribute by which everything is told apart instead of the panel's own. */
  readonly by?: string | undefined;
}

/** What is each kind's own: the answers, without what every panel has. */
type Answers<P extends PanelData = PanelData> = P extends PanelData
  ? Omit<P, 'id' | 'title' | 'description' | 'unit' | 'axis' | 'queries' | 'instrument' | 'empty'>
  : never;

function answersOf(panel: Panel, answerer: Answerer): Answers {
  const { kind } = panel;
  switch (kind) {
    case 'lines':
    case 'stacked':
      return { kind, ...linesOf(panel, answerer) };
    case 'number':
      return { kind, values: numbersOf(panel, answerer) };
    case 'table':
      return { kind, ...tableOf(panel, answerer) };
    case 'heatmap': {
      const first = panel.asked[0]?.question;
      const counts =
        first?.ask === 'heatmap' ? answerer.heatmap(first) : { bounds: [], counts: [] };
      return { kind, ...counts };
    }
  }
}

/** A panel with its answers; nothing where it has nothing to show. */
function panelData(id: string, panel: Panel, context: PanelContext): PanelData | undefined {
  const { answerer, services } = context;
  const shown = context.by === undefined ? panel : brokenDown(panel, context.by);
  const answers = answersOf(shown, answerer);
  if (isEmpty(answers)) return undefined;
  const first = shown.asked[0]?.question;
  return {
    id,
    title: titleOf(panel),
    description: panel.description ?? '',
    unit: panel.unit,
    ...(panel.axis !== undefined && { axis: panel.axis }),
    queries: queriesOf(shown, answerer.span, answerer.picked, services),
    ...(first !== undefined && 'instrument' in first && { instrument: first.instrument.name }),
    ...answers,
  };
}

/** Rows of panels; a panel that has nothing to show is left out, and so is an empty row. */
export function boardRows(
  prefix: string,
  rows: readonly { readonly title: string; readonly panels: readonly Panel[] }[],
  context: PanelContext,
): readonly BoardRow[] {
  return rows.flatMap(({ title, panels }) => {
    const data = panels
      .map((panel) => panelData(idOf(prefix, title, panel.title), panel, context))
      .filter((panel) => panel !== undefined);
    return data.length === 0 ? [] : [{ title, panels: data }];
  });
}

function idOf(...parts: readonly string[]): string {
  return parts
    .join(' ')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');
}

/** Whether there is no number in it at all. */
function isEmpty(panel: Answers): boolean {
  switch (panel.kind) {
    case 'lines':
    case 'stacked':
      return panel.lines.every(({ values }) => values.every((value) => value === null));
    case 'number':
      return panel.values.every(({ value }) => value === null);
    case 'table':
      return panel.rows.length === 0;
    case 'heatmap':
      return panel.counts.every((counts) => counts.every((count) => count === 0));
  }
}

function brokenDown(panel: Panel, by: string): Panel {
  return {
    ...panel,
    asked: panel.asked.map((asked) => ({ ...asked, question: withBy(asked.question, by) })),
  };
}

function withBy(question: Question, by: string): Question {
  if (!('instrument' in question) || question.ask === 'services' || question.ask === 'values') {
    return question;
  }
  const has = question.instrument.attributes.some(({ key }) => key === by);
  return has ? { ...question, by: [by] } : question;
}

function linesOf({ asked }: Panel, answerer: Answerer) {
  const all = asked.flatMap(({ name, question }) =>
    answerer
      .lines(question)
      .filter(
        ({ values }) => values.some((value) => value !== null && value !== 0) || asked.length === 1,
      )
      .map((line) => named(line, name, asked.length > 1)),
  );
  const sorted = asked.length > 1 ? all : [...all].sort((a, b) => weight(b) - weight(a));
  const lines = sorted.slice(0, MOST_LINES);
  return { lines, more: all.length - lines.length };
}

function named({ labels, values }: LineValues, name: string, isOneOfSeveral: boolean): Line {
  const texts = Object.values(labels).map((value) => value || '(none)');
  const parts = [...(isOneOfSeveral || texts.length === 0 ? [name] : []), ...texts];
  return { name: parts.join(' '), labels, values: values.map(rounded) };
}

function weight({ values }: Line): number {
  return values.reduce<number>((sum, value) => sum + Math.abs(value ?? 0), 0);
}

function numbersOf({ asked }: Panel, answerer: Answerer) {
  return asked.map(({ name, question }) => {
    const [whole] = answerer.wholes(question);
    return { name, value: rounded(whole?.value ?? null) };
  });
}

function tableOf({ unit, asked }: Panel, answerer: Answerer) {
  const columns = asked.map((it) => ({ name: it.name, unit: it.unit ?? unit }));
  const keys = keysOf(asked);
  const answers = asked.map(({ question }) => answerer.wholes(question));
  const byGroup = new Map<string, (string | number | null)[]>();
  answers.forEach((values, column) => {
    for (const { labels, value } of values) {
      const names = keys.map((key) => labels[key] ?? '');
      const group = names.join('\u0000');
      const row = byGroup.get(group) ?? [
        ...names.map((name) => name || '(none)'),
        ...columns.map(() => null),
      ];
      byGroup.set(group, row);
      row[keys.length + column] = rounded(value);
    }
  });
  const all = [...byGroup.values()].sort(
    (a, b) => numberIn(b, keys.length) - numberIn(a, keys.length),
  );
  const rows = all.slice(0, MOST_ROWS);
  return {
    columns: [...keys.map((name) => ({ name, unit: '' })), ...columns],
    rows,
    more: all.length - rows.length,
  };
}

function keysOf(asked: readonly Asked[]): readonly string[] {
  const question = asked[0]?.question;
  return question !== undefined && 'by' in question ? (question.by ?? []) : [];
}

function numberIn(row: readonly (string | number | null)[], column: number): number {
  const value = row[column];
  return typeof value === 'number' ? value : 0;
}

/** Six digits are more than a screen shows, and half of what a double takes as text. */
export function rounded(value: number | null): number | null {
  return value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(6));
}
