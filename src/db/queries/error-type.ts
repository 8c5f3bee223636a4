import { errorTypeOf } from '../../core/index.js';
import { isPoolTimeout } from '../pools/pg-pool.js';

/** SQLSTATE (`23505`), or the code of an error of the network (`ECONNREFUSED`). */
const CODE = /^\w{1,40}$/;

/**
 * `error.type` of a query that failed: its code where it has one; `timeout` and
 * `connection_terminated` for the errors of `pg` that have none; else the class. Never the message.
 *
 * Source: semantic conventions, "Recording errors"; PostgreSQL, "PostgreSQL Error Codes".
 */
export function queryErrorType(error: unknown): string {
  try {
    const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
    if (typeof code === 'string' && CODE.test(code)) return code;
    if (isPoolTimeout(error) || message === 'Query read timeout') return 'timeout';
    const isTerminated = typeof message === 'string' && message.startsWith('Connection terminated');
    return isTerminated ? 'connection_terminated' : errorTypeOf(error);
  } catch {
    return '_OTHER';
  }
}
