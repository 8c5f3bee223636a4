import { once } from 'node:events';
import { openInBrowser } from '../src/cli/open-browser.js';
import { painter, wantsColour } from '../src/cli/terminal/style.js';
import { startPage } from './live-page.js';
import { type DemoOptions, HELP, OptionError, parseOptions } from './options.js';
import { exitCodeOf, runDemo } from './run.js';
import { JsonView } from './view/json-view.js';
import { LiveView } from './view/live-view.js';
import { PlainView } from './view/plain-view.js';
import type { View } from './view/state.js';

const WRONG_OPTION = 2;
const STOPPING = ['SIGINT', 'SIGTERM'] as const;

/** Runs the demo as the command line says; returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  // The first interrupt ends the load early and still closes the ledger; the second ends the process.
  const interrupted = new AbortController();
  for (const name of STOPPING) {
    process.once(name, () => interrupted.abort());
  }
  const { signal } = interrupted;
  if (options.json) return exitCodeOf(await runDemo(options, viewFor(true), signal));
  return withPage(options, signal);
}

/** Runs the demo beside the page of the live view, and stays for whoever looks at it. */
async function withPage(options: DemoOptions, signal: AbortSignal): Promise<number> {
  const live = await startPage();
  try {
    process.stdout.write(`Page: ${live.pageUrl}\n`);
    const isWatched = process.stdout.isTTY && !process.env['CI'];
    // The address has been printed anyway.
    if (isWatched && options.open) openInBrowser(live.pageUrl, () => undefined);
    const result = await runDemo(options, viewFor(false), signal, { live });
    if (isWatched) {
      process.stdout.write(`\nThe page stays until Ctrl-C: ${live.pageUrl}\n`);
      await Promise.race(STOPPING.map((name) => once(process, name)));
    }
    return exitCodeOf(result);
  } finally {
    await live.close();
  }
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
