import type { OtlpEncoding } from './decode.js';

const LENGTH_DELIMITED = 2;

/** What the content type of an encoding is. */
export const CONTENT_TYPES: Readonly<Record<OtlpEncoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};

/** Points that a request was accepted without. */
export interface PartialSuccess {
  readonly rejectedDataPoints: number;
  readonly errorMessage: string;
}

/** An `ExportMetricsServiceResponse`. Without a partial success everything was taken. */
export function encodeResponse(encoding: OtlpEncoding, partial?: PartialSuccess): Uint8Array {
  if (encoding === 'json') {
    if (partial === undefined) return Buffer.from('{}');
    const { rejectedDataPoints, errorMessage } = partial;
    // A 64-bit number is a string there.
    const partialSuccess = { rejectedDataPoints: String(rejectedDataPoints), errorMessage };
    return Buffer.from(JSON.stringify({ partialSuccess }));
  }
  if (partial === undefined) return Buffer.alloc(0);
  const rejected = Buffer.from([1 << 3, ...varint(partial.rejectedDataPoints)]);
  return delimited(1, Buffer.concat([rejected, delimited(2, Buffer.from(partial.errorMessage))]));
}

/** A `google.rpc.Status` that has a message alone: the body of an error. */
export function encodeStatus(message: string, encoding: OtlpEncoding = 'protobuf'): Uint8Array {
  if (encoding === 'json') return Buffer.from(JSON.stringify({ message }));
  return delimited(2, Buffer.from(message));
}

function delimited(field: number, bytes: Uint8Array): Buffer {
  const head = [(field << 3) | LENGTH_DELIMITED, ...varint(bytes.length)];
  return Buffer.concat([Buffer.from(head), bytes]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return [...bytes, rest];
}
