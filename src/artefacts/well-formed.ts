/**
 * The text with "?" for each half of a character, which is no text in any file format, and for U+FFFD,
 * which stands for such halves already and which PromQL refuses.
 */
export function wellFormed(text: string): string {
  return text.replace(/[\p{Surrogate}\uFFFD]/gu, '?');
}
