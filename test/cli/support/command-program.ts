import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The command as a program that starts at once; within the repository, so that packages are found. */
export interface CommandProgram {
  /** Path of the file for `node`. */
  readonly path: string;
  remove(): void;
}

export async function buildCommand(): Promise<CommandProgram> {
  const folder = mkdtempSync(join(root, 'node_modules', '.cache', 'meterbook-command-'));
  const path = join(folder, 'cli.mjs');
  await build({
    entryPoints: [join(root, 'src/cli/bin.ts')],
    bundle: true,
    packages: 'external',
    // The build does the same: for Node, yaml has CommonJS alone.
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outfile: path,
    logLevel: 'silent',
  });
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
