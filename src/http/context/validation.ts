import { show } from '../../errors.js';
import { refuse } from './option-errors.js';
import type { ContextRejection, ContextTrust } from './types.js';

const DEFAULT_MAX_LENGTH = 64;
/** What the core records of a value at most. */
const LONGEST = 256;
const DEFAULT_CHARACTERS = /[A-Za-z0-9._:-]/;
const ASCII = 128;

/** Counts what was left out, by reason. */
export class Rejections {
  private readonly counts: Record<ContextRejection, number> = {
    untrusted: 0,
    too_long: 0,
    invalid_characters: 0,
    malformed: 0,
    unreadable: 0,
  };

  count(reason: ContextRejection): undefined {
    this.counts[reason] += 1;
  }

  read(): Readonly<Record<ContextRejection, number>> {
    return { ...this.counts };
  }
}

/** A value that may become an attribute; `undefined`, and counted, for any other. */
export type Check = (value: string) => string | undefined;

/** The check of length and characters. Throws `INVALID_SETUP` for options that cannot be used. */
export function makeCheck(options: ContextTrust, rejections: Rejections, caller: string): Check {
  const { maxLength = DEFAULT_MAX_LENGTH, characters = DEFAULT_CHARACTERS } = options;
  if (!(Number.isInteger(maxLength) && maxLength >= 1 && maxLength <= LONGEST)) {
    refuse(
      `${caller} was given the maxLength ${show(maxLength)}.`,
      `Use a whole number of characters from 1 to ${LONGEST}.`,
    );
  }
  if (!(characters instanceof RegExp)) {
    refuse(
      `${caller} was given characters that are ${show(characters)} and no regular expression.`,
      'Pass one that matches a single character, such as /[A-Za-z0-9._:-]/.',
    );
  }
  // Without the flags that make a test depend on the one before.
  const one = new RegExp(characters.source, characters.flags.replace(/[gy]/g, ''));
  const ascii = Uint8Array.from({ length: ASCII }, (_, code) =>
    one.test(String.fromCharCode(code)) ? 1 : 0,
  );
  // A table for ASCII, which identifiers are made of: a test of the expression costs ten times as much.
  const areAllowed = (value: string): boolean => {
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code >= ASCII) return [...value].every((character) => one.test(character));
      if (ascii[code] === 0) return false;
    }
    return true;
  };
  return (value) => {
    if (value === '') return undefined;
    if (value.length > maxLength) return rejections.count('too_long');
    return areAllowed(value) ? value : rejections.count('invalid_characters');
  };
}

/** Whether the headers of a request are facts; counts those that are not. */
export function makeTrust(
  { trust }: Partial<ContextTrust>,
  rejections: Rejections,
  caller: string,
): (request: unknown) => boolean {
  if (trust === true) return () => true;
  if (typeof trust !== 'function') {
    refuse(
      `${caller} was not told whose headers to trust (trust is ${show(trust)}): what a client writes into a header is not known to be true.`,
      'Set trust: true where only your own gateway can reach the service, or trust: (request) => boolean.',
    );
  }
  return (request) => {
    try {
      if (trust(request)) return true;
    } catch {
      // A test that fails has not found the request to be trusted.
    }
    rejections.count('untrusted');
    return false;
  };
}

/** Throws for a name that no attribute can have. */
export function checkAttributeNames(names: readonly unknown[], caller: string): void {
  if (names.length === 0) {
    refuse(`${caller} was given nothing to read.`, 'Name at least one attribute.');
  }
  for (const name of names) {
    if (typeof name === 'string' && name !== '' && name !== '__proto__') continue;
    refuse(
      `${caller} was given the attribute name ${show(name)}.`,
      'Use a dotted name, such as "organization.id".',
    );
  }
}
