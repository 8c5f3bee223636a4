/** The text with U+FFFD for each half of a character: such halves are no text in any file format. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD');
}
