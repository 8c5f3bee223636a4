import { AttributeList, type PastLimit } from './attributes.js';
import { Malformed } from './cursor.js';
import type { DecodeLimits } from './limits.js';
import type { OtlpAttributes, OtlpValue } from './types.js';

/** A JSON object, of which nothing is known. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The field of a message in JSON, by its name in the definitions: `data_points` is found as
 * `dataPoints` and as `data_points`. `undefined` if it is not there or `null`, which is the same.
 *
 * @see https://protobuf.dev/programming-guides/json/
 */
export function field(message: JsonObject, name: string): unknown {
  return message[camelCase(name)] ?? message[name] ?? undefined;
}

const camelCases = new Map<string, string>();

function camelCase(name: string): string {
  let camel = camelCases.get(name);
  if (camel === undefined) {
    camel = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    camelCases.set(name, camel);
  }
  return camel;
}

export function objectOf(value: unknown, what: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as JsonObject;
  }
  throw new Malformed(`${what} is no object`);
}

/** The messages of a repeated field; none if it is not there. */
export function listOf(message: JsonObject, name: string): readonly unknown[] {
  const value = field(message, name);
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  throw new Malformed(`${name} is no array`);
}

export function textOf(message: JsonObject, name: string): string {
  const value = field(message, name);
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  throw new Malformed(`${name} is no string`);
}

export function booleanOf(message: JsonObject, name: string): boolean {
  const value = field(message, name) ?? false;
  if (typeof value === 'boolean') return value;
  throw new Malformed(`${name} is no boolean`);
}

/** A `double`: a number, or `"NaN"`, `"Infinity"`, `"-Infinity"`, or a number in quotes. */
export function doubleOf(message: JsonObject, name: string): number | undefined {
  const value = field(message, name);
  return value === undefined ? undefined : double(value, name);
}

export function double(value: unknown, name: string): number {
  if (typeof value === 'number') return value;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  if (Number.isNaN(number) && value !== 'NaN') throw new Malformed(`${name} is no number`);
  return number;
}

/** An integer of up to 64 bits, as a number or in quotes, exact; 0 if it is not there. */
export function exactOf(message: JsonObject, name: string): bigint {
  const value = field(message, name);
  return value === undefined ? 0n : exact(value, name);
}

function exact(value: unknown, name: string): bigint {
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return BigInt(value);
  const number = double(value, name);
  if (!Number.isInteger(number)) throw new Malformed(`${name} is no integer`);
  return BigInt(number);
}

/** The same as a number, exact up to 2^53. */
export function integerOf(message: JsonObject, name: string): number {
  return integer(field(message, name) ?? 0, name);
}

export function integer(value: unknown, name: string): number {
  const number = double(value, name);
  if (!Number.isInteger(number)) throw new Malformed(`${name} is no integer`);
  return number;
}

/** A trace or span id, in hexadecimal: OTLP's one deviation from the mapping, which has base64. */
export function hexOf(message: JsonObject, name: string): string {
  const text = textOf(message, name).toLowerCase();
  if (/^([0-9a-f]{2}){0,64}$/.test(text)) return text;
  throw new Malformed(`${name} is not in hexadecimal`);
}

/** The attributes in a repeated `KeyValue`. */
export function attributesOf(
  message: JsonObject,
  name: string,
  limits: DecodeLimits,
  pastLimit: PastLimit,
): OtlpAttributes {
  return read(listOf(message, name), new AttributeList(limits, pastLimit));
}

function read(entries: readonly unknown[], list: AttributeList): OtlpAttributes {
  for (const [i, entry] of entries.entries()) {
    if (!list.hasRoom(i)) break;
    const pair = objectOf(entry, 'an attribute');
    list.add(textOf(pair, 'key'), anyValueOf(field(pair, 'value'), list));
  }
  return list.result();
}

function anyValueOf(value: unknown, list: AttributeList): OtlpValue {
  if (value === undefined) return null;
  const any = objectOf(value, 'the value of an attribute');
  if (has(any, 'string_value')) return list.text(textOf(any, 'string_value'));
  if (has(any, 'bool_value')) return booleanOf(any, 'bool_value');
  if (has(any, 'int_value')) return safe(exactOf(any, 'int_value'));
  const number = doubleOf(any, 'double_value');
  if (number !== undefined) return number;
  if (has(any, 'array_value')) {
    const inner = list.deeper();
    const values = listOf(objectOf(field(any, 'array_value'), 'array_value'), 'values');
    if (inner === undefined) return [];
    return values.filter((_, i) => list.hasRoom(i)).map((it) => anyValueOf(it ?? undefined, inner));
  }
  if (has(any, 'kvlist_value')) {
    const inner = list.deeper();
    const entries = listOf(objectOf(field(any, 'kvlist_value'), 'kvlist_value'), 'values');
    return inner === undefined ? {} : read(entries, inner);
  }
  if (has(any, 'bytes_value')) {
    // Base64 of either alphabet, with or without its padding.
    return list.bytes(new Uint8Array(Buffer.from(textOf(any, 'bytes_value'), 'base64')));
  }
  return null;
}

function has(message: JsonObject, name: string): boolean {
  return field(message, name) !== undefined;
}

function safe(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
