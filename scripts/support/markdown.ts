import { readFileSync, writeFileSync } from 'node:fs';

/** A table whose columns are aligned in the source as well. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) =>
    Math.max(3, title.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((it, i) => it.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/**
 * Writes a part of a page anew: what is between `<!-- NAME: begin … -->` and `<!-- NAME: end -->`.
 * Throws where the page has no such part.
 */
export function writeSection(page: URL, name: string, markdown: string): void {
  const text = readFileSync(page, 'utf8');
  const parts = new RegExp(`(<!-- ${name}: begin[^>]*-->\\n)[^]*(<!-- ${name}: end -->)`).exec(
    text,
  );
  if (parts === null) throw new Error(`${page.pathname} has no part marked "${name}"`);
  const [whole, begin, end] = parts;
  writeFileSync(
    page,
    text.replace(whole, () => `${begin}\n${markdown.trim()}\n\n${end}`),
  );
}
