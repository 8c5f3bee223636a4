import { errorTypeOf } from '../../core/index.js';
import { isText, property } from './shapes.js';

/** `error.type` of a call that its own side ended by a signal. */
export const CANCELLED = 'cancelled';

/** `error.type` of a stream that its consumer left before the answer was complete. */
export const ABANDONED = 'abandoned';

/** Codes are identifiers; anything longer or with blanks is a message. */
const CODE = /^[A-Za-z_][\w.:-]{0,63}$/;

/** How far causes are followed: fetch says "terminated", and its cause which way. */
const MAX_DEPTH = 4;

const ABORTS = new Set(['AbortError', 'APIUserAbortError', 'ResponseAborted']);

/**
 * A class or code for what was thrown, for `error.type`: `cancelled` for an abort; the code or type
 * that the API gave (`rate_limit_error`); else its status (`503`); the code of the system
 * (`ECONNRESET`), which may be that of a cause; else the class. Never a message, and never throws.
 *
 * Source: GenAI metrics, `error.type`.
 */
export function failureType(error: unknown): string {
  if (isAbort(error)) return CANCELLED;
  let at = error;
  for (let depth = 0; depth < MAX_DEPTH && typeof at === 'object' && at !== null; depth++) {
    const found = codeOf(at);
    if (found !== undefined) return found;
    at = property(at, 'lastError') ?? property(at, 'cause');
  }
  return classOf(error);
}

/** Whether it was thrown because somebody asked for an end. */
export function isAbort(error: unknown): boolean {
  return ABORTS.has(errorTypeOf(error)) || ABORTS.has(classOf(error));
}

/** The code of an error object in an answer: `{ type: 'overloaded_error', message: '…' }`. */
export function apiErrorType(error: unknown): string | undefined {
  return asCode(property(error, 'code')) ?? asCode(property(error, 'type'));
}

function codeOf(error: object): string | undefined {
  const status = property(error, 'status') ?? property(error, 'statusCode');
  const isApiError = status !== undefined || 'status' in error || 'statusCode' in error;
  if (!isApiError) return asCode(property(error, 'code'));
  return (
    apiErrorType(error) ??
    apiErrorType(property(property(error, 'data'), 'error')) ??
    // The answer began well where its end is what failed: the cause then says why.
    (typeof status === 'number' && status >= 400 ? String(status) : undefined)
  );
}

function asCode(value: unknown): string | undefined {
  return typeof value === 'string' && CODE.test(value) ? value : undefined;
}

/** Client packages seldom name their errors: the class itself then says more than "Error". */
function classOf(error: unknown): string {
  const name = errorTypeOf(error);
  if (name !== 'Error') return name;
  const className = property(property(error, 'constructor'), 'name');
  return isText(className) ? className : name;
}
