import { wellFormed } from '../well-formed.js';

/** Keeps Grafana from reading a mark as the beginning of a variable; it takes no room. */
const ZERO_WIDTH_SPACE = '\u200b';

/** Text of a declaration for a title or a legend: `$name`, `[[name]]` and `{{name}}` are no variables. */
export function titleText(text: string): string {
  return wellFormed(text)
    .replace(/\s+/g, ' ')
    .replace(/\$|\[(?=\[)|\{(?=\{)/g, `$&${ZERO_WIDTH_SPACE}`);
}

/** Text of a declaration for a description, which Grafana reads as Markdown. */
export function descriptionText(text: string): string {
  return titleText(text).replace(/[\\`*_[\]<>#|!~&]/g, '\\$&');
}
