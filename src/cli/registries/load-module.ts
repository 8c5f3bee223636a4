import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { failed, isFailure } from '../failure.js';

/** What a module exports, by name. */
export type Exports = Readonly<Record<string, unknown>>;

const TYPESCRIPT = /\.[cm]?tsx?$/i;
const BARE = /^(@[\w.-]+\/)?[\w][\w.-]*(\/[\w.-]+)*$/;

/**
 * The file that `--registry` names: a path, or a package that the working folder can resolve, such
 * as `meterbook/agent`. Throws a failure where there is neither.
 */
export function findModule(name: string, cwd: string): string {
  const path = resolve(cwd, name);
  const entry = statSync(path, { throwIfNoEntry: false });
  if (entry?.isFile() === true) return path;
  if (entry === undefined && BARE.test(name)) {
    try {
      return createRequire(join(cwd, 'from-here.js')).resolve(name);
    } catch {
      // Neither a file nor a package: the message below says both.
    }
  }
  const what =
    entry === undefined ? `There is no file "${name}", and no package.` : `"${name}" is a folder.`;
  throw failed(
    what,
    'Name the module that exports the registry: --registry ./src/metrics.ts.',
    'NOT_FOUND',
  );
}

/**
 * Loads a module: TypeScript by tsx (or by Node itself, where that is not installed and Node strips
 * types), all else by Node. Throws a failure that says what the module threw.
 *
 * @param path absolute
 * @param name as the user wrote it
 */
export async function loadModule(path: string, name: string): Promise<Exports> {
  const url = pathToFileURL(path).href;
  const isTypeScript = TYPESCRIPT.test(path);
  const tsx = isTypeScript ? await findTsx(path) : undefined;
  if (isTypeScript && tsx === undefined && !stripsTypes()) {
    throw failed(
      `"${name}" is TypeScript, which Node ${process.versions.node} does not read.`,
      'Run npm install --save-dev tsx, or name the JavaScript that it is built to.',
      'NOT_FOUND',
    );
  }
  const restore = divertPrints();
  try {
    return (await (tsx === undefined ? import(url) : tsx.tsImport(url, url))) as Exports;
  } catch (error) {
    if (isFailure(error)) throw error;
    const runner = isTypeScript ? 'npx tsx' : 'node';
    const hint =
      isTypeScript && tsx === undefined
        ? 'Node has read it without tsx, which resolves imports as TypeScript does: npm install --save-dev tsx.'
        : `Correct it; "${runner} ${name}" shows where it was.`;
    throw failed(
      `"${name}" threw an error while it was loaded: ${messageOf(error)}.`,
      hint,
      'INVALID',
    );
  } finally {
    restore();
  }
}

/** What a module prints while it is loaded goes to stderr: results alone are on stdout. */
function divertPrints(): () => void {
  const { stdout, stderr } = process;
  const { write } = stdout;
  stdout.write = stderr.write.bind(stderr) as typeof write;
  return () => {
    stdout.write = write;
  };
}

/** `process.features.typescript` is younger than the types of Node 20. */
function stripsTypes(): boolean {
  return Boolean((process.features as { readonly typescript?: string | false }).typescript);
}

type Tsx = typeof import('tsx/esm/api');

/**
 * The tsx of the module's own project, or the one beside this command. `require.resolve` gives its
 * CommonJS build, which cannot register the loader (tsx 4.23), so that its ES module is looked up.
 */
async function findTsx(path: string): Promise<Tsx | undefined> {
  try {
    const require = createRequire(path);
    const manifest = require.resolve('tsx/package.json');
    const entry: string = require(manifest).exports['./esm/api'].import.default;
    return (await import(pathToFileURL(join(dirname(manifest), entry)).href)) as Tsx;
  } catch {
    return import('tsx/esm/api').catch(() => undefined);
  }
}

/** What an error says, without the full stop that the sentence around it has; never throws. */
function messageOf(error: unknown): string {
  try {
    const text = error instanceof Error && error.message !== '' ? error.message : String(error);
    return text.trim().replace(/\.$/, '');
  } catch {
    return 'a value that cannot be shown';
  }
}
