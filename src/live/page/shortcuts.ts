import type { Answer } from '../protocol.js';
import { atView } from './address.js';
import type { Shortcut } from './keyboard.js';
import type { Page } from './page-context.js';

/** What keys can do beside going somewhere. */
export interface KeyActions {
  readonly pause: () => void;
  readonly theme: () => void;
  readonly search: () => void;
  readonly help: () => void;
}

/** All shortcuts: each view has `g` and the first letter of its name that no other has taken. */
export function shortcutsFor(
  views: Answer['views'],
  page: Page,
  { pause, theme, search, help }: KeyActions,
): readonly Shortcut[] {
  const taken = new Set<string>();
  const toViews = views.flatMap(({ view, title }): readonly Shortcut[] => {
    const letters = [...`${view}${title.toLowerCase()}`].filter((it) => /[a-z]/.test(it));
    const letter = letters.find((it) => !taken.has(it));
    if (letter === undefined) return [];
    taken.add(letter);
    const run = () => page.go({ asking: atView(page.place().asking, view) });
    return [{ keys: `g ${letter}`, what: title, run }];
  });
  return [
    { keys: '/', what: 'Search', run: search },
    { keys: ' ', what: 'Pause or go on', run: pause },
    { keys: 't', what: 'Light, dark, or as the system has it', run: theme },
    { keys: '?', what: 'These keys', run: help },
    ...toViews,
  ];
}
