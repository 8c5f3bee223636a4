import type { OtlpAttributes, OtlpValue } from '../../src/live/otlp/types.js';

/** A key that two attribute sets share only if they are equal, types included; order is no matter. */
export function attributesKey(attributes: OtlpAttributes): string {
  const entries = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(entries.map(([key, value]) => [key, typed(value)]));
}

/** JSON writes a bigint not at all and bytes as an object: these get a mark of their own. */
function typed(value: OtlpValue): unknown {
  if (typeof value === 'bigint') return { int: value.toString() };
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('hex') };
  if (Array.isArray(value)) return value.map(typed);
  if (typeof value === 'object' && value !== null) {
    return { map: attributesKey(value as OtlpAttributes) };
  }
  return value;
}
