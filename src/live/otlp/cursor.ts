/** What is no protobuf, no OTLP, or damaged: the sender has to be told (400). */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

/** How a field's value is written. */
export const VARINT = 0;
export const FIXED64 = 1;
export const LENGTH = 2;
export const FIXED32 = 5;

const MOST_VARINT_BYTES = 10;

/**
 * Reads protobuf from a buffer, field by field, and never past the end of the message it is in.
 *
 * The generated code of the official definitions reads a request as one tree, before anything can be
 * counted, and checks neither depth nor the type of a field: a body of 20 MiB can ask for gigabytes of
 * objects. With a cursor what is counted is never made, and what is made is made once.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export class Cursor {
  private readonly view: DataView;
  private readonly buffer: Buffer;
  /** Number of the field whose tag was read last. */
  field = 0;
  /** How its value is written: {@link VARINT}, {@link LENGTH}, … */
  type = 0;
  position: number;
  /** Where the message ends that is being read. */
  end: number;

  constructor(bytes: Uint8Array) {
    const { buffer, byteOffset, byteLength } = bytes;
    this.buffer = Buffer.from(buffer, byteOffset, byteLength);
    this.view = new DataView(buffer, byteOffset, byteLength);
    this.position = 0;
    this.end = byteLength;
  }

  /** Goes to the next field of the message; `false` at its end. */
  next(): boolean {
    if (this.position >= this.end) return false;
    const tag = this.raw();
    this.field = Math.floor(tag / 8);
    this.type = tag % 8;
    if (this.field < 1 || this.field > 0x1fff_ffff) throw new Malformed('a field without a number');
    return true;
  }

  /** Begins the message that the field holds. Give the result to {@link leave}. */
  enter(): number {
    const end = this.length();
    const outer = this.end;
    this.end = end;
    return outer;
  }

  leave(outer: number): void {
    this.position = this.end;
    this.end = outer;
  }

  /** Begins a message again whose {@link position} was kept, when its length was the next to read. */
  enterAt(position: number): void {
    this.position = position;
    this.end = this.view.byteLength;
    this.end = this.endOfValue();
  }

  /** Goes past a value that nobody reads. */
  skip(): void {
    if (this.type === VARINT) this.raw();
    else if (this.type === LENGTH) this.position = this.length();
    else if (this.type === FIXED64) this.take(8);
    else if (this.type === FIXED32) this.take(4);
    else throw new Malformed(`a field of the type ${this.type}, which OTLP does not use`);
  }

  /** The same of a message, and nothing else. */
  skipMessage(): void {
    this.position = this.length();
  }

  /** `uint32`, `uint64`, `bool`, an enum; exact up to 2^53. */
  uint(): number {
    this.expect(VARINT);
    return this.raw();
  }

  /** `int64`: a bigint where a number would not be exact. */
  int64(): number | bigint {
    this.expect(VARINT);
    const start = this.position;
    const value = this.raw();
    if (value <= Number.MAX_SAFE_INTEGER) return value;
    let exact = 0n;
    for (let i = this.position - 1; i >= start; i--) {
      exact = (exact << 7n) | BigInt((this.buffer[i] as number) & 0x7f);
    }
    return safe(BigInt.asIntN(64, exact));
  }

  /** `sint32`: zigzag. */
  sint32(): number {
    this.expect(VARINT);
    const value = this.raw() % 2 ** 32;
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  double(): number {
    this.expect(FIXED64);
    return this.view.getFloat64(this.take(8), true);
  }

  /** `fixed64` as a number; exact up to 2^53. */
  fixed64(): number {
    this.expect(FIXED64);
    const at = this.take(8);
    return this.view.getUint32(at + 4, true) * 2 ** 32 + this.view.getUint32(at, true);
  }

  /** `sfixed64` as a number; exact up to 2^53. */
  sfixed64(): number {
    this.expect(FIXED64);
    const at = this.take(8);
    return this.view.getInt32(at + 4, true) * 2 ** 32 + this.view.getUint32(at, true);
  }

  /** `fixed64`, exact: what times are. */
  nanos(): bigint {
    this.expect(FIXED64);
    return this.view.getBigUint64(this.take(8), true);
  }

  text(): string {
    const end = this.length();
    const start = this.position;
    this.position = end;
    return this.buffer.toString('utf8', start, end);
  }

  /** A copy. */
  bytes(): Uint8Array {
    const end = this.length();
    const start = this.position;
    this.position = end;
    return new Uint8Array(this.buffer.subarray(start, end));
  }

  /** Bytes that the value of the field takes, which is not read. */
  peekLength(): number {
    const start = this.position;
    const end = this.length();
    const length = end - this.position;
    this.position = start;
    return length;
  }

  /** The numbers of a packed field, put behind those in `into`. */
  packed(kind: 'double' | 'fixed64', into: number[]): void {
    const end = this.length();
    if ((end - this.position) % 8 !== 0) throw new Malformed('a list ends within a number');
    for (let at = this.position; at < end; at += 8) {
      into.push(
        kind === 'double'
          ? this.view.getFloat64(at, true)
          : this.view.getUint32(at + 4, true) * 2 ** 32 + this.view.getUint32(at, true),
      );
    }
    this.position = end;
  }

  /** Calls `add` for each number of a repeated field, which may be packed or not. */
  repeatedUint(add: () => void): void {
    if (this.type === VARINT) {
      add();
      return;
    }
    const outer = this.enter();
    this.type = VARINT;
    while (this.position < this.end) add();
    this.leave(outer);
  }

  /** Where the value of the field ends, the cursor being moved to where it begins. */
  private length(): number {
    this.expect(LENGTH);
    return this.endOfValue();
  }

  private endOfValue(): number {
    const length = this.raw();
    if (length > this.end - this.position) throw new Malformed('a field is longer than the body');
    return this.position + length;
  }

  private take(bytes: number): number {
    const at = this.position;
    if (bytes > this.end - at) throw new Malformed('the body ends within a number');
    this.position = at + bytes;
    return at;
  }

  private raw(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < MOST_VARINT_BYTES; i++) {
      if (this.position >= this.end) throw new Malformed('the body ends within a number');
      const byte = this.buffer[this.position++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw new Malformed('a number of more than 64 bits');
  }

  private expect(type: number): void {
    if (this.type === type) return;
    throw new Malformed(`field ${this.field} is of the type ${this.type} and not ${type}`);
  }
}

function safe(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
