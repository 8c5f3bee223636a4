import { check } from './check.js';
import type { Command, CommandIo } from './command.js';
import { FAILED, isFailure, oneLine, USAGE, wrongUsage } from './failure.js';
import { generate } from './generate.js';
import { jobs } from './jobs.js';
import { lint } from './lint.js';
import { live } from './live.js';
import { suggestion } from './nearest.js';

const ROOT: Command = {
  summary: '',
  help: `meterbook - works with what a service measures, and looks at what it has measured

Usage: meterbook <command> [options]

Commands:
  live          a page with the metrics of every service on this machine, at once
  generate      files for collectors, dashboards, alerts and docs, made from the registry
  check         what a change of the registry breaks, compared with a file in the repository
  lint          what is unwise about a registry, and what of it nobody records
  jobs report   percentiles of the jobs in a database, or the slowest of them

Options:
  --help, -h    explain a command: meterbook jobs report --help
  --version     print the version of the package

Examples:
  meterbook live --open
  meterbook generate all --registry ./src/metrics.ts --out ./observability
  meterbook check --registry ./src/metrics.ts
  DATABASE_URL=postgres://localhost/support meterbook jobs report --by model --from 24h

Exit codes: 0 it worked, 1 it did not, 2 it was called wrongly.
`,
  commands: { live, generate, check, lint, jobs },
};

/**
 * The command `meterbook`: runs what the arguments name and gives the exit code, 0 for success, 1
 * for failure, 2 for wrong usage. Touches nothing of the process but what is passed in, and never
 * rejects.
 *
 * @param argv without the program: `process.argv.slice(2)`
 */
export async function main(argv: readonly string[], io: CommandIo): Promise<number> {
  try {
    return await dispatch(argv, io);
  } catch (error) {
    if (isFailure(error)) {
      io.stderr.write(`meterbook: ${error.message}\n`);
      return error.exitCode;
    }
    const message = error instanceof Error ? error.message || error.name : String(error);
    io.stderr.write(`meterbook: ${oneLine(message)}\n`);
    return FAILED;
  }
}

async function dispatch(argv: readonly string[], io: CommandIo): Promise<number> {
  // `meterbook help jobs` is what others call `meterbook jobs --help`.
  const args = argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv;
  const isHelp = args.includes('--help') || args.includes('-h');
  let command = ROOT;
  let rest = args;
  const path = ['meterbook'];
  while (command.commands !== undefined) {
    const word = rest[0];
    if (word === undefined || word.startsWith('-')) break;
    const names = Object.keys(command.commands);
    const next = names.includes(word) ? command.commands[word] : undefined;
    if (next === undefined) {
      throw wrongUsage(
        `There is no command "${[...path.slice(1), word].join(' ')}".${suggestion(word, names)}`,
        `See ${path.join(' ')} --help.`,
      );
    }
    command = next;
    path.push(word);
    rest = rest.slice(1);
  }
  if (isHelp) {
    io.stdout.write(command.help);
    return 0;
  }
  if (command === ROOT && (rest[0] === '--version' || rest[0] === '-v')) {
    io.stdout.write(`${io.version ?? 'unknown'}\n`);
    return 0;
  }
  if (command.run !== undefined) {
    await command.run(rest, io);
    return 0;
  }
  if (rest[0] !== undefined) {
    throw wrongUsage(`There is no option ${rest[0]} here.`, `See ${path.join(' ')} --help.`);
  }
  io.stderr.write(command.help);
  return USAGE;
}
