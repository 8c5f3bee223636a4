import { AttributeList } from './attributes.js';
import { type Cursor, LENGTH } from './cursor.js';
import { BadPoint, type DecodeLimits } from './limits.js';
import type {
  DecodedExemplar,
  DecodedExponentialBuckets,
  DecodedExponentialPoint,
  DecodedHistogramPoint,
  DecodedNumberPoint,
  DecodedSummaryPoint,
} from './types.js';

/** Flag of a point that says that there is no value. */
export const NO_RECORDED_VALUE = 1;

/** What every kind of point has, as it is put together. */
class PointBase {
  readonly attributes: AttributeList;
  startTime = 0n;
  time = 0n;
  flags = 0;
  readonly exemplars: DecodedExemplar[] = [];

  constructor(private readonly limits: DecodeLimits) {
    this.attributes = new AttributeList(limits, 'refuse');
  }

  addExemplar(cursor: Cursor): void {
    if (this.exemplars.length >= this.limits.exemplars) {
      throw new BadPoint(`more than ${this.limits.exemplars} exemplars`);
    }
    this.exemplars.push(readExemplar(cursor, this.limits));
  }

  result() {
    return {
      attributes: this.attributes.result(),
      startTime: this.startTime,
      time: this.time,
      noRecordedValue: (this.flags & NO_RECORDED_VALUE) !== 0,
      exemplars: this.exemplars,
    };
  }
}

/** Reads the `NumberDataPoint` that the cursor is in. */
export function readNumberPoint(cursor: Cursor, limits: DecodeLimits): DecodedNumberPoint {
  const base = new PointBase(limits);
  let value = 0;
  let integer = false;
  while (cursor.next()) {
    const { field } = cursor;
    if (field === 2) base.startTime = cursor.nanos();
    else if (field === 3) base.time = cursor.nanos();
    else if (field === 4) {
      value = cursor.double();
      integer = false;
    } else if (field === 5) base.addExemplar(cursor);
    else if (field === 6) {
      value = cursor.sfixed64();
      integer = true;
    } else if (field === 7) base.attributes.read(cursor);
    else if (field === 8) base.flags = cursor.uint();
    else cursor.skip();
  }
  return { ...base.result(), value, integer };
}

/** Reads the `HistogramDataPoint` that the cursor is in. */
export function readHistogramPoint(cursor: Cursor, limits: DecodeLimits): DecodedHistogramPoint {
  const base = new PointBase(limits);
  let count = 0;
  let sum: number | undefined;
  let min: number | undefined;
  let max: number | undefined;
  const bounds: number[] = [];
  const bucketCounts: number[] = [];
  while (cursor.next()) {
    const { field } = cursor;
    if (field === 2) base.startTime = cursor.nanos();
    else if (field === 3) base.time = cursor.nanos();
    else if (field === 4) count = cursor.fixed64();
    else if (field === 5) sum = cursor.double();
    else if (field === 6) readFixed(cursor, bucketCounts, limits, 'fixed64');
    else if (field === 7) readFixed(cursor, bounds, limits, 'double');
    else if (field === 8) base.addExemplar(cursor);
    else if (field === 9) base.attributes.read(cursor);
    else if (field === 10) base.flags = cursor.uint();
    else if (field === 11) min = cursor.double();
    else if (field === 12) max = cursor.double();
    else cursor.skip();
  }
  return { ...base.result(), count, sum, min, max, bounds, bucketCounts };
}

/** Reads the `ExponentialHistogramDataPoint` that the cursor is in. */
export function readExponentialPoint(
  cursor: Cursor,
  limits: DecodeLimits,
): DecodedExponentialPoint {
  const base = new PointBase(limits);
  let count = 0;
  let sum: number | undefined;
  let min: number | undefined;
  let max: number | undefined;
  let scale = 0;
  let zeroCount = 0;
  let zeroThreshold = 0;
  let positive: DecodedExponentialBuckets = { offset: 0, bucketCounts: [] };
  let negative = positive;
  while (cursor.next()) {
    const { field } = cursor;
    if (field === 1) base.attributes.read(cursor);
    else if (field === 2) base.startTime = cursor.nanos();
    else if (field === 3) base.time = cursor.nanos();
    else if (field === 4) count = cursor.fixed64();
    else if (field === 5) sum = cursor.double();
    else if (field === 6) scale = cursor.sint32();
    else if (field === 7) zeroCount = cursor.fixed64();
    else if (field === 8) positive = readBuckets(cursor, limits);
    else if (field === 9) negative = readBuckets(cursor, limits);
    else if (field === 10) base.flags = cursor.uint();
    else if (field === 11) base.addExemplar(cursor);
    else if (field === 12) min = cursor.double();
    else if (field === 13) max = cursor.double();
    else if (field === 14) zeroThreshold = cursor.double();
    else cursor.skip();
  }
  const buckets = { scale, zeroCount, zeroThreshold, positive, negative };
  return { ...base.result(), count, sum, min, max, ...buckets };
}

/** Reads the `SummaryDataPoint` that the cursor is in. */
export function readSummaryPoint(cursor: Cursor, limits: DecodeLimits): DecodedSummaryPoint {
  const base = new PointBase(limits);
  let count = 0;
  let sum = 0;
  const quantiles: { quantile: number; value: number }[] = [];
  while (cursor.next()) {
    const { field } = cursor;
    if (field === 2) base.startTime = cursor.nanos();
    else if (field === 3) base.time = cursor.nanos();
    else if (field === 4) count = cursor.fixed64();
    else if (field === 5) sum = cursor.double();
    else if (field === 6) {
      hold('quantiles', quantiles.length, limits);
      quantiles.push(readQuantile(cursor));
    } else if (field === 7) base.attributes.read(cursor);
    else if (field === 8) base.flags = cursor.uint();
    else cursor.skip();
  }
  return { ...base.result(), count, sum, quantiles };
}

/** Holds a repeated field to the limit before one more is added. */
export function hold(what: string, length: number, limits: DecodeLimits): void {
  if (length >= limits.buckets) throw new BadPoint(`more than ${limits.buckets} ${what}`);
}

function readFixed(
  cursor: Cursor,
  into: number[],
  limits: DecodeLimits,
  kind: 'double' | 'fixed64',
): void {
  // Packed as a rule, and then many at a time.
  const count = cursor.type === LENGTH ? cursor.peekLength() / 8 : 1;
  hold('buckets', into.length + count - 1, limits);
  if (cursor.type === LENGTH) cursor.packed(kind, into);
  else into.push(cursor[kind]());
}

function readBuckets(cursor: Cursor, limits: DecodeLimits): DecodedExponentialBuckets {
  const outer = cursor.enter();
  let offset = 0;
  const bucketCounts: number[] = [];
  while (cursor.next()) {
    if (cursor.field === 1) offset = cursor.sint32();
    else if (cursor.field === 2) {
      cursor.repeatedUint(() => {
        hold('buckets', bucketCounts.length, limits);
        bucketCounts.push(cursor.uint());
      });
    } else cursor.skip();
  }
  cursor.leave(outer);
  return { offset, bucketCounts };
}

function readQuantile(cursor: Cursor): { quantile: number; value: number } {
  const outer = cursor.enter();
  let quantile = 0;
  let value = 0;
  while (cursor.next()) {
    if (cursor.field === 1) quantile = cursor.double();
    else if (cursor.field === 2) value = cursor.double();
    else cursor.skip();
  }
  cursor.leave(outer);
  return { quantile, value };
}

function readExemplar(cursor: Cursor, limits: DecodeLimits): DecodedExemplar {
  const outer = cursor.enter();
  const attributes = new AttributeList(limits, 'refuse');
  let value = 0;
  let time = 0n;
  let spanId = '';
  let traceId = '';
  while (cursor.next()) {
    const { field } = cursor;
    if (field === 2) time = cursor.nanos();
    else if (field === 3) value = cursor.double();
    else if (field === 4) spanId = hexOf(cursor, limits);
    else if (field === 5) traceId = hexOf(cursor, limits);
    else if (field === 6) value = cursor.sfixed64();
    else if (field === 7) attributes.read(cursor);
    else cursor.skip();
  }
  cursor.leave(outer);
  return { value, time, attributes: attributes.result(), traceId, spanId };
}

function hexOf(cursor: Cursor, limits: DecodeLimits): string {
  if (cursor.peekLength() > limits.textBytes) throw new BadPoint('an id of too many bytes');
  return Buffer.from(cursor.bytes()).toString('hex');
}
