import type { Command, CommandIo } from './command.js';
import { FAILED, isFailure, oneLine, USAGE, wrongUsage } from './failure.js';
import { helpOf } from './help.js';
import { suggestion } from './nearest.js';
import { ROOT } from './root.js';
import { painter, wantsColour } from './terminal/style.js';

/**
 * The command `meterbook`: runs what the arguments name and gives the exit code, 0 for success, 1
 * for failure, 2 for wrong usage, 130 for Ctrl-C. Touches nothing of the process but what is passed
 * in, and never rejects.
 *
 * @param argv without the program: `process.argv.slice(2)`
 */
export async function main(argv: readonly string[], given: CommandIo): Promise<number> {
  const io = { ...given, isJson: argv.includes('--json') };
  try {
    return await dispatch(argv, io);
  } catch (error) {
    if (!isFailure(error)) {
      const message = error instanceof Error ? error.message || error.name : String(error);
      tell(io, { code: 'UNEXPECTED', what: oneLine(message), fix: 'Report this.' });
      return FAILED;
    }
    if (error.code !== 'INTERRUPTED') tell(io, error);
    return error.exitCode;
  }
}

/** One line on stderr. */
function tell(
  { stderr, env, isJson }: CommandIo,
  { code, what, fix }: { readonly code: string; readonly what: string; readonly fix: string },
): void {
  if (isJson === true) {
    stderr.write(`${JSON.stringify({ error: { code, message: what, fix } })}\n`);
    return;
  }
  const paint = painter(wantsColour(stderr.isTTY === true, env));
  stderr.write(`${paint('bad', 'meterbook:')} ${what} ${fix}\n`);
}

async function dispatch(argv: readonly string[], io: CommandIo): Promise<number> {
  // `meterbook help jobs` is what others call `meterbook jobs --help`.
  const args = argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv;
  const isHelp = args.includes('--help') || args.includes('-h');
  let command: Command = ROOT;
  let rest = args;
  const path = ['meterbook'];
  while (command.commands !== undefined) {
    const word = rest[0];
    if (word === undefined || word.startsWith('-')) break;
    const names = Object.keys(command.commands);
    const next: Command | undefined = names.includes(word) ? command.commands[word] : undefined;
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
    io.stdout.write(helpOf(path, command, painter(wantsColour(io.stdout.isTTY === true, io.env))));
    return 0;
  }
  if (command === ROOT && (rest[0] === '--version' || rest[0] === '-v')) {
    const version = io.version ?? 'unknown';
    io.stdout.write(`${io.isJson ? JSON.stringify({ version }) : version}\n`);
    return 0;
  }
  if (command.run !== undefined) {
    await command.run(rest, io);
    return 0;
  }
  const unknown = rest.find((it) => it !== '--json');
  if (unknown !== undefined) {
    throw wrongUsage(`There is no option ${unknown} here.`, `See ${path.join(' ')} --help.`);
  }
  if (io.isJson) throw wrongUsage('No command is named.', `See ${path.join(' ')} --help.`);
  io.stderr.write(helpOf(path, command, painter(wantsColour(io.stderr.isTTY === true, io.env))));
  return USAGE;
}
