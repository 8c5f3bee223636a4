/** A key, or two one after the other, and what it does. */
export interface Shortcut {
  /** As `KeyboardEvent.key` has it: `?`, `g o`. */
  readonly keys: string;
  readonly what: string;
  readonly run: () => void;
}

/** The second key comes within this time, milliseconds. */
const SEQUENCE_MILLIS = 1_200;

/**
 * Listens for the shortcuts, but where somebody writes, or holds a modifier, or a dialog is open.
 *
 * @returns stops it
 */
export function listenForKeys(shortcuts: () => readonly Shortcut[]): () => void {
  let first: { readonly key: string; readonly at: number } | undefined;
  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (!isFree(event.target, event.key)) return;
    const isInTime = first !== undefined && event.timeStamp - first.at < SEQUENCE_MILLIS;
    const keys = isInTime ? `${first?.key} ${event.key}` : event.key;
    const known = shortcuts();
    const found = known.find((one) => one.keys === keys);
    first = undefined;
    if (found !== undefined) {
      event.preventDefault();
      found.run();
    } else if (known.some((one) => one.keys.startsWith(`${event.key} `))) {
      first = { key: event.key, at: event.timeStamp };
    }
  }
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}

/** One down, one up, or no step at all. */
export function stepOf({ key }: KeyboardEvent): 1 | -1 | undefined {
  if (key === 'ArrowDown') return 1;
  return key === 'ArrowUp' ? -1 : undefined;
}

/** Keys belong to fields; and the space bar to whatever can be pressed. */
function isFree(target: EventTarget | null, key: string): boolean {
  if (document.querySelector('dialog[open]') !== null) return false;
  if (!(target instanceof Element)) return true;
  if (target.matches('input, textarea, select')) return false;
  return key !== ' ' || target.closest('button, a, summary, [role=option]') === null;
}
