import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import type { Block } from './blocks.js';
import { ENTRIES } from './compile.js';
import { root } from './pages.js';

/** The port that the pages name; every program is given a free one in its place. */
const PORT = '9464';

/** Longest run of one program, milliseconds. */
const LIMIT_MILLIS = 60_000;

/** How a program ended. */
export interface Run {
  readonly code: number;
  /** Everything it printed, standard error last. */
  readonly output: string;
}

/** A folder below `node_modules`, where programs find the packages they import. */
function makeFolder(): string {
  const cache = join(root, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  return mkdtempSync(join(cache, 'meterbook-docs-'));
}

/** Writes the blocks, and the files of their pages that they may import, below a folder. */
function write(folder: string, blocks: readonly Block[], edit: (text: string) => string): void {
  for (const block of blocks) {
    const path = join(folder, block.page.replace(/\.md$/, ''), block.file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, edit(block.source.map(({ text }) => text).join('\n')));
  }
}

/**
 * Runs the blocks marked `run` and `throws`, two at a time. `all` are the blocks of the same pages,
 * for what they import from each other.
 */
export async function runAll(
  blocks: readonly Block[],
  all: readonly Block[],
): Promise<ReadonlyMap<Block, Run>> {
  const folder = makeFolder();
  const ports = new Map<Block, string>();
  try {
    for (const block of blocks) ports.set(block, await freePort());
    write(folder, all, (text) => text);
    for (const block of blocks) {
      write(folder, [block], (text) => text.replaceAll(PORT, ports.get(block) ?? PORT));
    }
    const pathOf = ({ page, file }: Block) => join(folder, page.replace(/\.md$/, ''), file);
    await build({
      entryPoints: blocks.map(pathOf),
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      alias: { ...ENTRIES },
      packages: 'external',
      outdir: join(folder, 'built'),
      outbase: folder,
      outExtension: { '.js': '.mjs' },
      logLevel: 'silent',
    });
    const built = (block: Block) =>
      join(folder, 'built', pathOf(block).slice(folder.length)).replace(/\.m?ts$/, '.mjs');
    const runs = new Map<Block, Run>();
    const queue = [...blocks];
    const work = async (): Promise<void> => {
      for (let block = queue.shift(); block !== undefined; block = queue.shift()) {
        const port = ports.get(block) ?? PORT;
        const { code, output } = await node([built(block)], folder, port);
        runs.set(block, { code, output: output.replaceAll(port, PORT) });
      }
    };
    await Promise.all([work(), work()]);
    return runs;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the blocks marked `vitest`, and the files that they import, in one vitest of their own. */
export async function runVitest(blocks: readonly Block[], all: readonly Block[]): Promise<Run> {
  const folder = makeFolder();
  try {
    const port = await freePort();
    write(folder, all, (text) => text.replaceAll(PORT, port));
    const setupFiles = all
      .filter(({ file }) => basename(file) === 'vitest.setup.ts')
      .map(({ page, file }) => join(folder, page.replace(/\.md$/, ''), file));
    const include = blocks.map(({ page, file }) => `${page.replace(/\.md$/, '')}/${file}`);
    const alias = Object.entries(ENTRIES)
      .map(([name, replacement]) => ({ find: name, replacement }))
      .sort((a, b) => b.find.length - a.find.length);
    const config = { root: folder, resolve: { alias }, test: { include, setupFiles } };
    const path = join(folder, 'vitest.config.mjs');
    writeFileSync(path, `export default ${JSON.stringify(config)};\n`);
    return await node(
      [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', path, '--root', folder],
      folder,
      port,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The environment less what would change what a program prints, and the port that it listens on. */
function environment(port: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(?:OTEL_|VITEST|NODE_)/.test(name),
  );
  return { ...Object.fromEntries(kept), NO_COLOR: '1', OTEL_EXPORTER_PROMETHEUS_PORT: port };
}

function node(args: readonly string[], cwd: string, port: string): Promise<Run> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...args],
      { cwd, env: environment(port), timeout: LIMIT_MILLIS },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        const late = error?.killed === true ? `\ndid not end within ${LIMIT_MILLIS} ms` : '';
        resolve({ code, output: `${stdout}${stderr}${late}` });
      },
    );
  });
}

function freePort(): Promise<string> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(String(port)));
    });
  });
}

/** What is wrong with how a block ran: lines to show, or none. */
export function faultsOfRun(block: Block, { code, output }: Run): readonly string[] {
  const place = `${block.page}:${block.line}`;
  const mustFail = block.mode === 'throws';
  if ((code !== 0) !== mustFail) return [`${place}: ended with ${code}:\n${output}`];
  if (block.expected === undefined) return [];
  if (mustFail) {
    const said = output.replace(/\s+/g, ' ');
    return block.expected
      .filter((line) => !said.includes(line.replace(/\s+/g, ' ').trim()))
      .map((line) => `${place}: does not say "${line}", but:\n${output}`);
  }
  return isPrinted(block.expected, output) ? [] : [`${place}: prints something else:\n${output}`];
}

/** Whether these lines are the output; a line `…` stands for any lines left out. */
export function isPrinted(expected: readonly string[], output: string): boolean {
  const printed = trimmed(output.split('\n'));
  const pattern = trimmed(expected);
  let at = 0;
  let mayskip = false;
  for (const line of pattern) {
    if (line.trim() === '…') {
      mayskip = true;
      continue;
    }
    if (mayskip) while (at < printed.length && printed[at] !== line) at++;
    if (printed[at] !== line) return false;
    at++;
    mayskip = false;
  }
  return mayskip || at === printed.length;
}

/** Lines without those at the end that are empty, and without spaces at their ends. */
function trimmed(lines: readonly string[]): readonly string[] {
  const ends = lines.map((line) => line.trimEnd());
  while (ends.at(-1) === '') ends.pop();
  return ends;
}
