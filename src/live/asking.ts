import type { Asking, Filter } from './protocol.js';

/** What is asked for where a query string does not say. */
export const DEFAULT_ASKING: Asking = {
  view: 'overview',
  rangeSeconds: 300,
  services: [],
  filters: [],
};

const MOST_SERVICES = 20;
const MOST_FILTERS = 20;
const MOST_CHARACTERS = 300;
const MOST_SECONDS = 31 * 86_400;
/** A view becomes a part of an address, and is compared with what there is. */
const VIEW = /^[a-z][a-z0-9-]{0,39}$/;

/**
 * What a query string asks for, whoever wrote it: what cannot be read, is too long or too much falls back to
 * the default or is left out. Never throws. Parameters that it does not know are ignored.
 */
export function readAsking(query: URLSearchParams): Asking {
  const view = query.get('view') ?? '';
  const to = numberIn(query.get('to'), 1, Number.MAX_SAFE_INTEGER);
  const by = textOf(query.get('by'));
  const instrument = textOf(query.get('instrument'));
  return {
    view: VIEW.test(view) ? view : DEFAULT_ASKING.view,
    rangeSeconds: numberIn(query.get('range'), 1, MOST_SECONDS) ?? DEFAULT_ASKING.rangeSeconds,
    ...(to !== undefined && { to }),
    services: [...new Set(query.getAll('service').flatMap((text) => textOf(text) ?? []))].slice(
      0,
      MOST_SERVICES,
    ),
    filters: filtersOf(query.getAll('where')),
    ...(by !== undefined && { by }),
    ...(instrument !== undefined && { instrument }),
  };
}

/**
 * The query string that {@link readAsking} reads back; what is the default is left out. The same for what is
 * the same.
 */
export function writeAsking(asking: Asking): URLSearchParams {
  const { view, rangeSeconds, to, services, filters, by, instrument } = asking;
  const query = new URLSearchParams();
  if (view !== DEFAULT_ASKING.view) query.set('view', view);
  if (instrument !== undefined) query.set('instrument', instrument);
  if (rangeSeconds !== DEFAULT_ASKING.rangeSeconds) query.set('range', String(rangeSeconds));
  if (to !== undefined) query.set('to', String(to));
  for (const service of services) query.append('service', service);
  for (const { key, value } of filters) query.append('where', `${key}=${value}`);
  if (by !== undefined) query.set('by', by);
  return query;
}

/** `key=value`; a key has no `=`, a value may, and may be empty. */
function filtersOf(texts: readonly string[]): readonly Filter[] {
  const filters = new Map<string, Filter>();
  for (const text of texts) {
    const at = text.indexOf('=');
    if (at < 1 || at > MOST_CHARACTERS || text.length - at > MOST_CHARACTERS) continue;
    filters.set(text, { key: text.slice(0, at), value: text.slice(at + 1) });
  }
  return [...filters.values()].slice(0, MOST_FILTERS);
}

function textOf(text: string | null): string | undefined {
  return text === null || text === '' || text.length > MOST_CHARACTERS ? undefined : text;
}

/** A whole number within the bounds. */
function numberIn(text: string | null, least: number, most: number): number | undefined {
  if (text === null || !/^\d{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
}
