import { type Artefact, generators, type NamedGenerator } from '../artefacts/index.js';
import type { Command, CommandIo } from './command.js';
import { failed, wrongUsage } from './failure.js';
import { type FileState, stateOf, writeFiles } from './files.js';
import { type OptionTable, readOptions } from './options.js';
import { REGISTRY_HELP, REGISTRY_OPTIONS, readRegistries } from './registries/read-registries.js';
import { textTable } from './text-table.js';

const OPTIONS = {
  ...REGISTRY_OPTIONS,
  out: 'value',
  check: 'flag',
  json: 'flag',
} as const satisfies OptionTable;

/** One command for each generator, and one for them all. */
const WORDS: Readonly<Record<string, NamedGenerator>> = {
  ...generators,
  all: {
    summary: 'all of these',
    generate: (manifests) => Object.values(generators).flatMap((it) => it.generate(manifests)),
  },
};

const LIST = Object.entries(WORDS).map(([word, { summary }]) => `  ${word.padEnd(12)}${summary}`);

const SUMMARY = 'files for collectors, dashboards, alerts and docs, made from the registry';

const OPTIONS_HELP = `${REGISTRY_HELP}

What becomes of it:
  --out <folder>         where the files go; it is made where it is not there, and files that are
                         already as they should be are not touched
  --check                write nothing, and end with 1 if a file is missing or differs: for CI
  --json                 one JSON document instead of a table`;

export const generate: Command = {
  summary: SUMMARY,
  help: `meterbook generate - ${SUMMARY}

Usage: meterbook generate <what> --registry <module> --out <folder> [options]

What:
${LIST.join('\n')}

${OPTIONS_HELP}

The same registry gives the same files, so commit them: a pull request then shows what a change of
the registry does to each.

Examples:
  meterbook generate all --registry ./src/metrics.ts --out ./observability
  meterbook generate docs --registry ./src/metrics.ts --out ./docs --check
`,
  commands: Object.fromEntries(
    Object.entries(WORDS).map(([word, generator]) => [word, commandOf(word, generator)]),
  ),
};

function commandOf(word: string, generator: NamedGenerator): Command {
  const name = `meterbook generate ${word}`;
  return {
    summary: generator.summary,
    help: `${name} - ${generator.summary}

Usage: ${name} --registry <module> --out <folder> [options]

${OPTIONS_HELP}

Examples:
  ${name} --registry ./src/metrics.ts --out ./observability
  ${name} --registry ./src/metrics.ts --out ./observability --check
`,
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
