import { type Artefact, generators, type NamedGenerator } from '../artefacts/index.js';
import type { Command, CommandIo } from './command.js';
import { failed, wrongUsage } from './failure.js';
import { type FileState, stateOf, writeFiles } from './files.js';
import { jsonOption, type OptionTable, readOptions } from './options.js';
import { REGISTRY_OPTIONS, readRegistries } from './registries/read-registries.js';
import { textTable } from './text-table.js';

const OPTIONS = {
  ...REGISTRY_OPTIONS,
  out: {
    kind: 'value',
    takes: '<folder>',
    help: `where the files go; it is made where it is not there, and files that are
already as they should be are not touched`,
    section: 'What becomes of it',
    values: 'folder',
  },
  check: {
    kind: 'flag',
    help: 'write nothing, and end with 1 if a file is missing or differs: for CI',
  },
  json: jsonOption(),
} as const satisfies OptionTable;

/** One command for each generator, and one for them all. */
const WORDS: Readonly<Record<string, NamedGenerator>> = {
  ...generators,
  all: {
    summary: 'all of these',
    generate: (manifests) => Object.values(generators).flatMap((it) => it.generate(manifests)),
  },
};

const ABOUT = `The same registry gives the same files, so commit them: a pull request then shows what a change of
the registry does to each.`;

export const generate: Command = {
  summary: 'files for collectors, dashboards, alerts and docs, made from the registry',
  usage: '<what> --registry <module> --out <folder> [options]',
  about: ABOUT,
  notes: 'For the options: meterbook generate all --help.',
  examples: [
    {
      line: 'meterbook generate all --registry ./src/metrics.ts --out ./observability',
      does: 'everything',
    },
    {
      line: 'meterbook generate docs --registry ./src/metrics.ts --out ./docs --check',
      does: 'in CI: is the catalogue up to date?',
    },
  ],
  commands: Object.fromEntries(
    Object.entries(WORDS).map(([word, generator]) => [word, commandOf(word, generator)]),
  ),
};

function commandOf(word: string, generator: NamedGenerator): Command {
  const name = `meterbook generate ${word}`;
  const line = `${name} --registry ./src/metrics.ts --out ./observability`;
  return {
    summary: generator.summary,
    usage: '--registry <module> --out <folder> [options]',
    about: ABOUT,
    options: OPTIONS,
    examples: [
      { line, does: 'write them' },
      { line: `${line} --check`, does: 'in CI: are they up to date?' },
    ],
    run: (args, io) => run(name, generator, args, io),
  };
}

async function run(
  name: string,
  generator: NamedGenerator,
  args: readonly string[],
  io: CommandIo,
): Promise<void> {
  const values = readOptions(args, OPTIONS, name);
  const { out, check: isCheck = false } = values;
  if (out === undefined) {
    throw wrongUsage('No folder is named.', `Use ${name} --out ./observability.`);
  }
  const manifests = await readRegistries(values, io, name);
  const artefacts = inOrder(generator.generate(manifests));
  const states = stateOf(artefacts, out, io.cwd ?? process.cwd());
  if (!isCheck) writeFiles(states);
  const rows = states.map((it) => ({
    path: it.shown,
    state: isCheck ? it.state : WRITTEN[it.state],
  }));
  io.stdout.write(
    values.json
      ? `${JSON.stringify({ files: rows }, null, 2)}\n`
      : textTable(
          ['file', isCheck ? 'state' : 'done'],
          rows.map((it) => [it.path, it.state]),
        ),
  );
  const stale = states.filter(({ state }) => state !== 'unchanged');
  if (isCheck && stale.length > 0) {
    throw failed(
      `${stale.length} of ${states.length} files are out of date.`,
      `Run ${name} with the same options, without --check, and commit what it writes.`,
      'FOUND',
    );
  }
}

/** What was done about a file, by how it was. */
const WRITTEN: Readonly<Record<FileState['state'], string>> = {
  missing: 'written',
  differs: 'rewritten',
  unchanged: 'unchanged',
};

/** By path, so that the table does not depend on the order of generators. */
function inOrder(artefacts: readonly Artefact[]): readonly Artefact[] {
  return [...artefacts].sort((a, b) => (a.path < b.path ? -1 : 1));
}
