import type { Attributes } from '../../declare/index.js';
import { show } from '../../errors.js';
import { makeConceal } from './hashing.js';
import { firstValueOf } from './header-source.js';
import { refuse } from './option-errors.js';
import type { ContextTrust, CountedContextReader, HeaderSource } from './types.js';
import { checkAttributeNames, makeCheck, makeTrust, Rejections } from './validation.js';

/** Headers read by default, and the context attributes that they become. */
export const contextHeaders = Object.freeze({
  'x-organization-id': 'organization.id',
  'x-project-id': 'project.id',
  'x-base-template-id': 'base_template.id',
  'x-template-id': 'template.id',
  'x-agent-id': 'agent.id',
});

/** What `headerContext` takes. */
export interface HeaderContextOptions extends ContextTrust {
  /**
   * Header to attribute, in the place of {@link contextHeaders}; to add to those, spread them:
   * `{ ...contextHeaders, 'x-plan': 'plan' }`. Case does not matter.
   */
  readonly map?: Readonly<Record<string, string>>;
}

/**
 * A reader of context attributes from request headers, made once and called for each request. Of a
 * header that comes several times, or with commas, the first value is taken. What is no valid value
 * is left out and counted (`rejected()`), never an error.
 *
 * Throws `INVALID_SETUP` for options that cannot be used, a missing `trust` first of all. One call
 * is a lookup for each header and a loop over the characters of those that are there, about 1 µs;
 * nothing passed in is kept.
 */
export function headerContext(options: HeaderContextOptions): CountedContextReader {
  const caller = 'headerContext()';
  const rejections = new Rejections();
  const isTrusted = makeTrust(options ?? {}, rejections, caller);
  const check = makeCheck(options, rejections, caller);
  const map = Object.entries(options.map ?? contextHeaders);
  const attributes = map.map(([, attribute]) => attribute);
  checkAttributeNames(attributes, caller);
  for (const [header] of map) checkHeaderName(header, caller);
  const conceal = makeConceal(options.hash, attributes, caller);
  const wanted = map.map(([header, attribute]) => [header.toLowerCase(), attribute] as const);

  const read = (headers: HeaderSource, request?: unknown): Attributes | undefined => {
    let found: Record<string, string> | undefined;
    try {
      for (const [header, attribute] of wanted) {
        const raw = firstValueOf(headers, header);
        if (raw === '') continue;
        // Asked once there is something to trust, so that other requests cost no test.
        if (found === undefined && !isTrusted(request)) return undefined;
        found ??= {};
        const value = check(raw);
        if (value !== undefined) found[attribute] = conceal(attribute, value);
      }
    } catch {
      rejections.count('unreadable');
    }
    return found !== undefined && Object.keys(found).length > 0 ? found : undefined;
  };
  return Object.assign(read, { rejected: () => rejections.read() });
}

/** Readers by their options, for those who have no place to keep one. */
const readers = new WeakMap<HeaderContextOptions, CountedContextReader>();

/**
 * The context attributes of one request's headers, `{}` where there are none. The reader is made
 * once for each options object: keep the object, or better the reader of {@link headerContext}.
 */
export function contextFromHeaders(
  headers: HeaderSource,
  options: HeaderContextOptions,
  request?: unknown,
): Attributes {
  let reader = readers.get(options);
  if (reader === undefined) {
    reader = headerContext(options);
    readers.set(options, reader);
  }
  return reader(headers, request) ?? {};
}

/** RFC 9110, "Field names": a token. */
function checkHeaderName(header: string, caller: string): void {
  if (/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(header)) return;
  refuse(
    `${caller} was given the header name ${show(header)}.`,
    'Use the name of a header, such as "x-organization-id".',
  );
}
