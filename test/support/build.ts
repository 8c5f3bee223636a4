import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** The package as it is in `src` now, built for plain Node, outside of `dist`. */
export interface Built {
  /** URL of the ES module. */
  readonly esm: string;
  /** Path of the CommonJS module. */
  readonly cjs: string;
  remove(): void;
}

/** Bundles `src/index.ts` both ways; what it depends on stays outside, as in the real build. */
export async function buildPackage(): Promise<Built> {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  // Below node_modules, so that the dependencies are found from there.
  const cache = join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'meterbook-test-'));
  const [esm, cjs] = [join(folder, 'index.mjs'), join(folder, 'index.cjs')];
  await Promise.all(
    [['esm', esm] as const, ['cjs', cjs] as const].map(([format, outfile]) =>
      build({
        entryPoints: [join(root, 'src', 'index.ts')],
        bundle: true,
        packages: 'external',
        platform: 'node',
        target: 'node20',
        format,
        outfile,
        logLevel: 'silent',
      }),
    ),
  );
  return {
    esm: pathToFileURL(esm).href,
    cjs,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
