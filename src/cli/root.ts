import { bench } from './bench.js';
import { check } from './check.js';
import type { Command } from './command.js';
import { completion } from './completion/completion.js';
import { generate } from './generate.js';
import { jobs } from './jobs.js';
import { lint } from './lint.js';
import { live } from './live.js';
import { top } from './top/top.js';

const COMMANDS: Readonly<Record<string, Command>> = {
  live,
  top,
  lint,
  check,
  generate,
  jobs,
  bench,
};

/** `meterbook` itself: the root that help, completion and dispatch start from. */
export const ROOT: Command = {
  summary: 'looks at what a service measures, and works with what it has declared',
  usage: '<command> [options]',
  about: `First steps:
  1. meterbook live --open               a page with the metrics of every service on this machine
  2. meterbook lint --registry <module>  what is unwise about the metrics that you have declared
  3. meterbook generate all --help       dashboards, alerts, queries and docs, made from them`,
  commands: { ...COMMANDS, completion: completion(() => ROOT) },
  options: {
    help: {
      kind: 'flag',
      help: 'explain a command: meterbook jobs report --help',
      section: 'Options',
    },
    version: { kind: 'flag', help: 'print the version of the package' },
  },
  notes: `Every command takes --json: one JSON document on stdout, and errors as JSON on stderr.
Colours are for terminals; NO_COLOR=1 turns them off, FORCE_COLOR=1 on.
Exit codes: 0 it worked, 1 it did not, 2 it was called wrongly, 130 Ctrl-C.`,
  examples: [
    { line: 'meterbook live --open', does: 'what runs on this machine, in the browser' },
    { line: 'meterbook top', does: 'endpoints, models, SLOs and what is wrong, in the terminal' },
    {
      line: 'meterbook generate all --registry ./src/metrics.ts --out ./observability',
      does: 'what a team keeps about its metrics, as files',
    },
    {
      line: 'meterbook check --registry ./src/metrics.ts',
      does: 'in CI: does a change break dashboards and alerts?',
    },
    {
      line: 'meterbook jobs report --by model --from 24h',
      does: 'percentiles from the database that DATABASE_URL names',
    },
  ],
};
