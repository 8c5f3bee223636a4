/** The second Node: `node` from npm is a Node binary as a package, for any major version. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The exact Node that is fetched when another major version than the running one is asked for. */
const PINNED = { 20: '20.20.2', 24: '24.21.0' };

export const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * A Node of one major version, and npm run by it.
 *
 * @typedef {object} Node
 * @property {string} version `v24.21.0`
 * @property {(args: readonly string[], options?: RunOptions) => Result} run `node args…`
 * @property {(args: readonly string[], options?: RunOptions) => Result} npm `npm args…`, scripts
 *   and child processes included under this Node
 */

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {Readonly<Record<string, string>>} [env] added to the environment
 * @property {boolean} [show] whether the output goes to the terminal instead of the result
 * @property {number} [timeout] milliseconds, after which it is ended
 */

/** @typedef {{ status: number | null, output: string }} Result */

/**
 * The running Node if its major version is the one asked for, otherwise one from npm, kept in
 * `node_modules/.cache`.
 *
 * @param {20 | 24} major
 * @returns {Node}
 */
export function nodeOfMajor(major) {
  const running = Number(process.versions.node.split('.')[0]);
  const binary = running === major ? process.execPath : fetchNode(PINNED[major]);
  /** @type {Node['run']} */
  const run = (args, options = {}) => spawn(binary, args, options);
  const version = run(['--version']).output.trim();
  if (!version.startsWith(`v${major}.`)) {
    throw new Error(`${binary} is Node ${version}, not Node ${major}`);
  }
  return { version, run, npm: (args, options) => run([npmCli(), ...args], options) };
}

/**
 * @param {string} version
 * @returns {string} its program
 */
function fetchNode(version) {
  const folder = join(root, 'node_modules', '.cache', `node-${version}`);
  const binary = join(folder, 'node_modules', 'node', 'bin', 'node');
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  console.log(`fetching Node ${version} from npm`);
  const args = [npmCli(), 'install', '--no-save', `node@${version}`];
  const { status, output } = spawn(process.execPath, args, { cwd: folder });
  if (status !== 0 || !existsSync(binary)) throw new Error(`node@${version}: ${output}`);
  return binary;
}

/** npm's own program, so that it can be started by any Node. */
function npmCli() {
  const started = process.env.npm_execpath;
  if (started?.endsWith('npm-cli.js')) return started;
  const folder = execFileSync('npm', ['root', '--global'], { encoding: 'utf8' }).trim();
  return realpathSync(join(folder, 'npm', 'bin', 'npm-cli.js'));
}

/**
 * @param {string} binary
 * @param {readonly string[]} args
 * @param {RunOptions} options
 * @returns {Result}
 */
function spawn(binary, args, { cwd = root, env = {}, show = false, timeout = 900_000 }) {
  const path = `${dirname(binary)}${delimiter}${process.env.PATH}`;
  const { status, stdout, stderr, error } = spawnSync(binary, args, {
    cwd,
    env: { ...withoutNpm(process.env), PATH: path, ...env },
    stdio: show ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout,
    maxBuffer: 64 * 1024 * 1024,
  });
  return { status, output: `${stdout ?? ''}${stderr ?? ''}${error ? `\n${error.message}` : ''}` };
}

/**
 * What `npm run` tells its scripts about this package would mislead an npm in another folder.
 *
 * @param {NodeJS.ProcessEnv} env
 */
function withoutNpm(env) {
  const misleading = /^npm_(package_|lifecycle_|config_local_prefix$|command$|node_execpath$)/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !misleading.test(name)));
}
