/** Fills lines of at most `width` characters with items; one that is longer has a line of its own. */
export function fill(items: readonly string[], width: number, separator = ' '): string[] {
  const lines: string[] = [];
  for (const item of items) {
    const last = lines.at(-1);
    if (last === undefined || last.length + separator.length + item.length > width) {
      lines.push(item);
    } else {
      lines[lines.length - 1] = last + separator + item;
    }
  }
  return lines;
}
