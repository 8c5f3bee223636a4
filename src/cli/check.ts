import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Change, diffManifests, type Lock, lockText, makeLock } from '../artefacts/index.js';
import type { Command, CommandIo } from './command.js';
import { failed } from './failure.js';
import { note } from './notes.js';
import { jsonOption, type OptionTable, readOptions } from './options.js';
import { problemOfManifest } from './registries/check-manifest.js';
import { REGISTRY_OPTIONS, readRegistries } from './registries/read-registries.js';
import { textTable } from './text-table.js';

const NAME = 'meterbook check';
const SUMMARY = 'what a change of the registry breaks, compared with a file in the repository';
const LOCK = 'metrics.lock.json';

const OPTIONS = {
  ...REGISTRY_OPTIONS,
  lock: {
    kind: 'value',
    takes: '<file>',
    help: `default ${LOCK}`,
    section: 'What it is compared with',
    values: 'file',
  },
  update: {
    kind: 'flag',
    help: 'write the file as the registry is now; commit it with the change',
  },
  json: jsonOption(),
} as const satisfies OptionTable;

export const check: Command = {
  summary: SUMMARY,
  usage: '--registry <module> [options]',
  about: `The lock file holds the registry as it was last agreed to. Every difference is told, field by field:
breaking where dashboards, alerts and queries stop working or work on something else, compatible
where they do not. A rename with renamedFrom is compatible as long as both names are exported.`,
  options: OPTIONS,
  notes: 'Ends with 1 if anything breaks and --update is not there: run it in CI.',
  examples: [
    {
      line: 'meterbook check --registry ./src/metrics.ts --update',
      does: 'once, and after each change that is meant',
    },
    {
      line: "meterbook check --registry ./src/metrics.ts --json | jq -r '.changes[].subject'",
      does: 'which instruments have changed',
    },
  ],
  run,
};

async function run(args: readonly string[], io: CommandIo): Promise<void> {
  const values = readOptions(args, OPTIONS, NAME);
  const name = values.lock ?? LOCK;
  const path = resolve(io.cwd ?? process.cwd(), name);
  const manifests = await readRegistries(values, io, NAME);
  const before = readLock(path, name);
  if (before === undefined && values.update !== true) {
    throw failed(
      `There is no "${name}".`,
      `Run ${NAME} with --update once, and commit the file.`,
      'NOT_FOUND',
    );
  }
  const changes = diffManifests(before?.registries ?? manifests, manifests, {
    nowMillis: Date.now(),
  });
  const breaking = changes.filter(({ effect }) => effect === 'breaking').length;
  io.stdout.write(
    values.json ? `${JSON.stringify({ breaking, changes }, null, 2)}\n` : tableOf(changes),
  );
  if (values.update === true) {
    writeLock(path, name, lockText(makeLock(manifests)), io);
  } else if (breaking > 0) {
    throw failed(
      `${breaking} of ${changes.length} changes break something.`,
      `Do what the notes say, or run ${NAME} with --update if nobody reads it any more.`,
      'FOUND',
    );
  } else if (changes.length > 0) {
    note(io, `Nothing breaks. Record the changes with ${NAME} --update.`);
  }
}

function tableOf(changes: readonly Change[]): string {
  if (changes.length === 0) return 'The registry is as the lock file has it.\n';
  const order = [...changes].sort((a, b) =>
    a.effect < b.effect ? -1 : a.effect > b.effect ? 1 : 0,
  );
  return textTable(
    ['effect', 'instrument', 'field', 'before', 'after', 'note'],
    order.map(({ effect, scope, subject, field, before, after, note }) => [
      effect,
      subject === '' ? scope : subject,
      field,
      short(before),
      short(after),
      note,
    ]),
  );
}

function short(value: string | undefined): string {
  if (value === undefined) return '-';
  if (value === '') return '""';
  return value.length > 40 ? `${value.slice(0, 39)}…` : value;
}

function readLock(path: string, name: string): Lock | undefined {
  let lock: Partial<Lock> | null;
  try {
    lock = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw failed(
      `"${name}" cannot be read: ${(error as Error).message}.`,
      'Take it from the history of the repository, or delete it and use --update.',
      'INVALID',
    );
  }
  const registries = lock?.registries;
  const problem =
    lock?.lockVersion !== 1 || !Array.isArray(registries)
      ? 'is no lock file that this command reads'
      : registries.map(problemOfManifest).find((it) => it !== undefined);
  if (problem === undefined) return lock as Lock;
  throw failed(
    `"${name}" ${problem}.`,
    'Take it from the history, or delete it and use --update.',
    'INVALID',
  );
}

function writeLock(path: string, name: string, text: string, io: CommandIo): void {
  try {
    if (readText(path) === text) return;
    writeFileSync(path, text);
  } catch (error) {
    throw failed(
      `"${name}" cannot be written: ${(error as Error).message}.`,
      'Name another file with --lock.',
    );
  }
  note(io, `"${name}" is written. Commit it with the change.`);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
  } catch {
    return undefined;
  }
}
