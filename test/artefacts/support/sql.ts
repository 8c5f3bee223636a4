/** A string of some SQL, as ClickHouse reads it. */
export interface Literal {
  readonly text: string;
}

/**
 * Takes the strings and the quoted names out of some SQL, escapes undone. What is left is words,
 * numbers and signs. Fails where one does not end.
 */
export function literals(sql: string): {
  readonly strings: readonly Literal[];
  readonly names: readonly Literal[];
  readonly rest: string;
} {
  const found: Record<"'" | '`', Literal[]> = { "'": [], '`': [] };
  let rest = '';
  let at = 0;
  while (at < sql.length) {
    const quote = sql[at];
    if (quote !== "'" && quote !== '`') {
      rest += quote;
      at += 1;
      continue;
    }
    const bytes: number[] = [];
    at += 1;
    while (sql[at] !== quote) {
      if (at >= sql.length) throw new Error(`a ${quote} has no end in: ${sql}`);
      const [escaped, hex] = /^\\x([0-9a-f]{2})/.exec(sql.slice(at, at + 4)) ?? [];
      if (escaped !== undefined) {
        bytes.push(Number.parseInt(hex as string, 16));
        at += escaped.length;
        continue;
      }
      if (sql[at] === '\\') at += 1;
      const character = String.fromCodePoint(sql.codePointAt(at) as number);
      bytes.push(...new TextEncoder().encode(character));
      at += character.length;
    }
    at += 1;
    found[quote].push({ text: new TextDecoder().decode(new Uint8Array(bytes)) });
  }
  return { strings: found["'"], names: found['`'], rest };
}
