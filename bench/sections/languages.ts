import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Measurement, measurement, type Row, type Section } from '../report/measurement.js';
import { runJob } from '../support/processes.js';
import type { Context } from './context.js';

/** A compiled program of another language; it takes a job as JSON and answers with readings. */
interface Program {
  readonly path: string;
  readonly libraries: readonly { readonly column: string; readonly library: string }[];
}

const LANGUAGES = [
  {
    tool: 'go',
    folder: 'go',
    args: (out: string) => ['build', '-o', join(out, 'bench'), '.'],
    binary: 'bench',
    libraries: [{ column: 'Go, client_golang', library: '' }],
  },
  {
    tool: 'cargo',
    folder: 'rust',
    args: (out: string) => ['build', '--release', '--locked', '--quiet', '--target-dir', out],
    binary: 'release/meterbook-bench',
    libraries: [
      { column: 'Rust, prometheus-client', library: 'prometheus-client' },
      { column: 'Rust, metrics', library: 'metrics' },
    ],
  },
] as const;

const SERIES = 10_000;

/** Libraries of other languages, as far as their toolchains are there; a sentence for each that is not. */
export function languagesSection(
  context: Context,
  native: string,
): { readonly section: Section | undefined; readonly leftOut: readonly string[] } {
  const leftOut: string[] = [];
  const programs = LANGUAGES.flatMap((language) => {
    context.progress(`nothing yet: compiling the ${language.folder} program`);
    const built = build(language, native, context.programs.libraries);
    if (typeof built !== 'string') return [built];
    leftOut.push(`${language.libraries.map(({ column }) => column).join(' and ')}: ${built}.`);
    return [];
  });
  if (programs.length === 0) return { section: undefined, leftOut };
  const columns = programs.flatMap(({ libraries }) => libraries.map(({ column }) => column));
  return {
    leftOut,
    section: {
      id: 'languages',
      title: 'Other languages',
      note: 'The same inputs on the same machine: a record with three attributes that are looked up each time, 64 series; a record on a series that was looked up before; reading 10,000 series of a 14-boundary histogram and writing them, in OTLP protobuf (meterbook), Prometheus’ protobuf (Go) or its text (Rust). CPU time, garbage collection included. `metrics` keeps every value until it is read, which its reading is charged for here.',
      unit: 'ns, ms',
      columns: ['meterbook', ...columns],
      rows: [
        row(context, programs, 'record, 3 attributes, ns', 'record'),
        row(context, programs, 'record on a bound series, ns', 'bound'),
        row(context, programs, 'read and write 10,000 series, ms', 'encode'),
      ],
    },
  };
}

function build(
  { tool, folder, args, binary, libraries }: (typeof LANGUAGES)[number],
  native: string,
  cache: string,
): Program | string {
  const out = join(cache, 'native', folder);
  mkdirSync(out, { recursive: true });
  const cwd = join(native, folder);
  const { status, stderr, error } = spawnSync(tool, args(out), { cwd, encoding: 'utf8' });
  if (status === 0) return { path: join(out, binary), libraries };
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') {
    return `there is no \`${tool}\` here`;
  }
  return `it could not be compiled (${(stderr || String(error)).trim().split('\n').at(-1)})`;
}

type Case = 'record' | 'bound' | 'encode';

function row(context: Context, programs: readonly Program[], name: string, of: Case): Row {
  const { timing, collections, rounds } = context.effort;
  const readings = new Map<string, number[]>();
  for (let round = 0; round < Math.min(rounds, 3); round++) {
    context.progress(`other languages, ${name}, round ${round + 1}`);
    for (const { path, libraries } of programs) {
      for (const { column, library } of libraries) {
        const job = { case: of, library, ...timing, series: SERIES, count: collections };
        readings.set(column, [...(readings.get(column) ?? []), ...run(path, job)]);
      }
    }
    readings.set('meterbook', [...(readings.get('meterbook') ?? []), ...own(context, of)]);
  }
  const values: Record<string, Measurement> = {};
  for (const [column, all] of readings) values[column] = measurement(all);
  return { name, values, budgets: [] };
}

function run(path: string, job: object): readonly number[] {
  const { status, stdout, stderr } = spawnSync(path, [JSON.stringify(job)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${path}: ${stderr}`);
  return JSON.parse(stdout) as number[];
}

function own({ programs, effort }: Context, of: Case): readonly number[] {
  const { timing, collections } = effort;
  if (of === 'encode') {
    const job = {
      kind: 'encode',
      subject: 'meterbook',
      series: SERIES,
      reach: 'encoded',
      count: collections,
    } as const;
    return runJob(programs.worker, job);
  }
  const name = of === 'bound' ? 'bound' : 'record-3-fresh';
  return runJob(programs.worker, { kind: 'record', subject: 'meterbook', name, timing });
}
