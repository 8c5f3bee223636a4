/** Wrong usage: nothing was tried. */
export const USAGE = 2;
/** The usage was right, and it did not work. */
export const FAILED = 1;

const FAILURE = Symbol('failure');

/** An end of the command that its user can do something about. */
export interface Failure extends Error {
  readonly [FAILURE]: true;
  readonly exitCode: typeof USAGE | typeof FAILED;
}

/** @param fix a sentence that says what to do */
export function wrongUsage(what: string, fix: string): Failure {
  return make(USAGE, what, fix);
}

export function failed(what: string, fix: string): Failure {
  return make(FAILED, what, fix);
}

export function isFailure(error: unknown): error is Failure {
  return (error as Partial<Failure> | null | undefined)?.[FAILURE] === true;
}

function make(exitCode: Failure['exitCode'], what: string, fix: string): Failure {
  return Object.assign(new Error(oneLine(`${what} ${fix}`)), {
    [FAILURE]: true as const,
    exitCode,
  });
}

/** Messages quote what servers and users say: neither breaks the line nor moves the cursor. */
export function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return text.replace(/\s+/g, ' ').replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/g, '?');
}
