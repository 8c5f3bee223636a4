import { MeterbookError } from '../../src/errors.js';

/** The MeterbookError that this throws; fails where it throws none, or something else. */
export function refusalOf(act: () => unknown): MeterbookError {
  try {
    act();
  } catch (error) {
    if (error instanceof MeterbookError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
