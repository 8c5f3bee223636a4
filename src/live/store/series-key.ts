import type { OtlpAttributes, OtlpValue } from '../otlp/types.js';

/**
 * A key that two attribute sets share only if they are equal, types included. Every text goes with its
 * length, so that no text can pass for a border. In the order in which the attributes come: cheap, and
 * the same for each export of one SDK.
 */
export function seriesKey(resourceId: number, attributes: OtlpAttributes): string {
  let key = `${resourceId}`;
  for (const name in attributes) {
    key += `|${name.length}:${name}${valueKey(attributes[name] as OtlpValue)}`;
  }
  return key;
}

/** The same with the attributes in the order of their names: one for each set of them. */
export function sortedSeriesKey(resourceId: number, attributes: OtlpAttributes): string {
  let key = `${resourceId}`;
  for (const name of Object.keys(attributes).sort()) {
    key += `|${name.length}:${name}${valueKey(attributes[name] as OtlpValue)}`;
  }
  return key;
}

function valueKey(value: OtlpValue): string {
  if (typeof value === 'string') return `s${value.length}:${value}`;
  if (typeof value !== 'object' || value === null) return `${typeof value}${value};`;
  if (value instanceof Uint8Array) return `x${Buffer.from(value).toString('hex')};`;
  if (Array.isArray(value)) return `[${value.map(valueKey).join('')}]`;
  return `{${sortedSeriesKey(0, value as OtlpAttributes)}}`;
}
