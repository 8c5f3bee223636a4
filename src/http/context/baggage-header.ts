import type { Rejections } from './validation.js';

/** Limits of a baggage header (W3C Baggage, "Limits"). */
const MAX_BYTES = 8_192;
const MAX_ENTRIES = 64;

/** A key: a token of RFC 9110. */
const KEY = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** A value: printable ASCII without space, quote, comma, semicolon and backslash. */
const VALUE = /^[!#-+\--:<-[\]-~]*$/;

/**
 * The entries of a `baggage` header that are asked for, decoded. Strict: an entry that breaks the
 * grammar is left out and counted, properties (after `;`) are not read, of one key given twice the
 * last counts, as OpenTelemetry's propagator has it. A header over 8,192 bytes is not read at all,
 * and entries after the 64th are not either.
 *
 * Source: W3C Baggage, "Header content".
 */
export function parseBaggage(
  header: string,
  wanted: ReadonlyMap<string, string>,
  rejections: Rejections,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (header.length > MAX_BYTES) {
    rejections.count('too_long');
    return found;
  }
  for (const member of header.split(',', MAX_ENTRIES)) {
    const [pair = ''] = member.split(';', 1);
    const equals = pair.indexOf('=');
    const key = pair.slice(0, Math.max(equals, 0)).trim();
    // Empty members are allowed in lists (RFC 9110, "Lists").
    if (equals === -1 && member.trim() === '') continue;
    const value = KEY.test(key) ? decoded(pair.slice(equals + 1).trim()) : undefined;
    if (value === undefined) rejections.count('malformed');
    else if (wanted.has(key)) found.set(key, value);
  }
  return found;
}

function decoded(value: string): string | undefined {
  if (!VALUE.test(value)) return undefined;
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
