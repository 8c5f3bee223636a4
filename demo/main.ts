import { painter, wantsColour } from '../src/cli/terminal/style.js';
import { HELP, OptionError, parseOptions } from './options.js';
import { exitCodeOf, runDemo } from './run.js';
import { JsonView } from './view/json-view.js';
import { LiveView } from './view/live-view.js';
import { PlainView } from './view/plain-view.js';
import type { View } from './view/state.js';

const WRONG_OPTION = 2;

/** Runs the demo as the command line says; returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  // The first interrupt ends the load early and still closes the ledger; the second ends the process.
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => interrupted.abort());
  }
  return exitCodeOf(await runDemo(options, viewFor(options.json), interrupted.signal));
}

function viewFor(json: boolean): View {
  const { stdout } = process;
  const write = (text: string) => void stdout.write(text);
  const paint = painter(wantsColour(stdout.isTTY, process.env));
  if (json) return new JsonView(write);
  return stdout.isTTY && process.env['TERM'] !== 'dumb'
    ? new LiveView(stdout, paint)
    : new PlainView(write, paint);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof OptionError)) throw error;
  process.stderr.write(`${error.message}\n\n${HELP}`);
  process.exitCode = WRONG_OPTION;
}
