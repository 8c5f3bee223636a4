import { errorTypeOf } from '../../core/index.js';

/** `error.type` of a request that its own side has ended before the answer was complete. */
export const ABORTED = 'aborted';
/** `error.type` of one that ended because its time was over. */
export const TIMEOUT = 'timeout';
/** What Node calls a connection that the other side has closed. */
export const RESET = 'ECONNRESET';

interface Failure {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly cause?: Failure;
}

/** Codes are constants of the system or of a library; a message is none. */
const CODE = /^[A-Z][A-Z0-9_]{0,63}$/;

/**
 * The class of an error in a bounded number of words: {@link TIMEOUT}, {@link ABORTED}, its code
 * (`ECONNREFUSED`, `UND_ERR_SOCKET`), or its name. Never its message.
 *
 * @param isOwn whether this side has ended the request
 */
export function clientErrorType(error: unknown, isOwn = false): string {
  const { name, code, cause } = (error ?? {}) as Failure;
  // An AbortSignal that is over its time: Node gives it as the cause, fetch as it is.
  if (name === 'TimeoutError' || cause?.name === 'TimeoutError') return TIMEOUT;
  if (name === 'AbortError') return ABORTED;
  // destroy() without an error of its own is told like a connection that was lost.
  if (isOwn && (code === RESET || (code === undefined && name === 'Error'))) return ABORTED;
  return typeof code === 'string' && CODE.test(code) ? code : errorTypeOf(error);
}
