/**
 * A token of SQL as PostgreSQL reads it. Comments are skipped, and literals are passed over without
 * a look at what is in them: a token never has their contents.
 */
export type Token =
  /** A keyword or an identifier without quotes, as it is written. */
  | { readonly type: 'word'; readonly text: string }
  /** An identifier in double quotes, without them. */
  | { readonly type: 'quoted'; readonly text: string }
  /** One of `( ) , ; .` */
  | { readonly type: 'mark'; readonly text: string }
  /** A literal, number, parameter or operator. */
  | { readonly type: 'other'; readonly text: '' };

const OTHER: Token = { type: 'other', text: '' };

const SPACE = /\s+/y;
const LINE_COMMENT = /--[^\n\r]*/y;
/** Source: PostgreSQL, "Lexical Structure", identifiers and key words. */
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const NUMBER = /\d[\w.]*/y;
const PARAMETER = /\$\d+/y;
const DOLLAR_QUOTE = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
const QUOTED = /"((?:[^"]|"")*)"/y;
const STRING = /'(?:[^']|'')*'/y;
const ESCAPE_STRING = /'(?:[^'\\]|\\[\s\S]|'')*'/y;

/** Reads a text from the front, once. */
class Cursor {
  at = 0;

  constructor(readonly text: string) {}

  /** Takes what matches here, and moves past it. */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return undefined;
    this.at = pattern.lastIndex;
    return found[1] ?? found[0];
  }

  /** Moves past the next place of `end`, or to the end where it is nowhere. */
  skipTo(end: string): void {
    const found = this.text.indexOf(end, this.at);
    this.at = found === -1 ? this.text.length : found + end.length;
  }
}

/**
 * The tokens of a text. Never throws; the time is linear in the length. A literal or comment that
 * does not end reaches to the end of the text.
 *
 * Source: PostgreSQL, "Lexical Structure"; strings as with `standard_conforming_strings`.
 */
export function tokensOf(text: string): readonly Token[] {
  const cursor = new Cursor(text);
  const tokens: Token[] = [];
  while (cursor.at < text.length) {
    const token = next(cursor);
    if (token !== undefined) tokens.push(token);
  }
  return tokens;
}

/** The next token, or `undefined` for space and comments. Always moves on. */
function next(cursor: Cursor): Token | undefined {
  const { text, at } = cursor;
  const start = text[at] as string;
  const word = cursor.take(WORD);
  if (word !== undefined) return wordOrLiteral(cursor, word);
  if (cursor.take(SPACE) !== undefined) return undefined;
  if (start === '-' && cursor.take(LINE_COMMENT) !== undefined) return undefined;
  if (start === '/' && text[at + 1] === '*') return skipComment(cursor);
  if (start === "'") return literal(cursor, STRING);
  if (start === '"') return quoted(cursor);
  if (cursor.take(NUMBER) !== undefined) return OTHER;
  if (start === '$') {
    if (cursor.take(PARAMETER) !== undefined) return OTHER;
    const dollarQuote = cursor.take(DOLLAR_QUOTE);
    if (dollarQuote !== undefined) {
      cursor.skipTo(dollarQuote);
      return OTHER;
    }
  }
  cursor.at += 1;
  return '(),;.'.includes(start) ? { type: 'mark', text: start } : OTHER;
}

/** `e'…'`, `u&'…'`, `u&"…"` and the like begin with what looks like a word. */
function wordOrLiteral(cursor: Cursor, word: string): Token {
  const { text, at } = cursor;
  if (text[at] === "'" && /^[ebxn]$/i.test(word)) {
    return literal(cursor, /^e$/i.test(word) ? ESCAPE_STRING : STRING);
  }
  if (/^u$/i.test(word) && text[at] === '&') {
    if (text[at + 1] === "'") {
      cursor.at += 1;
      return literal(cursor, STRING);
    }
    if (text[at + 1] === '"') {
      // With escapes in it, which are not read: an identifier that cannot be told.
      cursor.at += 1;
      quoted(cursor);
      return OTHER;
    }
  }
  return { type: 'word', text: word };
}

function literal(cursor: Cursor, pattern: RegExp): Token {
  if (cursor.take(pattern) === undefined) cursor.at = cursor.text.length;
  return OTHER;
}

function quoted(cursor: Cursor): Token {
  const text = cursor.take(QUOTED);
  if (text !== undefined) return { type: 'quoted', text: text.replaceAll('""', '"') };
  cursor.at = cursor.text.length;
  return OTHER;
}

/** Comments between slash and star nest. */
function skipComment(cursor: Cursor): undefined {
  const { text } = cursor;
  const mark = /\/\*|\*\//g;
  mark.lastIndex = cursor.at;
  let depth = 0;
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth > 0) continue;
    cursor.at = mark.lastIndex;
    return undefined;
  }
  cursor.at = text.length;
  return undefined;
}
