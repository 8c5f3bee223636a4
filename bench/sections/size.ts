import { build } from 'esbuild';
import { bundledBytes, coreNames } from '../../scripts/support/bundle.mjs';
import { measurement, type Row, type Section } from '../report/measurement.js';
import { buildPackage } from '../support/build.js';
import { nodeJson } from '../support/processes.js';
import type { Context } from './context.js';

/** The packages that importing the entry imports by itself, OpenTelemetry's all of them. */
async function staticImports(entry: string): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'error',
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  const names = imports.filter(
    ({ kind, path }) => kind === 'import-statement' && path.startsWith('@'),
  );
  return [...new Set(names.map(({ path }) => path))].sort();
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
  const core = await bundledBytes(entry, `{ ${await coreNames(entry)} }`);
  const all = await bundledBytes(entry, '*');
  const row = (name: string, bytes: number, budgets: Row['budgets']): Row => ({
    name,
    values: { meterbook: measurement([bytes]) },
    budgets,
  });
  return [
    row('declare and record, without setup', core.gzipped, [{ atMost: 16_384 }]),
    row('all of meterbook', all.gzipped, []),
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
