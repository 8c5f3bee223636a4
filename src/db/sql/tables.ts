import type { Token } from './tokens.js';

/** A table as a query names it. */
export interface Table {
  /** As written, without quotes. */
  readonly name: string;
  /** The same for the same table, however it is written. */
  readonly key: string;
}

/** What a statement names. */
export interface Named {
  /** The command in capitals; `undefined` where it is none that is known. */
  readonly command: string | undefined;
  /** What the command writes to; `undefined` where it only reads. */
  readonly targets: readonly Table[] | undefined;
  /** Tables that it reads or writes, anywhere in it. */
  readonly sources: readonly Table[];
}

/** What is between two parentheses, or around all of them. */
interface Frame {
  /** Where the frame stands in for a table: `from (a join b …)`. */
  readonly isTable: boolean;
  /** Whether no command is around it, but parentheses alone: `(select …) union (select …)`. */
  readonly isOuter: boolean;
  /** Its command; `undefined` before that, `''` where it has none: arguments, lists of values. */
  command: string | undefined;
  /** Within the names of `with`. */
  isNaming: boolean;
  /** Within the tables of `from`, where a comma goes to the next one. */
  isListing: boolean;
}

/** Longest name of a table, schema included: twice what PostgreSQL takes, and a dot. */
const MAX_NAME = 127;

/** What ends the tables of `from`. */
const CLAUSES: ReadonlySet<string> = new Set(
  'WHERE GROUP HAVING WINDOW UNION INTERSECT EXCEPT ORDER LIMIT OFFSET FETCH FOR SET RETURNING WHEN'.split(
    ' ',
  ),
);

/** Commands whose first table is the one they write to, and what may come before its name. */
const WRITES: Readonly<Record<string, string>> = {
  INSERT: 'INTO',
  MERGE: 'INTO',
  DELETE: 'FROM',
  UPDATE: '',
  TRUNCATE: '',
  COPY: '',
};

/** Words between a command or clause and the name of its table. */
const FILLERS: ReadonlySet<string> = new Set(['ONLY', 'LATERAL', 'TABLE']);

/** What joins two queries. */
const SET_OPERATORS: ReadonlySet<string> = new Set([
  'UNION',
  'INTERSECT',
  'EXCEPT',
  'ALL',
  'DISTINCT',
]);

/** Commands that can be part of another one, in parentheses or after `with`. */
const QUERIES: ReadonlySet<string> = new Set(['SELECT', 'VALUES', 'TABLE', ...Object.keys(WRITES)]);

/** Commands in which `from` is followed by a table: not by a role, as in `revoke`, or a cursor. */
const READS: ReadonlySet<string> = new Set([...QUERIES, 'EXPLAIN', 'DECLARE']);

/** Reads the command and the tables of one statement, in one pass. */
export function tablesOf(tokens: readonly Token[], commands: ReadonlySet<string>): Named {
  return new Reader(tokens, commands).read();
}

class Reader {
  private at = 0;
  private readonly frames: Frame[] = [frame(false, true)];
  private readonly sources: Table[] = [];
  private readonly withNames = new Set<string>();
  private command: string | undefined;
  private targets: Table[] | undefined;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly commands: ReadonlySet<string>,
  ) {}

  read(): Named {
    while (this.at < this.tokens.length) this.step();
    const { command, targets } = this;
    const isRead = command !== undefined && READS.has(command);
    const sources = isRead ? this.sources.filter(({ key }) => !this.withNames.has(key)) : [];
    return { command, targets, sources };
  }

  private get top(): Frame {
    return this.frames.at(-1) as Frame;
  }

  private step(): void {
    const token = this.tokens[this.at] as Token;
    const { top } = this;
    this.at += 1;
    if (token.type === 'mark') this.mark(token.text);
    else if (top.isNaming && this.isWithName(token)) this.withNames.add(keyOf([token]));
    else if (top.command === undefined) this.begin(token);
    else if (token.type === 'word') this.clause(token.text.toUpperCase());
  }

  private mark(text: string): void {
    const { top } = this;
    if (text === '(') this.push(top.isTable && top.command === undefined);
    else if (text === ')' && this.frames.length > 1) this.frames.pop();
    else if (text === ',' && top.isListing) this.table();
  }

  /** The name of a `with` follows it, or a comma after the one before. */
  private isWithName(token: Token): boolean {
    const before = this.tokens[this.at - 2];
    if (before?.type === 'mark') return before.text === ',';
    const isAfterWith = before?.type === 'word' && /^(WITH|RECURSIVE)$/i.test(before.text);
    return isAfterWith && !(token.type === 'word' && /^RECURSIVE$/i.test(token.text));
  }

  /** The first word of a frame, or of what follows its `with`. */
  private begin(token: Token): void {
    const { top } = this;
    const { isOuter } = top;
    const word = token.type === 'word' ? token.text.toUpperCase() : '';
    if (word === 'WITH') top.isNaming = true;
    if (top.isNaming && !QUERIES.has(word)) return;
    // After parentheses another query may follow: `(select …) union select …`.
    if (SET_OPERATORS.has(word)) return;
    top.isNaming = false;
    const known = isOuter ? this.commands : QUERIES;
    top.command = known.has(word) ? word : '';
    if (top.isTable && top.command === '') {
      this.beginTables(word);
      return;
    }
    const isFirst = isOuter && this.command === undefined;
    if (isFirst && top.command !== '') this.command = word;
    this.write(word, isFirst);
  }

  /** Tables in parentheses: the word is the first of them, or goes on after parentheses in there. */
  private beginTables(word: string): void {
    this.top.isListing = true;
    const before = this.tokens[this.at - 2];
    if (before?.type === 'mark' && before.text === '(') {
      this.at -= 1;
      this.table();
    } else {
      this.clause(word);
    }
  }

  /** Reads what the command of a frame writes to. */
  private write(word: string, isFirst: boolean): void {
    const preposition = WRITES[word];
    if (preposition === undefined || this.top.command !== word) return;
    if (preposition !== '' && !this.takeWord(preposition)) return;
    const written = this.names();
    this.sources.push(...written);
    if (isFirst) this.targets = written;
    // The tables of `using` and of a further `from` are seen as such.
    if (word !== 'TRUNCATE') return;
    this.top.isListing = true;
    if (isFirst) this.targets = this.sources;
  }

  private clause(word: string): void {
    const { top } = this;
    if (CLAUSES.has(word)) top.isListing = false;
    else if (word === 'JOIN') this.table();
    else if (word === 'USING' && (top.command === 'DELETE' || top.command === 'MERGE')) this.list();
    // Arguments have a `from` of their own: `extract(year from at)`; so does `is distinct from`.
    else if (word === 'FROM' && READS.has(top.command ?? '') && !this.isDistinctFrom()) this.list();
  }

  private list(): void {
    this.top.isListing = true;
    this.table();
  }

  private isDistinctFrom(): boolean {
    const [is, distinct] = [this.tokens[this.at - 3], this.tokens[this.at - 2]];
    return /^DISTINCT$/i.test(distinct?.text ?? '') && /^(IS|NOT)$/i.test(is?.text ?? '');
  }

  /** A table, or parentheses around tables or around a query. */
  private table(): void {
    this.sources.push(...this.names());
    if (!this.isMark('(') || this.tokens[this.at - 1]?.type === 'quoted') return;
    const before = this.tokens[this.at - 1];
    const isName =
      before?.type === 'word' && !/^(FROM|JOIN|LATERAL|ONLY|USING)$/i.test(before.text);
    if (isName) return;
    this.at += 1;
    this.push(true);
  }

  private push(isTable: boolean): void {
    const { isOuter, command, isNaming } = this.top;
    this.frames.push(frame(isTable, isOuter && command === undefined && !isNaming));
  }

  /** The name of a table, if one is next: none for a function, and none that is too long. */
  private names(): Table[] {
    while (FILLERS.has(this.word() ?? '')) this.at += 1;
    const parts: Token[] = [];
    for (let isPart = this.isName(); isPart; ) {
      parts.push(this.tokens[this.at] as Token);
      this.at += 1;
      isPart = this.isMark('.') && this.isName(1);
      if (isPart) this.at += 1;
    }
    const name = parts.map(({ text }) => text).join('.');
    const { command } = this.top;
    const isFunction =
      (this.isMark('(') && command !== 'INSERT' && command !== 'COPY') ||
      // `from rows from (f(), g())`
      (name.toUpperCase() === 'ROWS' && this.isWord('FROM'));
    if (parts.length === 0 || isFunction || name === '' || name.length > MAX_NAME) return [];
    return [{ name, key: keyOf(parts) }];
  }

  private takeWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.at += 1;
    return true;
  }

  private word(): string | undefined {
    const token = this.tokens[this.at];
    return token?.type === 'word' ? token.text.toUpperCase() : undefined;
  }

  private isWord(word: string): boolean {
    return this.word() === word;
  }

  private isMark(text: string): boolean {
    const token = this.tokens[this.at];
    return token?.type === 'mark' && token.text === text;
  }

  private isName(ahead = 0): boolean {
    const token = this.tokens[this.at + ahead];
    if (token?.type === 'quoted') return true;
    return token?.type === 'word' && !QUERIES.has(token.text.toUpperCase());
  }
}

function frame(isTable: boolean, isOuter: boolean): Frame {
  return { isTable, isOuter, command: undefined, isNaming: false, isListing: false };
}

/** Identifiers without quotes are the same in capitals and in small letters. */
function keyOf(parts: readonly Token[]): string {
  return JSON.stringify(
    parts.map(({ type, text }) => (type === 'quoted' ? text : text.toLowerCase())),
  );
}
