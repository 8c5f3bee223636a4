import { gzipSync } from 'node:zlib';
import { type BuildOptions, build } from 'esbuild';
import { measurement, type Row, type Section } from '../report/measurement.js';
import { buildPackage } from '../support/build.js';
import { nodeJson } from '../support/processes.js';
import type { Context } from './context.js';

/** What a bundler makes of some exports of the built package, other packages left out. */
async function bundle(entry: string, names: string, options: BuildOptions = {}) {
  return build({
    stdin: { contents: `export ${names} from ${JSON.stringify(entry)}`, resolveDir: '.' },
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
    ...options,
  });
}

/** The packages that importing the entry imports by itself, OpenTelemetry's all of them. */
async function staticImports(entry: string): Promise<readonly string[]> {
  const { metafile } = await bundle(entry, '*');
  const imports = Object.values(metafile?.outputs ?? {}).flatMap((output) => output.imports);
  const names = imports.filter(
    ({ kind, path }) => kind === 'import-statement' && path.startsWith('@'),
  );
  return [...new Set(names.map(({ path }) => path))].sort();
}

async function gzippedBytes(entry: string, names: string): Promise<number> {
  const { outputFiles } = await bundle(entry, names, { minify: true });
  return gzipSync(Buffer.concat((outputFiles ?? []).map(({ contents }) => contents)), { level: 9 })
    .length;
}

async function importRows({ effort, programs }: Context, entry: string): Promise<readonly Row[]> {
  const job = JSON.stringify({ before: await staticImports(entry), entry });
  const runs = Array.from({ length: effort.imports }, () =>
    nodeJson<{ beforeMillis: number; entryMillis: number }>([programs.importTime, job]),
  );
  const row = (name: string, readings: readonly number[], budgets: Row['budgets']): Row => ({
    name,
    values: { meterbook: measurement(readings) },
    budgets,
  });
  return [
    row(
      'what it imports of OpenTelemetry',
      runs.map((run) => run.beforeMillis),
      [],
    ),
    row(
      'meterbook itself',
      runs.map((run) => run.entryMillis),
      [{ atMost: 15 }],
    ),
  ];
}

async function byteRows(entry: string): Promise<readonly Row[]> {
  // As scripts/bundle-bytes.mjs has it.
  const exported = Object.keys((await import(entry)) as object);
  const core = exported.filter((name) => name !== 'setupMetrics' && name !== 'ERRORS');
  const row = (name: string, bytes: number, budgets: Row['budgets']): Row => ({
    name,
    values: { meterbook: measurement([bytes]) },
    budgets,
  });
  return [
    row('declare and record, without setup', await gzippedBytes(entry, `{ ${core} }`), [
      { atMost: 15_000 },
    ]),
    row('all of meterbook', await gzippedBytes(entry, '*'), []),
  ];
}

/** What importing the package costs. */
export async function sizeSections(context: Context): Promise<readonly Section[]> {
  context.progress('import');
  const entry = buildPackage();
  return [
    {
      title: 'Import',
      note: "Wall-clock time of `import 'meterbook'` from the built package in a new process, once the OpenTelemetry packages that it imports are there.",
      unit: 'ms',
      columns: ['meterbook'],
      rows: await importRows(context, entry),
    },
    {
      title: 'Bundle',
      note: 'Bundled, minified and gzipped, OpenTelemetry left out.',
      unit: 'bytes',
      columns: ['meterbook'],
      rows: await byteRows(entry),
    },
  ];
}
