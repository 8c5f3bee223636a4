import { wellFormed } from '../well-formed.js';

/** Characters that mean nothing to ClickHouse, to its clients, to Grafana or to a template anywhere. */
const HARMLESS = /[A-Za-z0-9_.:/@=+ -]/;
/** First character that is written as it is: controls of Latin-1 end before. */
const FIRST_LETTER_BEYOND_ASCII = 0xa1;

/**
 * Text as a string of SQL. Every ASCII character that could mean anything is written as `\xHH`, so
 * that no quote ends the string and that Grafana, which replaces `$name` and `[[name]]` in the text
 * of a query before ClickHouse sees it, finds nothing to replace.
 */
export function text(value: string): string {
  return `'${escaped(value)}'`;
}

/** A name of a database, table or column, quoted. */
export function identifier(name: string): string {
  return `\`${escaped(name)}\``;
}

function escaped(value: string): string {
  return Array.from(wellFormed(value), (character) => {
    const code = character.codePointAt(0) as number;
    if (HARMLESS.test(character)) return character;
    if (code >= FIRST_LETTER_BEYOND_ASCII && code !== 0x2028 && code !== 0x2029) return character;
    const bytes = new TextEncoder().encode(character);
    return Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
  }).join('');
}

/** A comment of one line: whatever could end the line is a space. */
export function comment(value: string): string {
  return `-- ${wellFormed(value).replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')}`.trimEnd();
}

/** Every line of some SQL moved to the right, in steps of four. */
export function indent(sql: string, steps = 1): string {
  return sql.replace(/^(?=.)/gm, '    '.repeat(steps));
}

/** Conditions that must all hold, each on a line of its own. */
export function all(conditions: readonly string[]): string {
  return conditions.join('\n    AND ');
}
