import { parseArgs } from 'node:util';
import type { TimingOptions } from './worker/timing.js';

/** What the command was asked for. */
export interface Options {
  /** Less of everything, in a minute or so: to see that it works. */
  readonly quick: boolean;
  /** One JSON document on standard output in place of the tables. */
  readonly json: boolean;
  /** Exit with 1 where a budget of the core is missed by far. */
  readonly assert: boolean;
  /** Folder that the report, its charts and its numbers are written to. */
  readonly out?: string | undefined;
  /** Numbers of an earlier run, to tell what has changed since. */
  readonly baseline?: string | undefined;
  /** Words of the sections to measure; all of them without. */
  readonly only: readonly string[];
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
  /** Numbers of series and of attributes for the curves. */
  readonly seriesCounts: readonly number[];
  readonly attributeCounts: readonly number[];
  /** Seconds that a whole service is watched, and between its exports. */
  readonly service: { readonly seconds: number; readonly intervalSeconds: number };
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
      out: { type: 'string' },
      baseline: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
    },
  });
  return values;
}

/** Batches are short: on a shared machine the least of many short ones is what repeats. */
export function effortOf({ quick }: Options): Effort {
  return quick
    ? {
        rounds: 1,
        timing: { warmupMillis: 150, batchMillis: 4, batches: 25 },
        http: { requests: 1_000, batches: 30 },
        collections: 3,
        imports: 3,
        seriesCounts: [1, 1_000],
        attributeCounts: [0, 10],
        service: { seconds: 3, intervalSeconds: 1 },
      }
    : {
        rounds: 5,
        timing: { warmupMillis: 400, batchMillis: 4, batches: 100 },
        http: { requests: 1_000, batches: 100 },
        collections: 10,
        imports: 15,
        seriesCounts: [1, 10, 100, 1_000, 10_000, 100_000],
        attributeCounts: [0, 1, 2, 3, 4, 6, 8, 10],
        service: { seconds: 31, intervalSeconds: 10 },
      };
}
