import { type Baggage, propagation } from '@opentelemetry/api';
import type { Attributes } from '../../declare/index.js';
import { parseBaggage } from './baggage-header.js';
import { makeConceal } from './hashing.js';
import { headerOf } from './header-source.js';
import type { ContextTrust, CountedContextReader, HeaderSource } from './types.js';
import { checkAttributeNames, makeCheck, makeTrust, Rejections } from './validation.js';

/** What `baggageContext` takes. */
export interface BaggageContextOptions extends ContextTrust {
  /**
   * The baggage keys that are read, and no others: a list where attributes have the same names, or
   * a map from key to attribute.
   */
  readonly keys: readonly string[] | Readonly<Record<string, string>>;
}

/**
 * A reader of context attributes from W3C baggage, by an allow-list. It reads the baggage that is
 * active in OpenTelemetry, which an instrumentation has taken from the request, and where there is
 * none the `baggage` header itself. Values are validated as those of headers are.
 *
 * Throws `INVALID_SETUP` for options that cannot be used, a missing `trust` first of all. Costs a
 * lookup for each key; parsing a header, some µs. Nothing passed in is kept.
 */
export function baggageContext(options: BaggageContextOptions): CountedContextReader {
  const caller = 'baggageContext()';
  const rejections = new Rejections();
  const isTrusted = makeTrust(options ?? {}, rejections, caller);
  const check = makeCheck(options, rejections, caller);
  const { keys = [] } = options;
  const wanted = new Map<string, string>(
    Array.isArray(keys) ? keys.map((key) => [key, key]) : Object.entries(keys),
  );
  checkAttributeNames([...wanted.keys(), ...wanted.values()], caller);
  const conceal = makeConceal(options.hash, [...wanted.values()], caller);

  const read = (headers: HeaderSource, request?: unknown): Attributes | undefined => {
    const found: Record<string, string> = {};
    try {
      const baggage = propagation.getActiveBaggage();
      const header = baggage === undefined ? headerOf(headers, 'baggage') : '';
      if ((baggage === undefined && header === '') || !isTrusted(request)) return undefined;
      const values =
        baggage === undefined ? parseBaggage(header, wanted, rejections) : pick(baggage, wanted);
      for (const [key, raw] of values) {
        const attribute = wanted.get(key) as string;
        const value = check(raw);
        if (value !== undefined) found[attribute] = conceal(attribute, value);
      }
    } catch {
      rejections.count('unreadable');
    }
    return Object.keys(found).length > 0 ? found : undefined;
  };
  return Object.assign(read, { rejected: () => rejections.read() });
}

/** The values of the keys that are asked for. */
function pick(baggage: Baggage, wanted: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const key of wanted.keys()) {
    const entry = baggage.getEntry(key);
    if (entry !== undefined) found.set(key, entry.value);
  }
  return found;
}
