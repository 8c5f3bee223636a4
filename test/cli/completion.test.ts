import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placesOf } from '../../src/cli/completion/words.js';
import { ROOT } from '../../src/cli/root.js';
import { run } from './support/command.js';
import { startInTerminal } from './support/terminal.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** Of a shell that this machine has; bash is on every one. */
const has = (shell: Shell) => spawnSync(shell, ['-c', 'true']).status === 0;

let folder: string;
const script = (shell: Shell) => join(folder, `meterbook.${shell}`);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'meterbook-completion-'));
  mkdirSync(join(folder, 'here', 'out folder'), { recursive: true });
  writeFileSync(join(folder, 'here', 'metrics one.ts'), '');
  for (const shell of SHELLS) {
    const { code, stdout, stderr } = await run(['completion', shell]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    writeFileSync(script(shell), stdout);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function said(program: string, args: readonly string[]): string[] {
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    cwd: join(folder, 'here'),
    env: { PATH: process.env['PATH'], HOME: folder, LC_ALL: 'C.UTF-8' },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.split('\n').filter((it) => it !== '');
}

/** As bash does it when Tab is pressed after the last word. */
function bash(...words: readonly string[]): string[] {
  const list = ['meterbook', ...words].map((it) => `'${it}'`).join(' ');
  const line = `source '${script('bash')}'; COMP_WORDS=(${list}); COMP_CWORD=${words.length}; _meterbook; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return said('bash', ['--norc', '-c', line]);
}

/** Ends with the word that Tab is pressed in. */
const fish = (line: string): string[] =>
  said('fish', ['--no-config', '-c', `source '${script('fish')}'; complete -C '${line}'`]).map(
    (it) => it.split('\t')[0] as string,
  );

const optionsAt = (path: string) =>
  placesOf(ROOT)
    .find((it) => it.path === path)
    ?.options.map(({ name }) => name) ?? [];

describe('completion in bash', () => {
  it('knows the commands, and what is below them', () => {
    expect(bash('')).toEqual([...Object.keys(ROOT.commands ?? {}), '--help', '--version']);
    expect(bash('gen')).toEqual(['generate']);
    expect(bash('jobs', 're')).toEqual(['report']);
    expect(bash('generate', 'd')).toEqual(['docs']);
    expect(bash('completion', '')).toEqual(expect.arrayContaining([...SHELLS]));
  });

  it('knows every option of every command', () => {
    for (const { path, options } of placesOf(ROOT)) {
      const [, ...words] = path.split(' ');
      expect(bash(...words, '--')).toEqual(options.map(({ name }) => name));
    }
  });

  it('knows the values of options, in both spellings, and what may follow them', () => {
    const words = ['type', 'model', 'organization', 'day'];
    expect(bash('jobs', 'report', '--by', '')).toEqual(words);
    expect(bash('jobs', 'report', '--by', '=')).toEqual(words);
    expect(bash('jobs', 'report', '--by', '=', 'mo')).toEqual(['model']);
    expect(bash('jobs', 'report', '--limit', '')).toEqual([]);
    expect(bash('jobs', 'report', '--by', 'day', '--sl')).toEqual(['--slowest']);
    expect(bash('jobs', 'report', '--slowest', '--ou')).toEqual(['--outcome']);
  });

  it('knows files and folders, with blanks in their names', () => {
    expect(bash('lint', '--registry', '')).toEqual(
      expect.arrayContaining(['metrics one.ts', 'out folder']),
    );
    expect(bash('generate', 'all', '--out', '')).toEqual(['out folder']);
  });
});

describe.runIf(has('fish'))('completion in fish', () => {
  it('knows commands, options, values and files', () => {
    expect(fish('meterbook gen')).toEqual(['generate']);
    expect(fish('meterbook ')).toEqual([...Object.keys(ROOT.commands ?? {})].sort());
    expect(fish('meterbook jobs re')).toEqual(['report']);
    expect(fish('meterbook jobs report --').sort()).toEqual(
      optionsAt('meterbook jobs report').sort(),
    );
    expect(fish('meterbook jobs report --by mo')).toEqual(['model']);
    expect(fish('meterbook generate all --out o')).toEqual(['out folder/']);
    expect(fish('meterbook lint --registry met')).toEqual(['metrics one.ts']);
  });
});

describe.runIf(has('zsh'))('completion in zsh', () => {
  it('knows commands, options, values and files', async () => {
    const terminal = startInTerminal('zsh -f -i', {
      cwd: join(folder, 'here'),
      env: { PS1: '> ' },
    });
    try {
      terminal.type(
        `PS1='> '; autoload -U compinit; compinit -D -u; source '${script('zsh')}'; clear\r`,
      );
      await terminal.shows(/^> $|^>\s*$/m);
      const completes = async (line: string, whole: string) => {
        terminal.type(`\u0015${line}\t`);
        await terminal.shows(whole);
      };
      await completes('meterbook gen', '> meterbook generate');
      await completes('meterbook jobs re', '> meterbook jobs report');
      await completes('meterbook jobs report --by=mo', '--by=model');
      await completes('meterbook jobs report --by d', '--by day');
      await completes('meterbook jobs report --by day --slo', '--by day --slowest');
      await completes('meterbook lint --registry met', 'metrics\\ one.ts');
      await completes('meterbook generate all --out o', 'out\\ folder/');
      terminal.type('\u0015meterbook \t');
      const screen = await terminal.shows('-- ');
      for (const [word, { summary }] of Object.entries(ROOT.commands ?? {})) {
        expect(screen).toMatch(new RegExp(`^${word} +-- ${summary.slice(0, 30)}`, 'm'));
      }
    } finally {
      terminal.kill();
      await terminal.ended;
    }
  }, 60_000);
});

it('--json has the script in one document, and a wrong shell is told', async () => {
  const { stdout } = await run(['completion', 'bash', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ shell: 'bash' });
  const { code, stderr } = await run(['completion', 'basch']);
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr:
      'meterbook: There is no command "completion basch". Did you mean "bash"? See meterbook completion --help.\n',
  });
});
