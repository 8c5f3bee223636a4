import type { Command } from '../command.js';
import { jsonOption, type OptionTable, readOptions } from '../options.js';
import { bashScript } from './bash.js';
import { fishScript } from './fish.js';
import { type Place, placesOf } from './words.js';
import { zshScript } from './zsh.js';

interface Shell {
  readonly script: (places: readonly Place[]) => string;
  readonly line: string;
  readonly does: string;
}

const SHELLS: Readonly<Record<string, Shell>> = {
  bash: {
    script: bashScript,
    line: 'eval "$(meterbook completion bash)"',
    does: 'in ~/.bashrc',
  },
  zsh: {
    script: zshScript,
    line: 'eval "$(meterbook completion zsh)"',
    does: 'in ~/.zshrc, after compinit',
  },
  fish: {
    script: fishScript,
    line: 'meterbook completion fish | source',
    does: 'in ~/.config/fish/config.fish',
  },
};

const OPTIONS = {
  json: jsonOption('the script as { shell, script }; errors are JSON too'),
} as const satisfies OptionTable;

/** @param root what is completed; a function, since this command is a part of it */
export function completion(root: () => Command): Command {
  return {
    summary: 'what makes a shell complete commands, options and their values',
    group: 'This command itself',
    usage: '<shell>',
    about:
      'Prints a script for the shell, made from the same tables as the help. It starts no process.',
    examples: Object.values(SHELLS).map(({ line, does }) => ({ line, does })),
    commands: Object.fromEntries(
      Object.entries(SHELLS).map(([shell, it]) => [shell, commandOf(shell, it, root)]),
    ),
  };
}

function commandOf(name: string, { script, line, does }: Shell, root: () => Command): Command {
  return {
    summary: `a script for ${name}`,
    usage: '[options]',
    options: OPTIONS,
    examples: [{ line, does }],
    run: async (args, io) => {
      const values = readOptions(args, OPTIONS, `meterbook completion ${name}`);
      const text = script(placesOf(root()));
      io.stdout.write(
        values.json ? `${JSON.stringify({ shell: name, script: text }, null, 2)}\n` : text,
      );
    },
  };
}
