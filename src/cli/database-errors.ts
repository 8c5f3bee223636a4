import { type Failure, type FailureCode, failed } from './failure.js';

/** What is known of the place where something went wrong. */
export interface ErrorContext {
  readonly place: string;
  readonly secrets: readonly string[];
  readonly table?: string | undefined;
}

const START = 'Start the server, or name another one with --database-url.';
const USER = 'Correct user and password in DATABASE_URL or --database-url.';

/** What to do about it, by the code of Node or the SQLSTATE of PostgreSQL. */
const FIXES: Readonly<Record<string, string>> = {
  ECONNREFUSED: START,
  ECONNRESET: START,
  ETIMEDOUT: START,
  EHOSTUNREACH: START,
  ENOTFOUND: 'Correct the host in DATABASE_URL or --database-url.',
  EAI_AGAIN: 'Correct the host in DATABASE_URL or --database-url.',
  '28P01': USER,
  '28000': USER,
  '3D000': 'Correct the name of the database in DATABASE_URL or --database-url.',
  '42501': 'Give the role SELECT on the table and USAGE on its schema, or use another role.',
  '53300': 'Try again when the server has a connection left.',
  '57P03': 'Try again when the server has started.',
};

/** One sentence on what happened, and one on what to do. */
export function explain(error: unknown, { place, secrets, table }: ErrorContext): Failure {
  const { code, message } = detailsOf(error);
  if (code === '42P01' && table !== undefined) {
    return failed(
      `There is no table "${table}" in ${place}.`,
      'Name it with --schema and --table; a service that uses createJobTimings() makes it.',
      'NOT_FOUND',
    );
  }
  if (code === '42703' && table !== undefined) {
    return failed(
      `The table "${table}" in ${place} is none that meterbook has made.`,
      'Name the one that is with --schema and --table.',
      'INVALID',
    );
  }
  const fix = FIXES[code] ?? 'Look at the address, and at the log of the server.';
  return failed(`${place}: ${without(secrets, message)}.`, fix, kindOf(code, fix));
}

function kindOf(code: string, fix: string): FailureCode {
  if (fix === USER || code === '42501') return 'DENIED';
  if (code === '3D000') return 'NOT_FOUND';
  return Object.hasOwn(FIXES, code) ? 'UNREACHABLE' : 'FAILED';
}

function detailsOf(error: unknown): { readonly code: string; readonly message: string } {
  // Tried at both addresses of a host, what failed is a list, and says nothing itself.
  const errors = (error as Partial<AggregateError> | null)?.errors;
  const first = Array.isArray(errors) && errors.length > 0 ? errors[0] : error;
  const { code, message } = (first ?? {}) as { code?: unknown; message?: unknown };
  return {
    code: typeof code === 'string' ? code : '',
    message: typeof message === 'string' && message !== '' ? message : String(first),
  };
}

function without(secrets: readonly string[], text: string): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
}
