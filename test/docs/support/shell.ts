import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { main } from '../../../src/cli/index.js';
import { fencesOf } from './blocks.js';
import { type Page, root } from './pages.js';

/** A command that a page shows: in a block of shell, or between backticks. */
export interface ShownCommand {
  /** `docs/cli.md:12` */
  readonly place: string;
  /** The program and its arguments, without variables before it and without quotes. */
  readonly words: readonly string[];
}

/** Programs of others that pages show, and the words of the shell itself. */
const OTHERS = [
  'apt-get',
  'changeset',
  'clickhouse-client',
  'curl',
  'cd',
  'eval',
  'source',
  'do',
  'done',
  'export',
  'for',
  'git',
  'jq',
  'otelcol',
  'promtool',
];

/** What npm does by itself. */
const NPM = ['audit', 'ci', 'install', 'test'];

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** The blocks of shell on a page: where each is, and what is in it. */
export function shellBlocks(page: Page): readonly { place: string; text: string }[] {
  return fencesOf(page)
    .filter(({ language }) => language === 'sh' || language === 'bash')
    .map(({ line, lines }) => ({ place: `${page.path}:${line}`, text: lines.join('\n') }));
}

/** The commands of a page: those of its blocks, and those of npm, npx and meterbook in its text. */
export function commandsOf(page: Page): readonly ShownCommand[] {
  const inBlocks = shellBlocks(page).flatMap(({ place, text }) =>
    commandsIn(text).map((words) => ({ place, words })),
  );
  const spans = page.text
    .split('\n')
    .flatMap((line, i) =>
      [...line.matchAll(/`((?:npm|npx|meterbook) [^`]+)`/g)].flatMap(([, text = '']) =>
        commandsIn(text).map((words) => ({ place: `${page.path}:${i + 1}`, words })),
      ),
    );
  return [...inBlocks, ...spans];
}

/** The simple commands of a text of shell; enough of its grammar for what pages show. */
function commandsIn(text: string): readonly (readonly string[])[] {
  const lines = text.replace(/\\\n/g, ' ').split('\n');
  return lines.flatMap(simpleCommands).flatMap((words) => {
    const start = words.findIndex((word) => !/^[A-Z_]+=/.test(word));
    return start === -1 ? [] : [words.slice(start)];
  });
}

/** A line cut at its operators, up to a comment. */
function simpleCommands(line: string): readonly (readonly string[])[] {
  const commands: string[][] = [[]];
  for (const token of line.match(/"[^"]*"|'[^']*'|&&|\|\|?|;|[^\s"'|;&]+|&/g) ?? []) {
    if (token === '#') break;
    if (['&&', '||', '|', ';'].includes(token)) commands.push([]);
    else commands.at(-1)?.push(token);
  }
  return commands.filter((words) => words.length > 0);
}

/** What is wrong with the grammar of a block, as the shell itself says; empty for nothing. */
export function grammarFault(text: string): string {
  const { status, stderr } = spawnSync('sh', ['-n'], { input: text, encoding: 'utf8' });
  return status === 0 ? '' : stderr || 'sh does not take it';
}

/** What is wrong with a command: lines to show, or none. */
export async function faultsOfCommand({ place, words }: ShownCommand): Promise<readonly string[]> {
  const [program = '', ...args] = words;
  const say = (faults: readonly string[]) => faults.map((fault) => `${place}: ${fault}`);
  if (program === 'npx') return faultsOfCommand({ place, words: args });
  if (program === 'npm') return say(faultsOfNpm(args));
  if (program === 'meterbook') return say(await faultsOfMeterbook(args));
  if (program === 'tsx') return say(faultsOfTsx(args));
  return OTHERS.includes(program) ? [] : say([`nobody knows the program "${program}"`]);
}

function faultsOfNpm([command = '', ...args]: readonly string[]): readonly string[] {
  if (command !== 'run') return NPM.includes(command) ? [] : [`there is no npm ${command}`];
  const [name = '', ...more] = args;
  const script = manifest.scripts[name];
  if (script === undefined) return [`there is no npm run ${name}`];
  if (more.length > 0 && more[0] !== '--') return [`npm run ${name} needs -- before arguments`];
  const source = sourceOf(script);
  return flagsOf(more.slice(1))
    .filter((flag) => !new RegExp(`['"\`\\s]-*${flag.slice(2)}\\b`).test(source))
    .map((flag) => `npm run ${name} has no ${flag}`);
}

/** The text of the program that a script of package.json starts, and of what lies beside it. */
function sourceOf(script: string): string {
  const path = script.split(' ').find((word) => /\.(?:ts|mjs)$/.test(word));
  if (path === undefined) return '';
  const file = join(root, path);
  const isAlone = dirname(path) === 'scripts';
  const files = isAlone
    ? [file]
    : readdirSync(dirname(file)).map((name) => join(dirname(file), name));
  return files
    .filter((it) => statSync(it).isFile())
    .map((it) => readFileSync(it, 'utf8'))
    .join('\n');
}

async function faultsOfMeterbook(args: readonly string[]): Promise<readonly string[]> {
  const end = args.findIndex((word) => word.startsWith('-'));
  const words = end === -1 ? args : args.slice(0, end);
  let text = '';
  const io = {
    stdout: { write: (it: string) => (text += it) },
    stderr: { write: () => 0 },
    env: {},
  };
  const code = await main([...words, '--help'], io);
  if (code !== 0) return [`there is no meterbook ${words.join(' ')}`];
  return flagsOf(args)
    .filter((flag) => flag !== '--help' && !new RegExp(`${flag}(?![a-z-])`).test(text))
    .map((flag) => `meterbook ${words.join(' ')} has no ${flag}`);
}

/** A program of the repository, or a file that a reader has saved: `quick-start.mts`. */
function faultsOfTsx([path = '']: readonly string[]): readonly string[] {
  const isReaders = /^[a-z-]+\.mts$/.test(path);
  return isReaders || existsSync(join(root, path)) ? [] : [`${path} is not there`];
}

function flagsOf(words: readonly string[]): readonly string[] {
  return words.filter((word) => /^--[a-z]/.test(word)).map((word) => word.split('=')[0] as string);
}
