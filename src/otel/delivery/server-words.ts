/** Most characters of a server's own words that are passed on. */
const MAX_SAID = 200;

/**
 * What a server says in a response body, in one line. OTLP answers with a protobuf `Status`: a code
 * (tag 8), then the message (tag 18) after its length, which is one byte or two.
 */
export function serverWords(body: Uint8Array): string {
  let text = body;
  if (text[0] === 8) text = text.subarray(2);
  if (text[0] === 18) text = text.subarray((text[1] ?? 0) > 127 ? 3 : 2);
  return Buffer.from(text)
    .toString('utf8')
    .replace(/[\p{Cc}\uFFFD\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_SAID);
}
