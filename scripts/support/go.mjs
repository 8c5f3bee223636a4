/** Servers that are built from Go modules, once, and kept in `node_modules/.cache`. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './nodes.mjs';

const CACHE = join(root, 'node_modules', '.cache', 'meterbook');
/** From 1.21 on Go fetches the newer Go that a module asks for. */
const MIN_GO = [1, 21];

/** @typedef {(line: string) => void} Log */

/**
 * Runs a program in the folder that is built in, with Go set up for it.
 *
 * @typedef {(program: string, args: readonly string[]) => Promise<void>} Run
 */

/**
 * The path of a program in the cache, which is built if it is not there. Fails, and says what to do,
 * without Go.
 *
 * @param {string} name of the file in the cache; a change of what is built is a change of its name
 * @param {(folder: string, run: Run) => Promise<string>} build gives the path of what it has built,
 *   in a folder of its own that is removed afterwards
 * @param {Log} log told of the progress
 * @returns {Promise<string>}
 */
export async function builtOnce(name, build, log) {
  const program = join(CACHE, name);
  if (existsSync(program)) return program;
  const problem = goProblem();
  if (problem !== undefined) throw new Error(problem);
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'build-'));
  const env = {
    CGO_ENABLED: '0',
    GOBIN: folder,
    GOWORK: 'off',
    // It would stamp this repository's commit into a program that has nothing of it.
    GOFLAGS: `${process.env['GOFLAGS'] ?? ''} -buildvcs=false`.trim(),
  };
  try {
    const built = await build(folder, (program, args) => run(program, args, folder, env, log));
    renameSync(built, program);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return program;
}

/**
 * What is wrong with the Go of this machine, and how to mend it; `undefined` if nothing is.
 *
 * @returns {string | undefined}
 */
export function goProblem() {
  const { status, stdout } = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' });
  const hint =
    'Servers of the end-to-end tests are built with Go: apt-get install golang (Debian 13, Ubuntu 24.04 or later), or https://go.dev/dl.';
  if (status !== 0) return `Go is missing. ${hint}`;
  const [major = 0, minor = 0] = stdout.replace(/^go/, '').split('.').map(Number);
  const [minMajor = 0, minMinor = 0] = MIN_GO;
  if (major > minMajor || (major === minMajor && minor >= minMinor)) return undefined;
  return `Go is ${stdout.trim()}, and ${MIN_GO.join('.')} or later is needed. ${hint}`;
}

/**
 * Runs a program, shows what builders say of their progress, and a sign of life when one says nothing
 * for long.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {string} cwd
 * @param {Readonly<Record<string, string>>} env
 * @param {Log} log
 * @returns {Promise<void>}
 */
function run(program, args, cwd, env, log) {
  const started = Date.now();
  const alive = setInterval(
    () => log(`  … after ${Math.round((Date.now() - started) / 1_000)} s`),
    20_000,
  );
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let rest = '';
    let said = '';
    /** @param {string} chunk */
    const show = (chunk) => {
      said = `${said}${chunk}`.slice(-4_000);
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      // Each module that Go fetches is a line: only what the builder says of itself is shown.
      for (const line of lines) if (line.includes('\tINFO\t')) log(`  ${line}`);
    };
    child.stdout.setEncoding('utf8').on('data', show);
    child.stderr.setEncoding('utf8').on('data', show);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve(undefined);
      else reject(new Error(`${program} ${args.join(' ')} ended with ${code ?? signal}:\n${said}`));
    });
  }).finally(() => clearInterval(alive));
}
