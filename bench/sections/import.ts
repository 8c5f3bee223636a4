import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Measurement, measurement, type Section } from '../report/measurement.js';
import { nodeJson } from '../support/processes.js';
import type { Context } from './context.js';

/** What importing the other libraries means: what a service imports to record and to export. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  'sdk-metrics 2.x': ['@opentelemetry/sdk-metrics', '@opentelemetry/exporter-metrics-otlp-proto'],
  'prom-client': ['prom-client'],
  Effect: ['effect'],
  'hot-shots': ['hot-shots'],
};

/** The packages that importing a built module imports by itself, its own chunks followed. */
function packagesOf(file: string, seen = new Set<string>()): readonly string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const names = [
    ...readFileSync(file, 'utf8').matchAll(/^(?:import|export)\b[^'"]*['"]([^'"]+)['"]/gm),
  ];
  return names.flatMap(([, name = '']) =>
    name.startsWith('.')
      ? packagesOf(join(dirname(file), name), seen)
      : name.startsWith('node:')
        ? []
        : [name],
  );
}

interface ImportTimes {
  readonly beforeMillis: number;
  readonly entryMillis: number;
}

/** What importing costs. */
export function importSection({ effort, programs, progress }: Context, entry: string): Section {
  const run = (program: string, before: readonly string[], names: readonly string[]) => {
    const job = JSON.stringify({ before, entry: names });
    return Array.from({ length: effort.imports }, () => nodeJson<ImportTimes>([program, job]));
  };
  progress('import');
  const from = join(dirname(entry), 'bench', 'worker', 'import-time.mjs');
  const packages = [...new Set(packagesOf(entry))].sort();
  const own = run(from, packages, [pathToFileURL(entry).href]);
  const values: Record<string, Measurement> = {
    meterbook: measurement(own.map(({ beforeMillis, entryMillis }) => beforeMillis + entryMillis)),
  };
  for (const [name, names] of Object.entries(OTHERS)) {
    progress(`import, ${name}`);
    const times = run(programs.importTime, [], names);
    values[name] = measurement(times.map(({ entryMillis }) => entryMillis));
  }
  const alone = (name: string, of: keyof ImportTimes, atMost?: number) => ({
    name,
    values: { meterbook: measurement(own.map((times) => times[of])) },
    budgets: atMost === undefined ? [] : [{ atMost }],
  });
  return {
    id: 'import',
    title: 'Import',
    note: "Wall-clock time of an import in a new process, with what it imports in turn. meterbook's is `import 'meterbook'` from the built package; the SDK's is sdk-metrics with the protobuf exporter.",
    unit: 'ms',
    columns: ['meterbook', ...Object.keys(OTHERS)],
    rows: [
      { name: 'everything', values, budgets: [] },
      alone('of which OpenTelemetry’s packages', 'beforeMillis'),
      alone('of which meterbook itself', 'entryMillis', 15),
    ],
  };
}
