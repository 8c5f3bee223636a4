import type { Attributes } from '../../declare/index.js';
import { show } from '../../errors.js';
import { refuse } from './option-errors.js';
import type { ContextReader } from './types.js';

/**
 * One reader of several: where two give the same attribute, the later reader's value is taken. A
 * reader that throws gives nothing. Throws `INVALID_SETUP` for what is no function.
 */
export function combineContext(...readers: readonly ContextReader[]): ContextReader {
  const stray = readers.find((it) => typeof it !== 'function');
  if (stray !== undefined) {
    refuse(`combineContext() was given ${show(stray)}.`, 'Pass what headerContext() returned.');
  }
  return (headers, request) => {
    let all: Attributes | undefined;
    for (const reader of readers) {
      const found = given(() => reader(headers, request));
      if (found !== undefined) all = all === undefined ? found : { ...all, ...found };
    }
    return all;
  };
}

function given(read: () => Attributes | undefined): Attributes | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
