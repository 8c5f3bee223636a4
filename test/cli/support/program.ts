import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildPackage } from '../../support/build.js';
import type { Ran } from './command.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A project of a user in a folder of its own, with a copy of the package and the command. */
export interface Project {
  readonly folder: string;
  /** Writes files by path below the folder. */
  write(files: Readonly<Record<string, string>>): void;
  /** Runs the command as a program, in the folder, with tsx beside it. */
  run(...args: readonly string[]): Ran;
  /** The same where no tsx is installed. */
  runWithoutTsx(...args: readonly string[]): Ran;
  remove(): void;
}

/**
 * Builds the command and the package, each a bundle of its own, so that the project's meterbook is
 * another copy than the command's. Outside of the repository: what is not installed is not found.
 */
export async function makeProject(): Promise<Project> {
  const folder = mkdtempSync(join(tmpdir(), 'meterbook-project-'));
  const built = await buildPackage();
  const cache = mkdtempSync(join(root, 'node_modules', '.cache', 'meterbook-cli-'));
  const program = join(cache, 'cli.cjs');
  await build({
    entryPoints: [join(root, 'src/cli/bin.ts')],
    bundle: true,
    // All in one file, which so runs where nothing is installed.
    external: ['tsx', 'pg', '@electric-sql/pglite'],
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    outfile: program,
    logLevel: 'silent',
  });
  const elsewhere = join(folder, 'command', 'cli.cjs');
  mkdirSync(dirname(elsewhere));
  copyFileSync(program, elsewhere);
  const ours = join(folder, 'node_modules', 'meterbook');
  mkdirSync(ours, { recursive: true });
  copyFileSync(fileURLToPath(built.esm), join(ours, 'index.mjs'));
  copyFileSync(built.cjs, join(ours, 'index.cjs'));
  built.remove();
  const exports = { '.': { import: './index.mjs', require: './index.cjs' } };
  writeFileSync(join(ours, 'package.json'), JSON.stringify({ name: 'meterbook', exports }));
  symlinkSync(
    join(root, 'node_modules', '@opentelemetry'),
    join(folder, 'node_modules', '@opentelemetry'),
  );
  const start = (file: string, args: readonly string[]): Ran => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 30_000,
    });
    return { code: status ?? -1, stdout, stderr };
  };
  return {
    folder,
    write: (files) => {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
    },
    run: (...args) => start(program, args),
    runWithoutTsx: (...args) => start(elsewhere, args),
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
      rmSync(cache, { recursive: true, force: true });
    },
  };
}
