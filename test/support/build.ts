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

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Bundles `src/index.ts` both ways; what it depends on stays outside, as in the real build. */
export async function buildPackage(): Promise<Built> {
  const { folder, remove } = makeFolder();
  const [esm, cjs] = [join(folder, 'index.mjs'), join(folder, 'index.cjs')];
  await Promise.all([bundle('src/index.ts', 'esm', esm), bundle('src/index.ts', 'cjs', cjs)]);
  return { esm: pathToFileURL(esm).href, cjs, remove };
}

/** A program of the repository for a process of its own, which then needs no compiler. */
export interface BuiltProgram {
  /** URL of the ES module. */
  readonly url: string;
  remove(): void;
}

/** Bundles a program, named from the root of the repository, with the sources of the package. */
export async function buildProgram(path: string): Promise<BuiltProgram> {
  const { folder, remove } = makeFolder();
  const outfile = join(folder, 'program.mjs');
  await bundle(path, 'esm', outfile);
  return { url: pathToFileURL(outfile).href, remove };
}

/** A folder below node_modules, so that the dependencies are found from there. */
function makeFolder(): { readonly folder: string; remove(): void } {
  const cache = join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'meterbook-test-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

async function bundle(entry: string, format: 'esm' | 'cjs', outfile: string): Promise<void> {
  await build({
    entryPoints: [join(root, entry)],
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format,
    outfile,
    logLevel: 'silent',
  });
}
