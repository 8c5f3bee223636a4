/** A key by its name, or the letter that it types. */
export type Key =
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'home'
  | 'end'
  | 'page-up'
  | 'page-down'
  | 'tab'
  | 'back-tab'
  | 'enter'
  | 'escape'
  | 'backspace'
  | 'ctrl-c'
  | { readonly letter: string };

/** By what terminals send for them (ECMA-48, xterm's control sequences). */
const NAMED: Readonly<Record<string, Key>> = {
  '\u001b[A': 'up',
  '\u001bOA': 'up',
  '\u001b[B': 'down',
  '\u001bOB': 'down',
  '\u001b[C': 'right',
  '\u001bOC': 'right',
  '\u001b[D': 'left',
  '\u001bOD': 'left',
  '\u001b[H': 'home',
  '\u001bOH': 'home',
  '\u001b[1~': 'home',
  '\u001b[F': 'end',
  '\u001bOF': 'end',
  '\u001b[4~': 'end',
  '\u001b[5~': 'page-up',
  '\u001b[6~': 'page-down',
  '\u001b[Z': 'back-tab',
  '\t': 'tab',
  '\r': 'enter',
  '\n': 'enter',
  '\u001b': 'escape',
  '\u007f': 'backspace',
  '\b': 'backspace',
  '\u0003': 'ctrl-c',
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a terminal sends for keys
const SEQUENCE = /\u001b\[[0-9;]*[A-Za-z~]|\u001bO[A-Za-z]|[\s\S]/gu;

/** The keys of what came in at once; what is no key that anybody knows is left out. */
export function keysOf(text: string): Key[] {
  return (text.match(SEQUENCE) ?? []).flatMap((sequence): Key[] => {
    const named = NAMED[sequence];
    if (named !== undefined) return [named];
    return /^[^\p{Cc}]$/u.test(sequence) ? [{ letter: sequence }] : [];
  });
}
