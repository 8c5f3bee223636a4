import { crc32 } from 'node:zlib';
import type { OtlpEncoding } from '../otlp/decode.js';
import type { RawRequest } from '../receiver/intake.js';

/** Every segment begins with it; the last byte is the version. */
export const MAGIC = Buffer.from('mbklive\x01');

/**
 * Before each request: its length, a checksum of what follows, when it came, its encoding. Of
 * fixed length, little endian.
 */
const HEAD_BYTES = 17;
const ENCODINGS: readonly OtlpEncoding[] = ['protobuf', 'json'];

/** A request as it is in a segment. */
export function entryOf({ body, encoding, receivedAt }: RawRequest): readonly Buffer[] {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32LE(body.length, 0);
  head.writeDoubleLE(receivedAt, 8);
  head.writeUInt8(ENCODINGS.indexOf(encoding), 16);
  head.writeUInt32LE(crc32(body, crc32(head.subarray(8))), 4);
  return [head, body];
}

/**
 * The requests in a segment, up to its end or to where it is damaged: the process may have been
 * killed, or the disk been full, in the middle of one.
 */
export function* entriesOf(segment: Buffer): Generator<RawRequest, void> {
  if (!segment.subarray(0, MAGIC.length).equals(MAGIC)) return;
  let at = MAGIC.length;
  while (at + HEAD_BYTES <= segment.length) {
    const end = at + HEAD_BYTES + segment.readUInt32LE(at);
    if (end > segment.length) return;
    if (crc32(segment.subarray(at + 8, end)) !== segment.readUInt32LE(at + 4)) return;
    const encoding = ENCODINGS[segment.readUInt8(at + 16)];
    if (encoding === undefined) return;
    const receivedAt = segment.readDoubleLE(at + 8);
    yield { body: segment.subarray(at + HEAD_BYTES, end), encoding, receivedAt };
    at = end;
  }
}
