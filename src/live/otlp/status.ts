const MESSAGE_FIELD = 0x12; // field 2 (`message`), length-delimited

/**
 * Encodes a `google.rpc.Status` that has a message alone: what OTLP/HTTP puts into the body of
 * an error. The type is not among the OTLP definitions, and one string field is all it needs.
 */
export function encodeStatus(message: string): Uint8Array {
  const text = Buffer.from(message);
  const head = [MESSAGE_FIELD];
  let length = text.length;
  while (length > 0x7f) {
    head.push((length & 0x7f) | 0x80);
    length >>>= 7;
  }
  head.push(length);
  return Buffer.concat([Buffer.from(head), text]);
}
