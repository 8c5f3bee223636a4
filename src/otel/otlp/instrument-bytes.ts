import type { InstrumentDeclaration } from '../../declare/index.js';
import { boundariesOf } from '../former-names.js';
import { BackwardWriter, BYTES, tag } from './backward-writer.js';

/** What is the same in every export of an instrument. */
export interface InstrumentBytes {
  /** Name, description and unit, as fields of `Metric`. */
  readonly head: Uint8Array;
  /** The declared attributes, in their order. */
  readonly keys: readonly string[];
  /** Each as the field `key` of a `KeyValue`. */
  readonly keyFields: readonly Uint8Array[];
  /** The boundaries as the field `explicit_bounds`; empty where there are none. */
  readonly bounds: Uint8Array;
  /** Bytes that a point has taken on average, for the next estimate. */
  bytesPerPoint: number;
}

/** The declaration is kept by its registry, for good; and so is this, made once for each. */
const known = new WeakMap<InstrumentDeclaration, InstrumentBytes>();

/** What an instrument's exports have in common. */
export function instrumentBytes(declaration: InstrumentDeclaration): InstrumentBytes {
  const existing = known.get(declaration);
  if (existing !== undefined) return existing;
  const { name, description, unit, attributes, buckets } = declaration;
  const keys = Object.keys(attributes);
  const boundaries = boundariesOf(buckets);
  const made: InstrumentBytes = {
    head: Buffer.concat([textField(1, name), textField(2, description), textField(3, unit)]),
    keys,
    keyFields: keys.map((key) => textField(1, key)),
    bounds: boundsField(boundaries),
    bytesPerPoint: 128 + boundaries.length * 16,
  };
  known.set(declaration, made);
  return made;
}

/** A text as a field; nothing for an empty one, which is the default. */
export function textField(field: number, text: string): Uint8Array {
  const writer = new BackwardWriter().begin(32 + text.length * 3);
  if (text !== '') {
    writer.text(text);
    writer.varint(writer.length);
    writer.byte(tag(field, BYTES));
  }
  return writer.finish();
}

/** `HistogramDataPoint.explicit_bounds`, packed. */
function boundsField(boundaries: readonly number[]): Uint8Array {
  const writer = new BackwardWriter().begin(16 + boundaries.length * 8);
  writer.doubles(boundaries);
  if (boundaries.length > 0) {
    writer.varint(writer.length);
    writer.byte(tag(7, BYTES));
  }
  return writer.finish();
}
