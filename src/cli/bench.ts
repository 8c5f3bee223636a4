import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command, CommandIo } from './command.js';
import { failed } from './failure.js';
import { jsonOption, type OptionTable, readOptions } from './options.js';

const NAME = 'meterbook bench';

/** A program of its own, so that nothing of the command is in what it measures. */
const program = () => fileURLToPath(new URL('./bench/program.mjs', import.meta.url));

/** The words of its sections, which a test holds equal to those of the program. */
export const BENCH_SECTIONS = [
  'record',
  'bound',
  'series',
  'attributes',
  'encode',
  'export',
  'collect',
  'stall',
  'service',
  'allocation',
  'memory',
  'writers',
  'import',
  'http',
  'buckets',
  'languages',
] as const;

const OPTIONS = {
  only: {
    kind: 'list',
    takes: '<section>',
    help: `a section alone, of
${wrapped(BENCH_SECTIONS, 62).join('\n')}`,
    section: 'What is measured',
    values: BENCH_SECTIONS,
  },
  quick: { kind: 'flag', help: 'less of everything, in two minutes: to see that it works' },
  out: {
    kind: 'value',
    takes: '<folder>',
    help: 'write performance.md, its drawings and performance.json there',
    section: 'What becomes of it',
    values: 'folder',
  },
  baseline: {
    kind: 'value',
    takes: '<file>',
    help: 'performance.json of an earlier run, to tell what has changed since',
    values: 'file',
  },
  assert: { kind: 'flag', help: 'end with 1 where a budget is missed by far' },
  json: jsonOption('one JSON document instead of the report'),
} as const satisfies OptionTable;

/** How fast meterbook is on this machine, beside others. */
export const bench: Command = {
  summary: 'how fast meterbook is on this machine, beside other libraries',
  group: 'Measure meterbook itself',
  usage: '[options]',
  about: `Measures recording, collecting, encoding, memory and import of meterbook, the OpenTelemetry SDK 2.x
and 3.x, prom-client, Effect and hot-shots in one run; and Go's client_golang and two libraries of Rust
where their compilers are. Installs those by lock files into ~/.cache/meterbook at the first run. Takes
half an hour; the machine should have nothing else to do.`,
  options: OPTIONS,
  notes: 'Ratios hold on other machines, numbers do not.',
  examples: [
    { line: `${NAME} --only record --only bound`, does: 'the cost of one record' },
    { line: `${NAME} --out ./bench-results`, does: 'everything, as a report with drawings' },
  ],
  run,
};

async function run(args: readonly string[], io: CommandIo): Promise<void> {
  readOptions(args, OPTIONS, NAME);
  const path = program();
  if (!existsSync(path)) {
    throw failed(
      `The benchmark is built with the package, and ${path} is not there.`,
      'Install meterbook from npm, or run npm run build in its repository.',
      'NOT_FOUND',
    );
  }
  const child = spawn(process.execPath, [path, ...args], {
    cwd: io.cwd,
    env: { ...io.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => io.stdout.write(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    // What goes on is for people.
    if (io.isJson !== true) io.stderr.write(text);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0) return;
  throw failed(
    'The benchmark did not come to its end, or a budget was missed by far.',
    'What it says above tells which; try it with --only and a section.',
  );
}

/** Words in lines of so many characters. */
function wrapped(words: readonly string[], width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length + 2 <= width) {
      lines[lines.length - 1] = `${last}, ${word}`;
    } else lines.push(word);
  }
  return lines;
}
