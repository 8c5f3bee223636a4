/** Takes no place of its own: marks on the letter before it, joiners, variation selectors. */
const NOTHING_WIDE = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
/** Takes two places: letters of East Asia, full-width forms, pictures. Source: UAX #11. */
const TWO_WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]$/u;
const ASCII = /^[\x20-\x7e]*$/;

/** Places that a text takes on a terminal; it has no control characters. */
export function widthOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const letter of text) width += placesOf(letter);
  return width;
}

/** The text if it fits, and otherwise its beginning and a "…", together at most `width` places. */
export function clip(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width < 1) return '';
  return `${take([...text], width - 1).join('')}…`;
}

/** The same with the end kept: the end of a route tells more than its beginning. */
export function clipStart(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width < 1) return '';
  return `…${take([...text].reverse(), width - 1)
    .reverse()
    .join('')}`;
}

function take(letters: readonly string[], width: number): string[] {
  let used = 0;
  const taken: string[] = [];
  for (const letter of letters) {
    used += placesOf(letter);
    if (used > width) break;
    taken.push(letter);
  }
  return taken;
}

function placesOf(letter: string): 0 | 1 | 2 {
  if (NOTHING_WIDE.test(letter)) return 0;
  return TWO_WIDE.test(letter) ? 2 : 1;
}
