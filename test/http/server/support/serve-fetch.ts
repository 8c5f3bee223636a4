import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import type { Running } from './application.js';
import { listening } from './listen.js';

/** Serves a fetch-style handler as a worker's runtime does: it is given a `Request` and no more. */
export function serveFetch(
  handle: (request: Request) => Response | Promise<Response>,
): Promise<Running> {
  return listening(
    createServer((request, response) => {
      answer(handle, request, response).catch(() => response.destroy());
    }),
  );
}

async function answer(
  handle: (request: Request) => Response | Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const aborting = new AbortController();
  const onClose = (): void => {
    if (!outgoing.writableFinished) aborting.abort();
  };
  outgoing.once('close', onClose);
  // An answer that waits behind others on its connection is told nothing when that breaks.
  incoming.socket.once('close', onClose);
  outgoing.once('close', () => incoming.socket.off('close', onClose));
  const hasBody = incoming.method !== 'GET' && incoming.method !== 'HEAD';
  const request = new Request(`http://${incoming.headers.host}${incoming.url}`, {
    method: incoming.method ?? 'GET',
    headers: incoming.headers as Record<string, string>,
    signal: aborting.signal,
    ...(hasBody && { body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' }),
  } as RequestInit);
  const { status, headers, body } = await handle(request);
  outgoing.writeHead(status, Object.fromEntries(headers));
  if (body === null) outgoing.end();
  else await pipeline(Readable.fromWeb(body as NodeReadableStream), outgoing);
}
