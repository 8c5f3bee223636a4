/** Ended by Ctrl-C, as shells count it: 128 and the number of the signal. */
export const INTERRUPTED = 130;
/** Wrong usage: nothing was tried. */
export const USAGE = 2;
/** The usage was right, and it did not work. */
export const FAILED = 1;

/** What kind of failure it is, for programs; docs/cli.md lists them. */
export type FailureCode =
  | 'WRONG_USAGE'
  | 'NOT_FOUND'
  | 'UNREACHABLE'
  | 'DENIED'
  | 'INVALID'
  | 'FOUND'
  | 'FAILED'
  | 'INTERRUPTED'
  | 'UNEXPECTED';

const FAILURE = Symbol('failure');

/** An end of the command that its user can do something about. */
export interface Failure extends Error {
  readonly [FAILURE]: true;
  readonly exitCode: typeof USAGE | typeof FAILED | typeof INTERRUPTED;
  readonly code: FailureCode;
  /** What is wrong and where, in a sentence. */
  readonly what: string;
  /** What to do, in a sentence. */
  readonly fix: string;
}

/** @param fix a sentence that says what to do */
export function wrongUsage(what: string, fix: string): Failure {
  return make(USAGE, 'WRONG_USAGE', what, fix);
}

/**
 * @param fix a sentence that says what to do
 * @param code `NOT_FOUND` a file, package, export or table; `UNREACHABLE` nothing answers; `DENIED`
 *   not to this user; `INVALID` what was read is not what it should be; `FOUND` the command worked,
 *   and what it has found is a reason to stop
 */
export function failed(what: string, fix: string, code: FailureCode = 'FAILED'): Failure {
  return make(FAILED, code, what, fix);
}

/** Ends the command as Ctrl-C does; says nothing. */
export function interrupted(): Failure {
  return make(INTERRUPTED, 'INTERRUPTED', 'It was interrupted.', 'Start it again.');
}

export function isFailure(error: unknown): error is Failure {
  return (error as Partial<Failure> | null | undefined)?.[FAILURE] === true;
}

function make(
  exitCode: Failure['exitCode'],
  code: FailureCode,
  what: string,
  fix: string,
): Failure {
  return Object.assign(new Error(oneLine(`${what} ${fix}`)), {
    [FAILURE]: true as const,
    exitCode,
    code,
    what: oneLine(what),
    fix: oneLine(fix),
  });
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/**
 * Messages quote what servers and users say: neither breaks the line, nor moves the cursor, nor turns the
 * order of what follows.
 */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').replace(CONTROL, '?');
}
