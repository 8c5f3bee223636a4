import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/cli/command.js';
import { writtenOption } from '../../src/cli/help.js';
import { ROOT } from '../../src/cli/root.js';

const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');

/** Sections of the page, by the command that is in their heading. */
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((text) => [/^`(.+)`\n/.exec(text)?.[1] ?? '', text] as const)
    .filter(([name]) => name !== ''),
);

/** Commands that do something, by all their words. */
function doers(path: string, command: Command): [path: string, command: Command][] {
  const below = Object.entries(command.commands ?? {});
  return [
    ...(command.run === undefined ? [] : [[path, command] as [string, Command]]),
    ...below.flatMap(([word, next]) => doers(`${path} ${word}`, next)),
  ];
}

function at(path: string): Command {
  const [, ...words] = path.split(' ');
  return words.reduce<Command>((command, word) => command.commands?.[word] as Command, ROOT);
}

/** `meterbook generate docs` is told of in the section of `meterbook generate`. */
const sectionOf = (path: string) =>
  [...sections.keys()].find((name) => path === name || path.startsWith(`${name} `));

const optionsOf = ({ options = {} }: Command) =>
  Object.entries(options).map(([name, option]) => `--${writtenOption(name, option)}`);

describe('docs/cli.md', () => {
  it.each(doers('meterbook', ROOT))(
    'has every option of %s, as help writes it',
    (path, command) => {
      const section = sectionOf(path);
      expect(section).toBeDefined();
      const text = sections.get(section as string) ?? '';
      for (const option of optionsOf(command)) expect(text).toContain(`\`${option}\``);
      // What a group makes one of is named too.
      if (path !== section) expect(text).toContain(`\`${path.split(' ').at(-1)}\``);
    },
  );

  it('has no command and no option that is not there', () => {
    for (const [name, text] of sections) {
      const command = at(name);
      expect(command, name).toBeDefined();
      const [first] = Object.values(command.commands ?? {});
      const known = [...optionsOf(command), ...optionsOf(first ?? command)];
      const told = [...text.matchAll(/^\| (`--.*?) \|/gm)].flatMap(([, cell = '']) =>
        [...cell.matchAll(/`(--.+?)`/g)].map(([, option]) => option),
      );
      expect(told.length, name).toBeGreaterThan(0);
      expect(known).toEqual(expect.arrayContaining(told));
    }
  });

  it('lists every command at its beginning, and every code of an error', () => {
    for (const name of sections.keys()) expect(page).toContain(`[\`${name}\`](#`);
    const source = readFileSync(new URL('../../src/cli/failure.ts', import.meta.url), 'utf8');
    const union = /export type FailureCode =([^;]+);/.exec(source)?.[1] ?? '';
    const codes = [...union.matchAll(/'(\w+)'/g)].map(([, code]) => code as string);
    expect(codes.length).toBeGreaterThan(5);
    // Ctrl-C says nothing, so that nobody reads its code.
    const told = [...page.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code);
    expect(told.sort()).toEqual(codes.filter((it) => it !== 'INTERRUPTED').sort());
  });
});
