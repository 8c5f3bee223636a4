import type { Command } from '../command.js';
import type { Option } from '../options.js';

/** A place in a command line: a command, and what may follow it. */
export interface Place {
  /** The words that lead here: `meterbook jobs report`. */
  readonly path: string;
  readonly commands: readonly { readonly word: string; readonly summary: string }[];
  readonly options: readonly PlacedOption[];
}

export interface PlacedOption extends Option {
  /** With its dashes. */
  readonly name: string;
}

const HELP: PlacedOption = { name: '--help', kind: 'flag', help: 'explain it' };

/** Every place of the command, outer ones first: what the scripts of all shells are made from. */
export function placesOf(command: Command, path: readonly string[] = ['meterbook']): Place[] {
  const { commands = {}, options = {} } = command;
  const own = Object.entries(options).map(([name, option]) => ({ ...option, name: `--${name}` }));
  return [
    {
      path: path.join(' '),
      commands: Object.entries(commands).map(([word, { summary }]) => ({ word, summary })),
      options: own.some(({ name }) => name === '--help') ? own : [...own, HELP],
    },
    ...Object.entries(commands).flatMap(([word, next]) => placesOf(next, [...path, word])),
  ];
}

/** Within single quotes of any of the shells' descriptions: no quote, no line break. */
export function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll("'", '’').replaceAll('`', '’');
}
