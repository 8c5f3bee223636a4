import { attempt, errorTypeOf, runInContext } from '../../core/index.js';
import type { Exchange } from './exchange.js';
import { ABORTED } from './node-exchange.js';
import type { ServerRecorder } from './server-recorder.js';

/** What is read of a web `Request`. */
export interface FetchRequest {
  readonly method: string;
  readonly url: string;
  readonly signal?: AbortSignal | undefined;
}

/** Begins to observe a web request; it ends by itself where the client goes before an answer. */
export function beginFetchExchange(recorder: ServerRecorder, request: FetchRequest): Exchange {
  const [, scheme = '', target = '/'] = /^([a-z]+):\/\/[^/?#]*([^#]*)/.exec(request.url) ?? [];
  // A web request does not tell the version of the protocol that it came by.
  const exchange = recorder.begin(request.method, scheme, target, undefined);
  const onAbort = () => attempt(() => exchange.end(exchange.status, ABORTED));
  // Not every runtime has a signal on the request, and those that lack it may throw.
  attempt(() => request.signal?.addEventListener('abort', onAbort, { once: true }));
  return exchange;
}

/**
 * Observes an answer until the last byte of its body has been taken, or until the client cancels.
 * Returns the response that has to be sent in its place: the same status, headers and chunks. One
 * without a body, or whose body is not going to be sent, ends at once and is returned as it is.
 */
export function observeResponse(exchange: Exchange, response: Response): Response {
  // What a handler gives may be no web answer, whatever it says: the server then tells it so.
  const { body, status, headers, bodyUsed } = (response ?? {}) as Response;
  exchange.status = status;
  const isWeb = typeof body?.getReader === 'function';
  if (!isWeb || exchange.method === 'HEAD' || bodyUsed || body.locked) {
    attempt(() => exchange.end(status, undefined));
    return response;
  }
  const contentType = headers.get('content-type');
  attempt(() => exchange.headersSent(contentType));
  return new Response(watched(body, exchange, status), response);
}

/** The same chunks, each taken from the source when it is asked for, so that nothing is buffered. */
function watched(
  body: ReadableStream<Uint8Array>,
  exchange: Exchange,
  status: number,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const inContext = <Result>(fn: () => Result) => runInContext(exchange.context, fn);
  const end = (errorType: string | undefined) => attempt(() => exchange.end(status, errorType));
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await inContext(() => reader.read());
          if (done) {
            end(undefined);
            controller.close();
            return;
          }
          exchange.chunkSent();
          controller.enqueue(value);
        } catch (error) {
          end(errorTypeOf(error));
          throw error;
        }
      },
      cancel(reason) {
        end(ABORTED);
        return inContext(() => reader.cancel(reason));
      },
    },
    { highWaterMark: 0 },
  );
}
