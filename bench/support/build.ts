import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** The compiled programs of the bench. */
export interface Programs {
  /** The worker that finds SDK 2.x, and the one that finds 3.x. */
  readonly worker: string;
  readonly peersWorker: string;
  readonly importTime: string;
}

/**
 * Bundles the workers with meterbook's sources in them, as the package's own build does. Other
 * packages are found from where the bundle lies: the SDK 2.x of the repository from one folder, the
 * 3.x of `bench/peers` from the other.
 */
export async function buildPrograms(): Promise<Programs> {
  const folders = [path('../.cache/worker'), path('../peers/.cache/worker')];
  for (const outdir of folders) {
    await build({
      entryPoints: [path('../worker/main.ts'), path('../worker/import-time.ts')],
      outdir,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
      target: 'node20',
      logLevel: 'error',
    });
  }
  return {
    worker: `${folders[0]}/main.mjs`,
    peersWorker: `${folders[1]}/main.mjs`,
    importTime: `${folders[0]}/import-time.mjs`,
  };
}

/** Builds the package as it is published, apart from `dist`, and returns its main entry. */
export function buildPackage(): string {
  const outdir = path('../.cache/dist');
  const tsup = path('../../node_modules/tsup/dist/cli-default.js');
  const args = [tsup, '--no-dts', '--silent', '--out-dir', outdir];
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd: path('../..'),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`tsup failed: ${stderr}`);
  return `${outdir}/index.js`;
}
