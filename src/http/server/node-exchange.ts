import type { IncomingHttpHeaders } from 'node:http';
import { errorTypeOf } from '../../core/index.js';
import type { Exchange } from './exchange.js';
import { expressRoute } from './express-route.js';
import { attempt, type ServerRecorder } from './server-recorder.js';

/** A request of `node:http`, or of `node:http2` in its compatible form. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly httpVersion: string;
  readonly headers: IncomingHttpHeaders;
  readonly socket: object;
}

/** Its answer. */
export interface NodeResponse {
  readonly statusCode: number;
  readonly headersSent: boolean;
  readonly writableEnded: boolean;
  once(event: 'close', listener: () => void): unknown;
  getHeader(name: string): unknown;
}

/** What of an answer is wrapped, for this one answer: no event tells of these two moments. */
interface Wrapped {
  writeHead: (...args: unknown[]) => unknown;
  write: (...args: unknown[]) => unknown;
}

/** Where the exchange of a request is found again; the ES module and CommonJS copies share it. */
const EXCHANGE = Symbol.for('meterbook.http.exchange.1');

/** How an exchange ends whose client has gone. */
export const ABORTED = 'aborted';

/** The exchange of a request that is being observed. */
export function exchangeOf(request: object): Exchange | undefined {
  return (request as { readonly [EXCHANGE]?: Exchange })[EXCHANGE];
}

/** Begins to observe a request; its exchange ends by itself, with the last byte or without. */
export function beginNodeExchange(
  recorder: ServerRecorder,
  request: NodeRequest,
  response: NodeResponse,
): Exchange {
  const scheme = 'encrypted' in request.socket && request.socket.encrypted ? 'https' : 'http';
  const url = (request as { originalUrl?: string }).originalUrl ?? request.url ?? '';
  const protocol = request.httpVersion === '2.0' ? '2' : request.httpVersion;
  const exchange = recorder.begin(request.method ?? '', scheme, url, protocol);
  (request as { [EXCHANGE]?: Exchange })[EXCHANGE] = exchange;
  watch(response as NodeResponse & Wrapped, exchange);
  response.once('close', () =>
    attempt(() => {
      exchange.route ??= expressRoute(request);
      const status = response.headersSent ? response.statusCode : undefined;
      exchange.end({ status, errorType: failureOf(response) });
    }),
  );
  return exchange;
}

function watch(response: NodeResponse & Wrapped, exchange: Exchange): void {
  const { writeHead, write } = response;
  response.writeHead = function (this: NodeResponse, ...args) {
    const result = writeHead.apply(this, args);
    attempt(() => exchange.headersSent(contentTypeOf(this, args)));
    return result;
  };
  response.write = function (...args) {
    exchange.bodySent();
    return write.apply(this, args);
  };
}

/** `undefined` where the last byte was handed over; what the server itself gave up is named. */
function failureOf(response: NodeResponse): string | undefined {
  const { stream, errored, writableFinished } = response as NodeResponse & {
    readonly stream?: { readonly aborted?: boolean; readonly rstCode?: number };
    readonly errored?: unknown;
    readonly writableFinished?: boolean;
  };
  const isComplete =
    stream === undefined ? writableFinished === true : response.writableEnded && !stream.rstCode;
  if (isComplete) return undefined;
  return errored === undefined || errored === null ? ABORTED : errorTypeOf(errored);
}

/** Headers given to `writeHead` alone are not kept by the answer, so they are looked for there. */
function contentTypeOf(response: NodeResponse, args: readonly unknown[]): unknown {
  const given = args[args.length - 1];
  if (Array.isArray(given)) {
    const pairs: unknown[] = given.flat();
    const at = pairs.findIndex((name, index) => index % 2 === 0 && isContentType(name));
    if (at >= 0) return pairs[at + 1];
  } else if (typeof given === 'object' && given !== null) {
    const name = Object.keys(given).find(isContentType);
    if (name !== undefined) return (given as Readonly<Record<string, unknown>>)[name];
  }
  return response.getHeader('content-type');
}

function isContentType(name: unknown): boolean {
  return typeof name === 'string' && name.toLowerCase() === 'content-type';
}
