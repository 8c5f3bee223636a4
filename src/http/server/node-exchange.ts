import type { IncomingHttpHeaders } from 'node:http';
import { errorTypeOf } from '../../core/index.js';
import type { Exchange } from './exchange.js';
import { expressRoute } from './express-route.js';
import type { ServerRecorder } from './server-recorder.js';

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
  on(event: 'close', listener: () => void): unknown;
  getHeader(name: string): unknown;
}

/** Where the exchange is found on request and answer; the ES module and CommonJS copies share it. */
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
  const watched = response as NodeResponse & Watched;
  watched[WATCH] = {
    exchange,
    request,
    writeHead: watched.writeHead,
    write: watched.write,
    end: undefined,
    isEnding: false,
    queue: undefined,
  };
  watched.writeHead = writeHead;
  watched.write = write;
  watched.on('close', onClose);
  if (watched.stream === undefined) watchQueue(watched);
  else {
    watched[WATCH].end = watched.end;
    watched.end = end;
  }
  return exchange;
}

const WATCH = Symbol('meterbook.http.watch');

/**
 * An answer under observation. Two of its methods are wrapped, for this one answer, since no event
 * tells of the moments when headers and first byte go out. The wrappers and the listener are the same
 * functions for every answer: making them anew took a third of a microsecond of each request.
 */
interface Watched {
  [WATCH]: {
    readonly exchange: Exchange;
    readonly request: NodeRequest;
    readonly writeHead: (...args: unknown[]) => unknown;
    readonly write: (...args: unknown[]) => unknown;
    /** Of HTTP/2 alone, where the last chunk is written by `write`. */
    end: ((...args: unknown[]) => unknown) | undefined;
    isEnding: boolean;
    /** Where it waits for the answers before it. */
    queue: Set<NodeResponse & Watched> | undefined;
  };
  readonly stream?: object | undefined;
  writeHead: (...args: unknown[]) => unknown;
  write: (...args: unknown[]) => unknown;
  end: (...args: unknown[]) => unknown;
}

/** The answers of a connection that wait for those before them. */
const queues = new WeakMap<object, Set<NodeResponse & Watched>>();

/**
 * Answers to pipelined requests are given the connection one after another. One that waits is told
 * nothing when the connection breaks, so that the connection itself is listened to.
 */
function watchQueue(response: NodeResponse & Watched): void {
  const socket = response[WATCH].request.socket as QueueingSocket;
  const { _httpMessage: answering } = socket;
  if (answering === undefined || answering === null || answering === response) return;
  if (typeof socket.once !== 'function') return;
  let queue = queues.get(socket);
  if (queue === undefined) {
    const created = new Set<NodeResponse & Watched>();
    queue = created;
    queues.set(socket, created);
    socket.once('close', () => {
      for (const waiting of created) onClose.call(waiting);
    });
  }
  queue.add(response);
  response[WATCH].queue = queue;
}

interface QueueingSocket {
  /** The answer that has the connection now. */
  readonly _httpMessage?: object | null;
  once?(event: 'close', listener: () => void): unknown;
}

function writeHead(this: NodeResponse & Watched, ...args: unknown[]): unknown {
  const { exchange, writeHead } = this[WATCH];
  const result = writeHead.apply(this, args);
  try {
    exchange.headersSent(contentTypeOf(this, args));
  } catch {
    // As attempt(), without a function made for it.
  }
  return result;
}

function write(this: NodeResponse & Watched, ...args: unknown[]): unknown {
  const { exchange, write, isEnding } = this[WATCH];
  if (!isEnding) exchange.bodySent();
  return write.apply(this, args);
}

function end(this: NodeResponse & Watched, ...args: unknown[]): unknown {
  this[WATCH].isEnding = true;
  return this[WATCH].end?.apply(this, args);
}

function onClose(this: NodeResponse & Watched): void {
  try {
    const { exchange, request, queue } = this[WATCH];
    const wasQueued = queue?.delete(this) === true;
    exchange.route ??= expressRoute(request);
    exchange.end(this.headersSent ? this.statusCode : undefined, failureOf(this, wasQueued));
  } catch {
    // As attempt(), without a function made for it.
  }
}

/** `undefined` where the last byte was handed over; what the server itself gave up is named. */
function failureOf(response: NodeResponse, wasQueued: boolean): string | undefined {
  const { stream, errored, writableFinished } = response as NodeResponse & {
    readonly stream?: { readonly aborted?: boolean; readonly rstCode?: number };
    readonly errored?: unknown;
    readonly writableFinished?: boolean;
  };
  // First of all: a framework may end an answer to tell of an error, and destroy it then.
  if (errored !== undefined && errored !== null) {
    // Since Node 24 an answer that waits is destroyed with its connection, by an error of Node's.
    const { code } = errored as { readonly code?: unknown };
    return wasQueued && code === 'ECONNRESET' ? ABORTED : errorTypeOf(errored);
  }
  const isComplete =
    stream === undefined ? writableFinished === true : response.writableEnded && !stream.rstCode;
  return isComplete ? undefined : ABORTED;
}

/** Headers given to `writeHead` alone are not kept by the answer, so they are looked for there. */
function contentTypeOf(response: NodeResponse, args: readonly unknown[]): unknown {
  const given = args.length > 1 ? args[args.length - 1] : undefined;
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
