import { createHash } from 'node:crypto';

/*
 * A file of the spool, numbers big-endian:
 *
 *   0  "MBSP"
 *   4  version of the format, 32 bits
 *   8  points, 64 bits
 *  16  length of the body, 64 bits
 *  24  the first 16 bytes of the SHA-256 of all before and of the body
 *  40  the body
 */
const MAGIC = 'MBSP';
const VERSION = 1;
const CHECKSUM_AT = 24;
const CHECKSUM_BYTES = 16;

/** Bytes before the body. */
export const HEADER_BYTES = CHECKSUM_AT + CHECKSUM_BYTES;

/** The header of an entry. `points` is a whole number. */
export function encodeHeader(body: Uint8Array, points: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(MAGIC, 'latin1');
  header.writeUInt32BE(VERSION, 4);
  header.writeBigUInt64BE(BigInt(points), 8);
  header.writeBigUInt64BE(BigInt(body.byteLength), 16);
  checksum(header, body).copy(header, CHECKSUM_AT);
  return header;
}

/** The body of an entry, a view of `file`. Throws where a byte is not as it was written. */
export function decodeEntry(file: Buffer, points: number): Uint8Array {
  if (file.length < HEADER_BYTES) throw new Error('it ends within its header');
  if (file.toString('latin1', 0, MAGIC.length) !== MAGIC)
    throw new Error('it is no entry of a spool');
  const version = file.readUInt32BE(4);
  if (version !== VERSION) throw new Error(`its format is ${version}, not ${VERSION}`);
  const body = file.subarray(HEADER_BYTES);
  if (file.readBigUInt64BE(16) !== BigInt(body.length)) throw new Error('its length is wrong');
  const given = file.subarray(CHECKSUM_AT, HEADER_BYTES);
  if (!checksum(file, body).equals(given)) throw new Error('its checksum is wrong');
  if (file.readBigUInt64BE(8) !== BigInt(points)) throw new Error('it is not what its name says');
  return body;
}

function checksum(header: Buffer, body: Uint8Array): Buffer {
  const hash = createHash('sha256').update(header.subarray(0, CHECKSUM_AT)).update(body);
  return hash.digest().subarray(0, CHECKSUM_BYTES);
}
