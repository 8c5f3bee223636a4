import * as base2 from '../../core/base2-histogram.js';
import type { MetricSnapshot } from '../../core/index.js';
import type { AttributeValue } from '../../declare/index.js';
import { scaled } from '../former-names.js';
import { type BackwardWriter, BYTES, FIXED64, tag, VARINT } from './backward-writer.js';
import { type InstrumentBytes, textField } from './instrument-bytes.js';
import type { Nanos } from './nanos.js';

const TWO_TO_32 = 2 ** 32;

/** What the points of one metric have in common while they are written. */
export interface Points {
  readonly writer: BackwardWriter;
  readonly snapshot: MetricSnapshot;
  readonly bytes: InstrumentBytes;
  readonly start: Nanos;
  readonly end: Nanos;
}

/** Writes the fields of one point, from the last one to the first. */
export type PointEncoder = (points: Points, i: number) => void;

/** How the points of a metric are written. */
export function pointEncoderOf({ declaration: { buckets } }: MetricSnapshot): PointEncoder {
  if (buckets === undefined) return numberPoint;
  return buckets.type === 'explicit' ? histogramPoint : exponentialPoint;
}

/** `NumberDataPoint`. */
function numberPoint(points: Points, i: number): void {
  const { writer, snapshot } = points;
  const { rows, factor } = snapshot;
  attributes(points, i, tag(7, BYTES));
  double(writer, 4, scaled(rows.numbers(i)[rows.at(i)] as number, factor));
  times(points, i);
}

/** `HistogramDataPoint`. A row has a count for each bucket, then sum, min and max. */
function histogramPoint(points: Points, i: number): void {
  const { writer, snapshot, bytes } = points;
  const { rows, factor } = snapshot;
  const numbers = rows.numbers(i);
  const at = rows.at(i);
  const sumAt = at + rows.aggregation.stride - 3;
  double(writer, 12, scaled(numbers[sumAt + 2] as number, factor));
  double(writer, 11, scaled(numbers[sumAt + 1] as number, factor));
  attributes(points, i, tag(9, BYTES));
  writer.raw(bytes.bounds);
  const before = writer.length;
  const count = writer.fixed64s(numbers, at, sumAt);
  field(writer, 6, before);
  double(writer, 5, scaled(numbers[sumAt] as number, factor));
  fixed64(writer, 4, count);
  times(points, i);
}

/** `ExponentialHistogramDataPoint`. Zeros alone say nothing of a scale. */
function exponentialPoint(points: Points, i: number): void {
  const { writer, snapshot } = points;
  const { rows } = snapshot;
  const numbers = rows.numbers(i);
  const at = rows.at(i);
  const low = numbers[at + base2.LOW] as number;
  const high = numbers[at + base2.HIGH] as number;
  double(writer, 13, numbers[at + base2.MAX] as number);
  double(writer, 12, numbers[at + base2.MIN] as number);
  // No value is negative.
  writer.byte(0);
  writer.byte(tag(9, BYTES));
  const before = writer.length;
  if (high >= low) {
    const size = rows.aggregation.stride - base2.HEADER;
    for (let index = high; index >= low; index--)
      writer.varint(numbers[at + base2.HEADER + base2.slotOf(index, size)] as number);
    field(writer, 2, before);
    if (low !== 0) {
      writer.sint32(low);
      writer.byte(tag(1, VARINT));
    }
  }
  field(writer, 8, before);
  fixed64(writer, 7, numbers[at + base2.ZERO_COUNT] as number);
  const scale = numbers[at + base2.SCALE] as number;
  if (high >= low && scale !== 0) {
    writer.sint32(scale);
    writer.byte(tag(6, VARINT));
  }
  double(writer, 5, numbers[at + base2.SUM] as number);
  fixed64(writer, 4, numbers[at + base2.COUNT] as number);
  times(points, i);
  attributes(points, i, tag(1, BYTES));
}

/** `start_time_unix_nano` and `time_unix_nano`, which have the same numbers in every kind of point. */
function times({ writer, snapshot: { rows }, start, end }: Points, i: number): void {
  start.set(rows.starts[i] as number);
  writer.fixed64Halves(end.low, end.high);
  writer.byte(tag(3, FIXED64));
  writer.fixed64Halves(start.low, start.high);
  writer.byte(tag(2, FIXED64));
}

function double(writer: BackwardWriter, number: number, value: number): void {
  writer.double(value);
  writer.byte(tag(number, FIXED64));
}

function fixed64(writer: BackwardWriter, number: number, value: number): void {
  writer.fixed64Halves(value >>> 0, (value / TWO_TO_32) >>> 0);
  writer.byte(tag(number, FIXED64));
}

/** Ends a message or packed field: its length, and its tag. */
export function field(writer: BackwardWriter, number: number, lengthBefore: number): void {
  writer.varint(writer.length - lengthBefore);
  writer.byte(tag(number, BYTES));
}

/** Values of the series at hand, in the order of their keys. Shared: every use is over at once. */
const values: AttributeValue[] = [];
const places: number[] = [];

/** The attributes of a row, each as a `KeyValue`, in declared order. */
function attributes({ writer, snapshot, bytes }: Points, i: number, tagByte: number): void {
  const own = snapshot.rows.attributes[i] as Readonly<Record<string, AttributeValue>>;
  const { keys, keyFields } = bytes;
  let count = 0;
  let place = 0;
  // A series has its keys in declared order, so that each is found behind the one before.
  for (const key in own) {
    while (place < keys.length && keys[place] !== key) place += 1;
    values[count] = own[key] as AttributeValue;
    places[count++] = place;
  }
  // Of the overflow series the key is not declared; and keys that are integers come first.
  if (place === keys.length && count > 0) {
    for (const key of Object.keys(own).reverse())
      attribute(writer, textField(1, key), own[key] as AttributeValue, tagByte);
    return;
  }
  for (let n = count - 1; n >= 0; n--) {
    const key = keyFields[places[n] as number] as Uint8Array;
    attribute(writer, key, values[n] as AttributeValue, tagByte);
  }
}

/** A `KeyValue`. */
function attribute(
  writer: BackwardWriter,
  keyField: Uint8Array,
  value: AttributeValue,
  tagByte: number,
): void {
  const before = writer.length;
  if (typeof value === 'string') {
    writer.text(value);
    field(writer, 1, before);
  } else if (typeof value === 'boolean') {
    writer.byte(value ? 1 : 0);
    writer.byte(tag(2, VARINT));
  } else {
    writer.int64(value);
    writer.byte(tag(3, VARINT));
  }
  field(writer, 2, before);
  writer.raw(keyField);
  writer.varint(writer.length - before);
  writer.byte(tagByte);
}
