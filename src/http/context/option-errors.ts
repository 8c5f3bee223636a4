import { MeterbookError } from '../../errors.js';

/** An option that cannot be used: what is wrong, and how to mend it. */
export function refuse(cause: string, fix: string): never {
  throw new MeterbookError('INVALID_SETUP', { cause, fix });
}
