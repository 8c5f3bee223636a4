import { parseArgs } from 'node:util';
import { wrongUsage } from './failure.js';
import { suggestion } from './nearest.js';

/** What a value is, for the completion of shells. */
export type Values = 'file' | 'folder' | readonly string[];

/** An option of a command, without its dashes: its name is the key in the table. */
export interface Option {
  /** `value` takes one, `list` one each time that it is given, `flag` none. */
  readonly kind: 'value' | 'list' | 'flag';
  /** What is given, as help shows it: `<file>`, `[n]`. Not of a flag. */
  readonly takes?: string | undefined;
  /** In help: what it does, with its default; lines of up to 70 characters. */
  readonly help: string;
  /** In help: the heading that it stands under. Default: that of the option before it. */
  readonly section?: string | undefined;
  /** What can be given, where a shell may know. */
  readonly values?: Values | undefined;
  /** What is meant where it is given without a value. Default: that is wrong usage. */
  readonly alone?: string | undefined;
}

/** The options of a command, in the order of its help. */
export type OptionTable = Readonly<Record<string, Option>>;

interface OptionTypes {
  readonly value: string;
  readonly list: readonly string[];
  readonly flag: true;
}

export type OptionValues<T extends OptionTable> = {
  readonly [K in keyof T]?: OptionTypes[T[K]['kind']] | undefined;
};

/** The option that makes of what is printed one JSON document. */
export const jsonOption = (help = 'one JSON document instead of a table; errors are JSON too') =>
  ({ kind: 'flag', help }) as const satisfies Option;

/**
 * Reads the arguments of a command, which takes options alone. Of a `value` that is given twice the
 * last counts. Throws wrong usage that names the option.
 *
 * @param command for the hint, as in `meterbook jobs report`
 */
export function readOptions<T extends OptionTable>(
  args: readonly string[],
  table: T,
  command: string,
): OptionValues<T> {
  const help = `See ${command} --help.`;
  const { tokens } = parseArgs({
    args: withValues(args, table),
    options: Object.fromEntries(
      Object.entries(table).map(([name, { kind }]) => [
        name,
        { type: kind === 'flag' ? 'boolean' : 'string' } as const,
      ]),
    ),
    // Its own messages are several lines long and know no names that are near.
    strict: false,
    tokens: true,
  });
  const values: Record<string, string | readonly string[] | true> = {};
  for (const token of tokens) {
    if (token.kind === 'positional') {
      throw wrongUsage(`${command} takes no argument "${token.value}".`, help);
    }
    if (token.kind === 'option-terminator') continue;
    const { name, rawName, value, inlineValue } = token;
    const kind = Object.hasOwn(table, name) ? table[name]?.kind : undefined;
    if (kind === undefined) {
      const near = suggestion(
        rawName,
        Object.keys(table).map((it) => `--${it}`),
      );
      throw wrongUsage(`There is no option ${rawName}.${near}`, help);
    }
    if (kind === 'flag') {
      if (value !== undefined) throw wrongUsage(`${rawName} takes no value.`, help);
      values[name] = true;
      continue;
    }
    // What begins with a dash is rather the next option than a value.
    if (value === undefined || value === '' || (!inlineValue && value.startsWith('-'))) {
      throw wrongUsage(`${rawName} needs a value.`, `Write ${rawName}=<value>.`);
    }
    values[name] =
      kind === 'list' ? [...((values[name] ?? []) as readonly string[]), value] : value;
  }
  return values as OptionValues<T>;
}

/** Options whose value may be left out, which `parseArgs` does not know, get the one that is meant. */
function withValues(args: readonly string[], table: OptionTable): string[] {
  return args.map((arg, i) => {
    const name = arg.slice(2);
    const alone = Object.hasOwn(table, name) ? table[name]?.alone : undefined;
    const next = args[i + 1];
    const isAlone = arg.startsWith('--') && (next === undefined || next.startsWith('-'));
    return alone !== undefined && isAlone ? `${arg}=${alone}` : arg;
  });
}

/** One of a few words. */
export function choice<T extends string>(
  option: string,
  value: string | undefined,
  words: readonly T[],
): T | undefined {
  if (value === undefined) return undefined;
  const found = words.find((it) => it === value);
  if (found !== undefined) return found;
  throw wrongUsage(
    `${option} cannot be "${value}".${suggestion(value, words)}`,
    `Use one of ${words.join(', ')}.`,
  );
}

/** A whole number from 1 to `most`. */
export function count(option: string, value: string | undefined, most: number): number | undefined {
  if (value === undefined) return undefined;
  const number = /^\d{1,9}$/.test(value) ? Number(value) : 0;
  if (number >= 1 && number <= most) return number;
  throw wrongUsage(`${option} cannot be "${value}".`, `Use a whole number from 1 to ${most}.`);
}

const MOST_PORT = 65_535;

/** A port to listen on; 0 lets the system choose one that is free. */
export function portOf(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = /^\d{1,5}$/.test(value) ? Number(value) : MOST_PORT + 1;
  if (number <= MOST_PORT) return number;
  throw wrongUsage(
    `${option} cannot be "${value}".`,
    `Use a whole number from 1 to ${MOST_PORT}, or 0 for any port that is free.`,
  );
}
