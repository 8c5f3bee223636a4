import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

const unzip = promisify(gunzip);

/** A request that is not taken, with the HTTP status that says why. */
export class RefusedRequest extends Error {
  override readonly name = 'RefusedRequest';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/**
 * Reads the body of a request, unpacked if it is gzip.
 *
 * Neither what arrives nor what it unpacks to may exceed `limitBytes`; unpacking stops at the
 * limit, so a compressed bomb costs at most twice as much memory.
 *
 * @throws {RefusedRequest} 413 past the limit, 415 for another encoding, 400 for broken gzip
 */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding !== 'identity' && encoding !== 'gzip') {
    throw new RefusedRequest(415, `content encoding '${encoding}' is not supported; send gzip`, {
      'accept-encoding': 'gzip',
    });
  }
  const body = await collect(request, limitBytes);
  if (encoding === 'identity') return body;
  try {
    return await unzip(body, { maxOutputLength: limitBytes });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limitBytes);
    throw new RefusedRequest(400, `the body is not valid gzip: ${message}`);
  }
}

async function collect(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge(limitBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  // `destroyOnReturn: false`: the socket has to live on for the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length;
    if (size > limitBytes) throw tooLarge(limitBytes);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function tooLarge(limitBytes: number): RefusedRequest {
  return new RefusedRequest(413, `the body exceeds ${limitBytes} bytes`);
}
