import type { Command } from './command.js';
import type { Option } from './options.js';
import type { Paint } from './terminal/style.js';

/** Most characters of an option with its value that have their explanation in the same line. */
const LEFT = 23;

/**
 * The text of `--help`: what it does, commands by group, options by section, examples.
 *
 * @param path the words that lead to the command: `['meterbook', 'jobs', 'report']`
 */
export function helpOf(path: readonly string[], command: Command, paint: Paint): string {
  const name = path.join(' ');
  const heading = (text: string) => paint('bold', `${text}:`);
  const parts = [
    [`${paint('bold', name)} - ${command.summary}`],
    [`${heading('Usage')} ${name} ${command.usage}`],
    ...(command.about === undefined ? [] : [command.about.split('\n')]),
    ...commandsOf(command, heading),
    ...optionsOf(command, heading),
    ...(command.notes === undefined ? [] : [command.notes.split('\n')]),
    [
      heading(command.examples.length === 1 ? 'Example' : 'Examples'),
      ...command.examples.flatMap(({ line, does }) => [paint('dim', `  # ${does}`), `  ${line}`]),
    ],
  ];
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

type Heading = (text: string) => string;

function commandsOf({ commands = {} }: Command, heading: Heading): string[][] {
  const shown = Object.entries(commands).map(([word, command]) => {
    // A group of one command is named as that command is called.
    const [only, ...others] = Object.entries(command.commands ?? {});
    const isOne = only !== undefined && others.length === 0;
    return {
      name: isOne ? `${word} ${only[0]}` : word,
      command: isOne ? only[1] : command,
      group: command.group,
    };
  });
  const width = Math.max(12, ...shown.map(({ name }) => name.length)) + 2;
  const parts: string[][] = [];
  for (const { name, command, group } of shown) {
    if (group !== undefined || parts.length === 0) parts.push([heading(group ?? 'Commands')]);
    parts.at(-1)?.push(`  ${name.padEnd(width)}${command.summary}`);
  }
  return parts;
}

function optionsOf({ options = {} }: Command, heading: Heading): string[][] {
  const parts: string[][] = [];
  for (const [name, option] of Object.entries(options)) {
    if (option.section !== undefined || parts.length === 0) {
      parts.push([heading(option.section ?? 'Options')]);
    }
    parts.at(-1)?.push(...linesOf(name, option));
  }
  return parts;
}

function linesOf(name: string, option: Option): string[] {
  const left = `--${writtenOption(name, option)}`;
  const [first = '', ...rest] = option.help.split('\n');
  const blank = ' '.repeat(LEFT + 2);
  const more = rest.map((it) => blank + it);
  return left.length < LEFT
    ? [`  ${left.padEnd(LEFT)}${first}`, ...more]
    : [`  ${left}`, blank + first, ...more];
}

/** `lock <file>`, as it is written after two dashes. */
export function writtenOption(name: string, { takes }: Option): string {
  return takes === undefined ? name : `${name} ${takes}`;
}
