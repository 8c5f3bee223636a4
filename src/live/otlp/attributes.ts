import type { Cursor } from './cursor.js';
import { BadPoint, type DecodeLimits } from './limits.js';
import type { OtlpAttributes, OtlpValue } from './types.js';

/**
 * What happens to attributes past a limit: those of a point cost the point, for cut ones could be
 * another series; those that describe a process (its command line, say) are cut.
 */
export type PastLimit = 'refuse' | 'cut';

const OWN = { enumerable: true, configurable: true, writable: true } as const;

/** Collects attributes, and holds them to the limits. Of two with one key the last counts. */
export class AttributeList {
  private readonly values: Record<string, OtlpValue> = {};
  private count = 0;

  constructor(
    private readonly limits: DecodeLimits,
    private readonly pastLimit: PastLimit,
    /** How many lists and maps these are in. */
    private readonly depth = 0,
  ) {}

  /** Reads the `KeyValue` that the cursor is at. */
  read(cursor: Cursor): void {
    if (!this.hasRoom(this.count)) {
      cursor.skip();
      return;
    }
    const outer = cursor.enter();
    let key = '';
    let value: OtlpValue = null;
    while (cursor.next()) {
      if (cursor.field === 1) key = this.text(cursor.text());
      else if (cursor.field === 2) value = this.readValue(cursor);
      else cursor.skip();
    }
    cursor.leave(outer);
    this.set(key, value);
  }

  /** The same of one that was read already. */
  add(key: string, value: OtlpValue): void {
    if (this.hasRoom(this.count)) this.set(this.text(key), value);
  }

  result(): OtlpAttributes {
    return this.values;
  }

  /** Holds a text to the limit. */
  text(text: string): string {
    const short = cut(text, this.limits);
    if (short !== text) this.exceeded(`a text of more than ${this.limits.textBytes} bytes`);
    return short;
  }

  bytes(bytes: Uint8Array): Uint8Array {
    const { textBytes } = this.limits;
    if (bytes.length <= textBytes) return bytes;
    this.exceeded(`more than ${textBytes} bytes`);
    return bytes.slice(0, textBytes);
  }

  /** Whether a list or map may have one more than `length`. */
  hasRoom(length: number): boolean {
    if (length < this.limits.attributes) return true;
    this.exceeded(`more than ${this.limits.attributes} of them`);
    return false;
  }

  /** A list for what is within one of these, or `undefined` where that is too deep. */
  deeper(): AttributeList | undefined {
    if (this.depth < this.limits.depth) {
      return new AttributeList(this.limits, this.pastLimit, this.depth + 1);
    }
    this.exceeded(`nested deeper than ${this.limits.depth}`);
    return undefined;
  }

  private set(key: string, value: OtlpValue): void {
    this.count += 1;
    if (key !== '__proto__') this.values[key] = value;
    // A key like any other, which must not become the prototype.
    else Object.defineProperty(this.values, key, { value, ...OWN });
  }

  private exceeded(what: string): void {
    if (this.pastLimit === 'refuse') throw new BadPoint(`attributes: ${what}`);
  }

  /** Reads the `AnyValue` that the cursor is at. */
  private readValue(cursor: Cursor): OtlpValue {
    const outer = cursor.enter();
    let value: OtlpValue = null;
    while (cursor.next()) {
      if (cursor.field === 1) value = this.text(cursor.text());
      else if (cursor.field === 2) value = cursor.uint() !== 0;
      else if (cursor.field === 3) value = cursor.int64();
      else if (cursor.field === 4) value = cursor.double();
      else if (cursor.field === 5) value = this.readList(cursor);
      else if (cursor.field === 6) value = this.readMap(cursor);
      else if (cursor.field === 7) value = this.bytes(cursor.bytes());
      else cursor.skip();
    }
    cursor.leave(outer);
    return value;
  }

  private readList(cursor: Cursor): readonly OtlpValue[] {
    const inner = this.deeper();
    const outer = cursor.enter();
    const values: OtlpValue[] = [];
    while (cursor.next()) {
      if (inner !== undefined && cursor.field === 1 && this.hasRoom(values.length)) {
        values.push(inner.readValue(cursor));
      } else cursor.skip();
    }
    cursor.leave(outer);
    return values;
  }

  private readMap(cursor: Cursor): OtlpAttributes {
    const inner = this.deeper();
    const outer = cursor.enter();
    while (cursor.next()) {
      if (inner !== undefined && cursor.field === 1) inner.read(cursor);
      else cursor.skip();
    }
    cursor.leave(outer);
    return inner?.result() ?? {};
  }
}

/** A text of at most `textBytes`; a longer one ends there. */
export function cut(text: string, { textBytes }: DecodeLimits): string {
  // A character takes at most three bytes in UTF-8.
  if (text.length * 3 <= textBytes || Buffer.byteLength(text) <= textBytes) return text;
  return text.slice(0, Math.floor(textBytes / 3));
}
