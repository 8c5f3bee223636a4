import type { IncomingMessage } from 'node:http';
import { createGunzip, createInflate } from 'node:zlib';

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

/** Told of each piece that is kept in memory; throws where there is no more room. */
export type Account = (bytes: number) => void;

/** No metrics are packed this well: the official exporters reach 10 to 40. */
const MOST_RATIO = 200;
/** Up to here the ratio does not matter. */
const RATIO_FROM_BYTES = 1024 * 1024;
const UNPACKED_CHUNK_BYTES = 64 * 1024;

const UNPACK = { gzip: createGunzip, deflate: createInflate } as const;

/**
 * Reads the body of a request, unpacked if it is gzip or deflate.
 *
 * Neither what arrives nor what it unpacks to may exceed `limitBytes`. It is unpacked while it
 * arrives and no further than the limit, so that a compressed bomb costs what a body of that size
 * costs, or less: what unpacks to 200 times its size and more is refused as soon as that shows.
 *
 * The socket lives on for the answer, also where the rest of the body has not been read.
 *
 * @throws {RefusedRequest} 413 past the limit, 415 for another encoding, 400 for a broken body
 */
export function readBody(
  request: IncomingMessage,
  limitBytes: number,
  account: Account = () => undefined,
): Promise<Buffer> {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() || 'identity';
  if (encoding !== 'identity' && encoding !== 'gzip' && encoding !== 'deflate') {
    const message = `content encoding '${encoding}' is not supported; send gzip`;
    throw new RefusedRequest(415, message, { 'accept-encoding': 'gzip, deflate' });
  }
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge(limitBytes);
  const unpack =
    encoding === 'identity' ? undefined : UNPACK[encoding]({ chunkSize: UNPACKED_CHUNK_BYTES });
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let arrived = 0;
    let size = 0;
    const settle = (end: () => void): void => {
      request.off('data', onData).off('end', onEnd).off('close', onClose).pause();
      unpack?.removeAllListeners();
      // What it still says about a stream that nobody reads any more is no news.
      unpack?.on('error', () => undefined).destroy();
      end();
    };
    const fail = (error: unknown): void => settle(() => reject(error as Error));
    const keep = (chunk: Buffer): void => {
      size += chunk.length;
      try {
        if (size > limitBytes) throw tooLarge(limitBytes);
        if (size > RATIO_FROM_BYTES && size > arrived * MOST_RATIO) throw tooDense();
        account(chunk.length);
        chunks.push(chunk);
      } catch (error) {
        fail(error);
      }
    };
    const done = (): void => settle(() => resolve(Buffer.concat(chunks, size)));
    const onData = (chunk: Buffer): void => {
      arrived += chunk.length;
      if (unpack === undefined) keep(chunk);
      else if (arrived > limitBytes) fail(tooLarge(limitBytes));
      else if (!unpack.write(chunk)) {
        request.pause();
        unpack.once('drain', () => request.resume());
      }
    };
    const onEnd = (): void => {
      if (unpack === undefined) done();
      else unpack.end();
    };
    const onClose = (): void => {
      if (!request.complete) fail(new RefusedRequest(400, 'the connection ended within the body'));
    };
    request.on('data', onData).on('end', onEnd).on('close', onClose);
    unpack?.on('data', keep);
    unpack?.on('end', done);
    unpack?.on('error', (error) => {
      fail(new RefusedRequest(400, `the body is not valid ${encoding}: ${error.message}`));
    });
  });
}

function tooLarge(limitBytes: number): RefusedRequest {
  return new RefusedRequest(413, `the body exceeds ${limitBytes} bytes`);
}

function tooDense(): RefusedRequest {
  return new RefusedRequest(413, `the body unpacks to more than ${MOST_RATIO} times its size`);
}
