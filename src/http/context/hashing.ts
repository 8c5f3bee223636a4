import { createHmac, createSecretKey } from 'node:crypto';
import { show } from '../../errors.js';
import { refuse } from './option-errors.js';
import type { ContextHash } from './types.js';

/**
 * 16 hexadecimal digits, 64 bits: among 10,000 values the odds that any two share a hash are 3 in
 * 10^12, among a million 3 in 10^8.
 */
const DIGITS = 16;
const LEAST_KEY_BYTES = 16;
/** Hashes remembered, some 200 bytes each: one of a value seen lately is a lookup. */
const MAX_REMEMBERED = 4_096;

/**
 * A keyed hash of identifiers: HMAC-SHA-256, its first 16 hexadecimal digits. The same that the
 * `hash` option of `headerContext` and `baggageContext` puts in the place of values, so that a
 * dashboard can be searched for one that is known.
 *
 * The last 4,096 values are remembered: a lookup, some 50 ns; any other takes about 5 µs. Throws
 * `INVALID_SETUP` for a key of less than 16 bytes.
 */
export function keyedHash(key: string | Uint8Array): (value: string) => string {
  const secret = secretOf(key);
  const known = new Map<string, string>();
  return (value) => {
    const remembered = known.get(value);
    if (remembered !== undefined) return remembered;
    const hash = createHmac('sha256', secret).update(value).digest('hex').slice(0, DIGITS);
    // The oldest goes: without moving what is read, so that a hit stays one lookup.
    if (known.size >= MAX_REMEMBERED) known.delete(known.keys().next().value as string);
    known.set(value, hash);
    return hash;
  };
}

/** What is given for the value of an attribute: itself, or its hash. */
export type Conceal = (attribute: string, value: string) => string;

/** Throws `INVALID_SETUP` where an attribute to hash is none that the reader gives. */
export function makeConceal(
  hash: ContextHash | undefined,
  given: readonly string[],
  caller: string,
): Conceal {
  if (hash === undefined) return (_, value) => value;
  const { attributes = given } = hash;
  const stray = attributes.find((it) => !given.includes(it));
  if (stray !== undefined) {
    refuse(
      `${caller} was asked to hash ${show(stray)}, which it does not read.`,
      `Name some of ${given.join(', ')}.`,
    );
  }
  const toHash = keyedHash(hash.key);
  const hashed = new Set(attributes);
  return (attribute, value) => (hashed.has(attribute) ? toHash(value) : value);
}

function secretOf(key: unknown) {
  const bytes = typeof key === 'string' ? Buffer.from(key) : key;
  if (!(bytes instanceof Uint8Array) || bytes.length < LEAST_KEY_BYTES) {
    // The key itself is not shown.
    refuse(
      `The key of a hash has ${bytes instanceof Uint8Array ? `${bytes.length} bytes` : 'no bytes at all'}.`,
      `Use a random secret of at least ${LEAST_KEY_BYTES} bytes, kept like any other.`,
    );
  }
  return createSecretKey(bytes);
}
