import * as base2 from '../../core/base2-histogram.js';
import type { MetricSnapshot, Rows } from '../../core/index.js';
import type { AttributeValue } from '../../declare/index.js';
import { scaled } from '../former-names.js';
import { type BackwardWriter, BYTES, tag, VARINT } from './backward-writer.js';
import { writeExemplars } from './exemplar-writer.js';
import { type InstrumentBytes, instrumentBytes, textField } from './instrument-bytes.js';
import { Nanos } from './nanos.js';

/** What a point is, by the buckets of its instrument. */
type PointKind = 'number' | 'explicit' | 'base2';

/**
 * Writes the points of one metric after the other, each from its last field to its first.
 *
 * One object for all exports: V8 throws optimised code away together with the last object of a
 * shape that it was made for, which a garbage collection between two exports would be
 * (decision 15).
 */
export class PointWriter {
  private rows: Rows | undefined;
  private bytes: InstrumentBytes | undefined;
  private kind: PointKind = 'number';
  private factor = 1;
  private readonly start = new Nanos();
  private readonly end = new Nanos();
  /** Values of the series at hand, and which of the declared keys they belong to. */
  private readonly values: AttributeValue[] = [];
  private readonly places: number[] = [];

  constructor(private readonly writer: BackwardWriter) {}

  /** The points that follow are of this metric. */
  begin({ declaration, rows, factor = 1 }: MetricSnapshot): void {
    this.rows = rows;
    this.bytes = instrumentBytes(declaration);
    this.kind = declaration.buckets?.type ?? 'number';
    this.factor = factor;
    this.end.set(rows.endMillis);
  }

  /** Lets go of what the last metric was. */
  finish(): void {
    this.rows = undefined;
    this.bytes = undefined;
    this.values.length = 0;
  }

  /** Writes one row as a point, with its length; what is missing is the tag. */
  write(i: number): void {
    const { writer } = this;
    const before = writer.length;
    const rows = this.rows as Rows;
    const numbers = rows.numbers(i);
    const at = rows.at(i);
    if (this.kind === 'number') this.number(i, numbers, at);
    else if (this.kind === 'explicit') this.histogram(i, numbers, at);
    else this.exponential(i, numbers, at);
    writer.varint(writer.length - before);
  }

  /** `NumberDataPoint`. */
  private number(i: number, numbers: Float64Array, at: number): void {
    this.attributes(i, tag(7, BYTES));
    this.exemplars(i, 5);
    this.writer.double(4, this.scaled(numbers[at] as number));
    this.times(i);
  }

  /** `HistogramDataPoint`. A row has a count for each bucket, then sum, min and max. */
  private histogram(i: number, numbers: Float64Array, at: number): void {
    const { writer } = this;
    const sumAt = at + (this.rows as Rows).aggregation.stride - 3;
    writer.double(12, this.scaled(numbers[sumAt + 2] as number));
    writer.double(11, this.scaled(numbers[sumAt + 1] as number));
    this.attributes(i, tag(9, BYTES));
    this.exemplars(i, 8);
    writer.raw((this.bytes as InstrumentBytes).bounds);
    const before = writer.length;
    const count = writer.integers(numbers, at, sumAt);
    writer.field(6, before);
    writer.double(5, this.scaled(numbers[sumAt] as number));
    writer.integer(4, count);
    this.times(i);
  }

  /** `ExponentialHistogramDataPoint`. Zeros alone say nothing of a scale. */
  private exponential(i: number, numbers: Float64Array, at: number): void {
    const { writer } = this;
    const low = numbers[at + base2.LOW] as number;
    const high = numbers[at + base2.HIGH] as number;
    writer.double(13, numbers[at + base2.MAX] as number);
    this.exemplars(i, 11);
    writer.double(12, numbers[at + base2.MIN] as number);
    // No value is negative.
    writer.byte(0);
    writer.byte(tag(9, BYTES));
    const before = writer.length;
    if (high >= low) {
      const size = (this.rows as Rows).aggregation.stride - base2.HEADER;
      for (let index = high; index >= low; index--)
        writer.varint(numbers[at + base2.HEADER + base2.slotOf(index, size)] as number);
      writer.field(2, before);
      writer.sint32(low);
      writer.byte(tag(1, VARINT));
    }
    writer.field(8, before);
    writer.integer(7, numbers[at + base2.ZERO_COUNT] as number);
    writer.sint32(high < low ? 0 : (numbers[at + base2.SCALE] as number));
    writer.byte(tag(6, VARINT));
    writer.double(5, numbers[at + base2.SUM] as number);
    writer.integer(4, numbers[at + base2.COUNT] as number);
    this.times(i);
    this.attributes(i, tag(1, BYTES));
  }

  /** In the field that the point has for them. */
  private exemplars(i: number, field: number): void {
    const exemplars = (this.rows as Rows).exemplars.get(i);
    if (exemplars !== undefined) writeExemplars(this.writer, field, exemplars, this.factor);
  }

  private scaled(value: number): number {
    return scaled(value, this.factor);
  }

  /** `time_unix_nano` and `start_time_unix_nano`, which are the same fields in every kind of point. */
  private times(i: number): void {
    const { writer, start, end } = this;
    start.set((this.rows as Rows).starts[i] as number);
    writer.fixed64(3, end.low, end.high);
    writer.fixed64(2, start.low, start.high);
  }

  /** The attributes of a row, each as a `KeyValue`, in declared order. */
  private attributes(i: number, tagByte: number): void {
    const { values, places } = this;
    const own = (this.rows as Rows).attributes[i] as Readonly<Record<string, AttributeValue>>;
    const { keys, keyFields } = this.bytes as InstrumentBytes;
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
        this.attribute(textField(1, key), own[key] as AttributeValue, tagByte);
      return;
    }
    while (count-- > 0) {
      const key = keyFields[places[count] as number] as Uint8Array;
      this.attribute(key, values[count] as AttributeValue, tagByte);
    }
  }

  /** A `KeyValue`. */
  private attribute(keyField: Uint8Array, value: AttributeValue, tagByte: number): void {
    const { writer } = this;
    const before = writer.length;
    if (typeof value === 'string') {
      writer.text(value);
      writer.field(1, before);
    } else if (typeof value === 'boolean') {
      writer.byte(value ? 1 : 0);
      writer.byte(tag(2, VARINT));
    } else {
      writer.int64(value);
      writer.byte(tag(3, VARINT));
    }
    writer.field(2, before);
    writer.raw(keyField);
    writer.varint(writer.length - before);
    writer.byte(tagByte);
  }
}
