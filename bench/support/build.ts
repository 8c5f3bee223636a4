import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Builds the package as it is published, apart from `dist`, and returns where. */
export function buildPackage(): string {
  const outdir = path('../.cache/dist');
  const tsup = path('../../node_modules/tsup/dist/cli-default.js');
  const args = [tsup, '--no-dts', '--silent'];
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd: path('../..'),
    env: { ...process.env, METERBOOK_DIST: outdir },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`tsup failed: ${stderr}`);
  return outdir;
}
