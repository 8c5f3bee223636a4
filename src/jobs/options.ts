import { MeterbookError, show } from '../errors.js';
import type { Logger } from '../index.js';
import type { WriterSettings } from './row-writer.js';
import type { JobStore } from './store/types.js';
import type { JobActor, JobClock, JobRecord } from './types.js';
import { consoleLogger } from './warnings.js';

/** Options of `createJobTimings`. */
export interface JobTimingsOptions<Actor extends JobActor = JobActor> {
  /** Where the rows go: `postgresStore()` or `pgliteStore()`. */
  readonly store: JobStore;
  /**
   * Who may report on a job that exists, instead of the rule that actor and job are of one
   * organization. Asked with the row as the database has it: each batch with reports of other
   * processes then costs a query more, and every report on a job that this process has started goes
   * by way of the database as well. What throws, rejects or gives anything but `true` denies.
   */
  readonly authorize?:
    | ((job: JobRecord, actor: Actor) => boolean | PromiseLike<boolean>)
    | undefined;
  /** Takes warnings, each kind at most once a minute. Default: the console. */
  readonly logger?: Logger | undefined;
  /** Most rows in memory; the oldest are dropped for the newest, and counted. Default 10,000. */
  readonly maxQueuedRows?: number | undefined;
  /** Most rows of one statement. Default 500. */
  readonly batchSize?: number | undefined;
  /** Longest that a row waits for others to be written with, milliseconds. Default 100. */
  readonly flushInterval?: number | undefined;
  /** Time for one batch, milliseconds; then it is tried again. Default 30,000. */
  readonly writeTimeout?: number | undefined;
  /** How long `flush()` and `close()` try, milliseconds. Default 5,000. */
  readonly timeout?: number | undefined;
  /**
   * How long a report waits for its job to appear in the table, milliseconds: the process that
   * started it may have written it not yet. Default 10,000.
   */
  readonly unknownJobGrace?: number | undefined;
  /**
   * The greatest difference of two wall clocks that is believed, milliseconds. What is more, or
   * negative, is refused and counted. Default seven days.
   */
  readonly maxWallClockDuration?: number | undefined;
  /** Jobs started here that are kept in mind until they end. Default 10,000. */
  readonly maxOpenJobs?: number | undefined;
  /** Default: `process.hrtime.bigint()` and `Date.now()`. */
  readonly clock?: JobClock | undefined;
  /** Random numbers from 0 up to 1, for the pauses between attempts. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** The options with every default. */
export interface Settings {
  readonly store: JobStore;
  readonly logger: Logger;
  readonly clock: JobClock;
  readonly maxOpenJobs: number;
  readonly timeout: number;
  readonly writer: WriterSettings;
}

const WEEK = 7 * 24 * 3_600_000;
const NANOS_PER_MILLI = 1_000_000;

const systemClock: JobClock = {
  monotonic: () => process.hrtime.bigint(),
  now: () => Date.now(),
};

/** Checks the options. Throws `INVALID_SETUP`. */
export function settingsOf<Actor extends JobActor>(options: JobTimingsOptions<Actor>): Settings {
  const { store, authorize, logger = consoleLogger, clock = systemClock } = options ?? {};
  if (typeof (store as Partial<JobStore> | undefined)?.write !== 'function') {
    throw new MeterbookError('INVALID_SETUP', {
      cause: `createJobTimings() was given the store ${show(store)}.`,
      fix: 'Pass { store } with postgresStore({ pool }) or await pgliteStore().',
    });
  }
  if (authorize !== undefined && typeof authorize !== 'function') {
    throw new MeterbookError('INVALID_SETUP', {
      cause: `createJobTimings() was given authorize ${show(authorize)}.`,
      fix: 'Pass a function of the job and the actor, or leave it out.',
    });
  }
  const number = numbersOf(options);
  const nanos = (millis: number) => BigInt(Math.round(millis * NANOS_PER_MILLI));
  return {
    store,
    logger,
    clock,
    maxOpenJobs: number('maxOpenJobs', 10_000, 1),
    timeout: number('timeout', 5_000, 0),
    writer: {
      maxRows: number('maxQueuedRows', 10_000, 1),
      batchSize: number('batchSize', 500, 1),
      flushInterval: number('flushInterval', 100, 0),
      writeTimeout: number('writeTimeout', 30_000, 1),
      unknownJobGraceNs: nanos(number('unknownJobGrace', 10_000, 0)),
      maxWallNs: nanos(number('maxWallClockDuration', WEEK, 0)),
      // Whom it was made for is what it will be asked about: the types say so where it is passed.
      authorize: authorize as WriterSettings['authorize'],
      now: clock.monotonic,
      random: options.random ?? Math.random,
    },
  };
}

type NumberOption = {
  [K in keyof JobTimingsOptions]-?: number extends JobTimingsOptions[K] ? K : never;
}[keyof JobTimingsOptions];

/** What a timer takes. */
const MAX_INT32 = 2 ** 31 - 1;

function numbersOf(options: JobTimingsOptions<never>) {
  return (name: NumberOption, otherwise: number, least: number): number => {
    const value: unknown = options[name] ?? otherwise;
    if (Number.isInteger(value) && (value as number) >= least && (value as number) <= MAX_INT32) {
      return value as number;
    }
    throw new MeterbookError('INVALID_SETUP', {
      cause: `createJobTimings() was given ${name} ${show(value)}.`,
      fix: `Pass a whole number from ${least} to ${MAX_INT32}.`,
    });
  };
}
