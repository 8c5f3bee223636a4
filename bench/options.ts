import { parseArgs } from 'node:util';
import type { TimingOptions } from './worker/timing.js';

/** What the command was asked for. */
export interface Options {
  /** Less of everything, in a minute or so, and no file written: to see that it works. */
  readonly quick: boolean;
  /** One JSON document on standard output in place of the tables. */
  readonly json: boolean;
  /** Exit with 1 where a budget of the core is missed by far. */
  readonly assert: boolean;
}

/** How often and how long things are measured. */
export interface Effort {
  /** Processes per subject and case, each subject in turn. */
  readonly rounds: number;
  readonly timing: TimingOptions;
  /** Requests of one batch, and batches per process. */
  readonly http: { readonly requests: number; readonly batches: number };
  /** Collections per process. */
  readonly collections: number;
  /** Processes that import. */
  readonly imports: number;
}

/** Reads the command line, less the program's own name. Throws on an unknown option. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      assert: { type: 'boolean', default: false },
    },
  });
  return values;
}

/** Batches are short: on a shared machine the least of many short ones is what repeats. */
export function effortOf({ quick }: Options): Effort {
  return quick
    ? {
        rounds: 1,
        timing: { warmupMillis: 250, batchMillis: 4, batches: 40 },
        http: { requests: 1_000, batches: 30 },
        collections: 5,
        imports: 5,
      }
    : {
        rounds: 5,
        timing: { warmupMillis: 400, batchMillis: 4, batches: 100 },
        http: { requests: 1_000, batches: 100 },
        collections: 10,
        imports: 15,
      };
}
