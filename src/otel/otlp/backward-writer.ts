/** Protocol Buffers' wire types, as far as OTLP metrics need them. */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;

/** A field's tag. Those of OTLP metrics take one byte: no field has a number above 15. */
export function tag(field: number, wireType: number): number {
  return (field << 3) | wireType;
}

const NOTHING: Buffer = /* @__PURE__ */ Buffer.alloc(0);
const NO_VIEW = /* @__PURE__ */ viewOf(NOTHING);
const TWO_TO_32 = 0x1_0000_0000;
/** From so many bytes on a call into the engine is faster than a loop. */
const LONG = 32;
/** Of an int64 that is negative. */
const MAX_VARINT_BYTES = 10;

/**
 * Writes Protocol Buffers from their end to their beginning. What a message is made of is there
 * before its length has to be written, so that a length is neither counted beforehand, nor patched,
 * nor are bytes moved to make room for it.
 *
 * The fields of a message are therefore written in reverse, each as value, length and tag.
 *
 * Source: Protocol Buffers, "Encoding".
 */
export class BackwardWriter {
  private bytes = NOTHING;
  private view = NO_VIEW;
  /** Where what has been written begins. */
  private at = 0;

  /**
   * @param capacity bytes there is room for; more makes one larger buffer, and a copy
   * @param spare written over, where it is large enough
   */
  begin(capacity: number, spare = NOTHING): this {
    this.bytes = spare.length >= capacity ? spare : allocate(capacity);
    this.view = viewOf(this.bytes);
    this.at = this.bytes.length;
    return this;
  }

  /** Bytes written so far. A message's length is what has been added since it began. */
  get length(): number {
    return this.bytes.length - this.at;
  }

  /** What has been written. It is the buffer itself, which is no longer the writer's. */
  finish(): Uint8Array {
    const written = this.bytes.subarray(this.at);
    this.bytes = NOTHING;
    this.view = NO_VIEW;
    this.at = 0;
    return written;
  }

  /** Ends a message, a text or a packed field: its length since `before`, and its tag. */
  field(number: number, before: number): void {
    this.varint(this.length - before);
    this.byte(tag(number, BYTES));
  }

  byte(value: number): void {
    this.reserve(1);
    this.at -= 1;
    this.bytes[this.at] = value;
  }

  /** An integer of at least 0, as far as a double has it exactly. */
  varint(value: number): void {
    this.reserve(MAX_VARINT_BYTES);
    const { bytes } = this;
    // Nearly all there are; the loop below divides doubles.
    if (value < 0x80) {
      bytes[--this.at] = value;
    } else if (value < 0x4000) {
      bytes[--this.at] = value >> 7;
      bytes[--this.at] = (value & 0x7f) | 0x80;
    } else {
      let at = this.at - varintLength(value);
      this.at = at;
      let rest = value;
      for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes[at++] = (rest % 0x80) | 0x80;
      bytes[at] = rest;
    }
  }

  /** A signed integer in 64 bits of two's complement, as `int64` is. */
  int64(value: number): void {
    if (value >= 0) {
      this.varint(value);
      return;
    }
    this.reserve(MAX_VARINT_BYTES);
    this.at -= MAX_VARINT_BYTES;
    let rest = BigInt.asUintN(64, BigInt(value));
    for (let i = 0; i < MAX_VARINT_BYTES - 1; i++) {
      this.bytes[this.at + i] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.bytes[this.at + MAX_VARINT_BYTES - 1] = Number(rest);
  }

  /** A small signed integer in zigzag, as `sint32` is. */
  sint32(value: number): void {
    this.varint(((value << 1) ^ (value >> 31)) >>> 0);
  }

  /** A field of 64 bits, in halves. */
  fixed64(number: number, low: number, high: number): void {
    this.reserve(9);
    const at = this.at - 9;
    this.at = at;
    this.bytes[at] = tag(number, FIXED64);
    this.view.setUint32(at + 1, low, true);
    this.view.setUint32(at + 5, high, true);
  }

  /** A field that is an integer of at least 0 in 64 bits. */
  integer(number: number, value: number): void {
    this.fixed64(number, value >>> 0, (value / TWO_TO_32) >>> 0);
  }

  /** A field that is a double. */
  double(number: number, value: number): void {
    this.reserve(9);
    const at = this.at - 9;
    this.at = at;
    this.bytes[at] = tag(number, FIXED64);
    this.view.setFloat64(at + 1, value, true);
  }

  /** Doubles as they are packed, in their order. */
  doubles(values: readonly number[]): void {
    this.reserve(values.length * 8);
    for (let i = values.length - 1; i >= 0; i--) {
      this.at -= 8;
      this.view.setFloat64(this.at, values[i] as number, true);
    }
  }

  /** Integers of a row as they are packed, in their order; returns their sum. */
  integers(numbers: Float64Array, from: number, to: number): number {
    this.reserve((to - from) * 8);
    const { view } = this;
    let { at } = this;
    let sum = 0;
    for (let i = to - 1; i >= from; i--) {
      const value = numbers[i] as number;
      sum += value;
      at -= 8;
      view.setUint32(at, value >>> 0, true);
      view.setUint32(at + 4, value < TWO_TO_32 ? 0 : (value / TWO_TO_32) >>> 0, true);
    }
    this.at = at;
    return sum;
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    const { length } = bytes;
    this.reserve(length);
    const into = this.bytes;
    const at = this.at - length;
    this.at = at;
    if (length > LONG) into.set(bytes, at);
    else for (let i = 0; i < length; i++) into[at + i] = bytes[i] as number;
  }

  /** A text as UTF-8, without its length; half a surrogate pair becomes U+FFFD. */
  text(text: string): void {
    const { length } = text;
    this.reserve(length * 3);
    const { bytes } = this;
    const at = this.at - length;
    // Most are short and ASCII: a call into the engine takes longer than they do.
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) {
        this.unicode(text);
        return;
      }
      bytes[at + i] = code;
    }
    this.at = at;
  }

  private unicode(text: string): void {
    const length = Buffer.byteLength(text);
    this.at -= length;
    this.bytes.write(text, this.at);
  }

  /** Makes room for so many bytes more. */
  private reserve(count: number): void {
    if (this.at >= count) return;
    const { length } = this;
    const larger = allocate(Math.max(2 * this.bytes.length, length + count));
    const at = larger.length - length;
    larger.set(this.bytes.subarray(this.at), at);
    this.bytes = larger;
    this.view = viewOf(larger);
    this.at = at;
  }
}

/** Memory that a writer has made: nobody else has a part of it, as there is of Node's pool. */
const own = /* @__PURE__ */ new WeakSet<ArrayBufferLike>();

function allocate(bytes: number): Buffer {
  const made = Buffer.allocUnsafeSlow(bytes);
  own.add(made.buffer);
  return made;
}

/**
 * The memory of what a writer has written, once nobody reads it any more, for the next one. With very
 * many series requests would otherwise come to many times as much memory as there is at a time, and to as many
 * garbage collections. `undefined` for bytes of other origin.
 */
export function spareOf({ buffer }: Uint8Array): Buffer | undefined {
  return own.has(buffer) ? Buffer.from(buffer as ArrayBuffer) : undefined;
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length += 1;
  return length;
}
