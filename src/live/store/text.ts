import type { OtlpAttributes, OtlpValue } from '../otlp/types.js';

/** Longer texts are cut: nobody reads them, and they are kept for each series. */
const MOST_CHARACTERS = 256;
/** Texts that are kept once, however many series have them. */
const MOST_KEPT = 100_000;

const kept = new Map<string, string>();

/** An attribute's value as text: numbers and booleans as they are written, lists and maps as JSON. */
export function textOf(value: OtlpValue): string {
  if (typeof value === 'string') return intern(value);
  if (value === null) return '';
  if (typeof value !== 'object') return intern(String(value));
  if (value instanceof Uint8Array) return intern(Buffer.from(value).toString('hex'));
  return intern(JSON.stringify(value, (_, it) => (typeof it === 'bigint' ? String(it) : it)));
}

/** The attributes as text, in the order of their keys. */
export function labelsOf(attributes: OtlpAttributes): Readonly<Record<string, string>> {
  const keys = Object.keys(attributes).sort();
  return Object.fromEntries(keys.map((key) => [intern(key), textOf(attributes[key] ?? null)]));
}

function intern(text: string): string {
  const short = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 1)}…` : text;
  const same = kept.get(short);
  if (same !== undefined) return same;
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(short, short);
  return short;
}
