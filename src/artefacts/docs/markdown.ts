/**
 * Text of a declaration in Markdown, on one line: it shows as it is, and neither makes markup nor
 * HTML nor a further column.
 */
export function text(value: string): string {
  return oneLine(value)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_[\]|~#$!]/g, '\\$&')
    .replace(/^([-+])/, '\\$1')
    .replace(/^(\d+)([.)])/, '$1\\$2')
    .replace(/:\/\//g, ':&#47;&#47;');
}

/** A name or value as code, also in a cell of a table. */
export function code(value: string): string {
  const line = oneLine(value);
  // In a table a bar ends the cell even in code, and a backslash before it cannot be told: as HTML.
  if (line.includes('|')) return `<code>${line.replace(/[^\w .,:;/-]/gu, entity)}</code>`;
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  // Between spaces a backtick at either end is no part of the fence; one of each is taken off.
  const isPadded = /^[` ]|[` ]$/.test(line) || line === '';
  return isPadded ? `${fence} ${line} ${fence}` : `${fence}${line}${fence}`;
}

function entity(character: string): string {
  return `&#${character.codePointAt(0)};`;
}

/** A comment, which is not shown. */
export function comment(lines: readonly string[]): string {
  return `<!--\n${lines.map((line) => oneLine(line).replace(/--/g, '- -')).join('\n')}\n-->`;
}

/** A block of code; its text has no fence of its own, since the names in it have no line breaks. */
export function block(language: string, lines: readonly string[]): string {
  return `\`\`\`${language}\n${lines.join('\n')}\n\`\`\``;
}

/** A table; the cells are Markdown. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), `|${'---|'.repeat(header.length)}`, ...rows.map(line)].join('\n');
}

/** The anchor of a heading, as GitHub makes it of the text that is shown. */
export function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_\- ]/gu, '')
    .replace(/ /g, '-');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

function oneLine(value: string): string {
  return value.replace(/\s+/g, ' ').replace(CONTROL, '?').trim();
}
