import type { HeaderSource } from './types.js';

/** One header as it is, several of one name joined by commas; `''` where there is none. */
export function headerOf(source: HeaderSource, name: string): string {
  const value = rawValueOf(source, name);
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.join(',') : '';
}

/** The first value of a header: the first of several, and what is before the first comma. */
export function firstValueOf(source: HeaderSource, name: string): string {
  const value = headerOf(source, name);
  const comma = value.indexOf(',');
  return (comma === -1 ? value : value.slice(0, comma)).trim();
}

function rawValueOf(source: HeaderSource, name: string): unknown {
  if (typeof source === 'function') return source(name);
  // A header may be called "get"; then it is no function.
  if (hasGet(source)) return source.get(name);
  return Object.hasOwn(source, name) ? source[name] : undefined;
}

function hasGet(source: object): source is { get(name: string): unknown } {
  return typeof (source as { get?: unknown }).get === 'function';
}
