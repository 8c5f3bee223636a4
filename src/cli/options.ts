import { parseArgs } from 'node:util';
import { wrongUsage } from './failure.js';
import { suggestion } from './nearest.js';

/**
 * The options of a command: `value` takes one, `list` one each time that it is given, `flag` none.
 * Without dashes.
 */
export type OptionTable = Readonly<Record<string, 'value' | 'list' | 'flag'>>;

interface OptionTypes {
  readonly value: string;
  readonly list: readonly string[];
  readonly flag: true;
}

export type OptionValues<T extends OptionTable> = {
  readonly [K in keyof T]?: OptionTypes[T[K]] | undefined;
};

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
    args: [...args],
    options: Object.fromEntries(
      Object.entries(table).map(([name, kind]) => [
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
    const kind = Object.hasOwn(table, name) ? table[name] : undefined;
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
