/** What is picked: as the system has it, or one of the two. */
export type Theme = 'system' | 'light' | 'dark';

export const THEMES: readonly Theme[] = ['system', 'light', 'dark'];
const KEY = 'meterbook.theme';

/** What was picked the last time. */
export function savedTheme(): Theme {
  try {
    const saved = localStorage.getItem(KEY);
    return THEMES.find((theme) => theme === saved) ?? 'system';
  } catch {
    return 'system';
  }
}

/** Shows a theme and remembers it, where the browser lets it. */
export function applyTheme(theme: Theme): void {
  const { dataset } = document.documentElement;
  if (theme === 'system') delete dataset['theme'];
  else dataset['theme'] = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // It holds until the page is closed, then.
  }
}

/** Calls back when the system goes from light to dark or back. */
export function onSystemTheme(changed: () => void): () => void {
  const query = matchMedia('(prefers-color-scheme: dark)');
  query.addEventListener('change', changed);
  return () => query.removeEventListener('change', changed);
}

/** Colours and letters for what is drawn on a canvas, which knows no style sheet. */
export interface Colours {
  readonly lines: readonly string[];
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  readonly accent: string;
  readonly surface: string;
  /** The family of the letters. */
  readonly font: string;
}

export const LINE_COLOURS = 8;

/** The colours as the style sheet has them now. */
export function coloursNow(): Colours {
  const probe = document.createElement('i');
  probe.hidden = true;
  document.body.append(probe);
  const colourOf = (name: string): string => {
    probe.className = `colour-${name}`;
    return getComputedStyle(probe).color;
  };
  const colours = {
    lines: Array.from({ length: LINE_COLOURS }, (_, i) => colourOf(`line-${i}`)),
    text: colourOf('text'),
    muted: colourOf('muted'),
    grid: colourOf('grid'),
    accent: colourOf('accent'),
    surface: colourOf('surface'),
    font: getComputedStyle(document.body).fontFamily,
  };
  probe.remove();
  return colours;
}
