import type { Key } from '../terminal/keys.js';
import type { SortValue, Tab, TabRow } from './tabs.js';

/** What the user has made of the picture; what is measured is not in it. */
export interface ViewState {
  /** Of the table that is shown. */
  readonly tab: string | undefined;
  /** First row that is shown. */
  readonly scroll: number;
  /** Column of the tables that were sorted, by table; left out: as they came. */
  readonly sorts: Readonly<Record<string, number>>;
  /** Rows have this in their first columns. */
  readonly filter: string;
  readonly isTyping: boolean;
  readonly isPaused: boolean;
  readonly isHelp: boolean;
}

export const START: ViewState = {
  tab: undefined,
  scroll: 0,
  sorts: {},
  filter: '',
  isTyping: false,
  isPaused: false,
  isHelp: false,
};

/** `quit` by q, `interrupt` by Ctrl-C. */
export type Outcome = ViewState | 'quit' | 'interrupt';

/**
 * What a key makes of the state.
 *
 * @param page rows that fit, for the keys that go by pages
 */
export function press(state: ViewState, key: Key, tabs: readonly Tab[], page: number): Outcome {
  if (key === 'ctrl-c') return 'interrupt';
  if (state.isTyping) return type(state, key);
  if (state.isHelp) return { ...state, isHelp: false };
  const tab = tabOf(state, tabs);
  const rows = tab === undefined ? 0 : rowsOf(state, tab).length;
  const to = (scroll: number): ViewState => ({
    ...state,
    scroll: Math.max(0, Math.min(scroll, rows - page)),
  });
  if (typeof key === 'object') return letter(state, key.letter, tab);
  switch (key) {
    case 'tab':
    case 'right':
      return turn(state, tabs, 1);
    case 'back-tab':
    case 'left':
      return turn(state, tabs, -1);
    case 'up':
      return to(state.scroll - 1);
    case 'down':
      return to(state.scroll + 1);
    case 'page-up':
      return to(state.scroll - page);
    case 'page-down':
      return to(state.scroll + page);
    case 'home':
      return to(0);
    case 'end':
      return to(rows);
    case 'escape':
      return { ...state, filter: '', scroll: 0 };
    default:
      return state;
  }
}

function letter(state: ViewState, typed: string, tab: Tab | undefined): Outcome {
  switch (typed) {
    case 'q':
      return 'quit';
    case 'p':
    case ' ':
      return { ...state, isPaused: !state.isPaused };
    case '?':
    case 'h':
      return { ...state, isHelp: true };
    case '/':
      return { ...state, isTyping: true, filter: '', scroll: 0 };
    case 's':
      return tab === undefined ? state : sortNext(state, tab);
    default:
      return state;
  }
}

function type(state: ViewState, key: Key): ViewState {
  if (key === 'enter') return { ...state, isTyping: false };
  if (key === 'escape') return { ...state, isTyping: false, filter: '' };
  if (key === 'backspace') return { ...state, filter: [...state.filter].slice(0, -1).join('') };
  if (typeof key === 'object') return { ...state, filter: state.filter + key.letter, scroll: 0 };
  return state;
}

function turn(state: ViewState, tabs: readonly Tab[], by: 1 | -1): ViewState {
  const at = tabs.findIndex(({ id }) => id === tabOf(state, tabs)?.id);
  const next = tabs[(at + by + tabs.length) % tabs.length];
  return { ...state, tab: next?.id, scroll: 0 };
}

/** From the order that they came in through the columns, and back. */
function sortNext(state: ViewState, tab: Tab): ViewState {
  const { [tab.id]: before = -1, ...others } = state.sorts;
  const next = before + 1;
  const sorts = next >= tab.columns.length ? others : { ...others, [tab.id]: next };
  return { ...state, sorts, scroll: 0 };
}

/** The table that is shown: the first one until another is asked for, or if that has gone. */
export function tabOf(state: ViewState, tabs: readonly Tab[]): Tab | undefined {
  return tabs.find(({ id }) => id === state.tab) ?? tabs[0];
}

/** The rows that the filter lets through, in order: text from A on, numbers from the largest on. */
export function rowsOf({ filter, sorts }: ViewState, tab: Tab): readonly TabRow[] {
  const wanted = filter.toLowerCase();
  const rows = tab.rows.filter(({ values }) =>
    values.some((it) => typeof it === 'string' && it.toLowerCase().includes(wanted)),
  );
  const kept = wanted === '' ? tab.rows : rows;
  const column = sorts[tab.id];
  if (column === undefined) return kept;
  return [...kept].sort((a, b) => compare(a.values[column] ?? null, b.values[column] ?? null));
}

function compare(a: SortValue, b: SortValue): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === 'number' && typeof b === 'number') return b - a;
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}
