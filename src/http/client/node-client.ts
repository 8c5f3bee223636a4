import type { ClientRequest, IncomingMessage } from 'node:http';
import { OWN_AGENT } from '../../core/index.js';
import { ABORTED, clientErrorType, RESET } from './client-error.js';
import { type ClientRecorder, defaultPort, type OutgoingRequest } from './client-recorder.js';
import type { Subscriptions } from './subscriptions.js';

/** A request under way. */
interface Exchange {
  /** Monotonic, ms. */
  readonly startMillis: number;
  response: IncomingMessage | undefined;
  /** When its headers came; monotonic, ms. */
  headersMillis: number | undefined;
  /** Port of the other end, once there is a connection. */
  port: number | undefined;
  errorType: string | undefined;
}

type Message = { readonly request: ClientRequest };

/**
 * Observes the requests of `node:http` and `node:https`. It begins with the making of a request
 * where Node tells that (22.12), otherwise when the request is given a connection, and ends with its
 * `close`: the answer has been read, or there will be none.
 *
 * Only a `close` listener is added: one for `response` or `error` would change what Node does with
 * answers and errors that nobody listens for.
 */
export function observeNodeClient(recorder: ClientRecorder, { subscribe }: Subscriptions): void {
  const exchanges = new WeakMap<ClientRequest, Exchange>();
  const seen = new WeakSet<ClientRequest>();
  const begin = ({ request }: Message): void => {
    // Whoever gives it a connection later on may do so in another context: the first look counts.
    if (seen.has(request)) return;
    seen.add(request);
    const isOwn = OWN_AGENT in ((request as { agent?: object | null }).agent ?? {});
    if (isOwn || recorder.isSuppressed()) return;
    const exchange: Exchange = {
      startMillis: performance.now(),
      response: undefined,
      headersMillis: undefined,
      port: undefined,
      errorType: undefined,
    };
    exchanges.set(request, exchange);
    request.once('close', () => {
      exchanges.delete(request);
      end(recorder, request, exchange);
    });
  };
  subscribe('http.client.request.created', (message) => begin(message as Message));
  subscribe('http.client.request.start', (message) => begin(message as Message));
  subscribe('http.client.response.finish', (message) => {
    const { request, response } = message as Message & { readonly response: IncomingMessage };
    // A server may answer a request that is still being written, of which nothing was told before.
    begin({ request });
    const exchange = exchanges.get(request);
    if (exchange === undefined) return;
    exchange.response = response;
    exchange.headersMillis = performance.now();
    exchange.port = response.socket?.remotePort;
  });
  subscribe('http.client.request.error', (message) => {
    const { request, error } = message as Message & { readonly error: unknown };
    const exchange = exchanges.get(request);
    if (exchange === undefined) return;
    exchange.port ??= (error as { port?: number } | undefined)?.port;
    exchange.errorType = clientErrorType(error, request.destroyed);
  });
}

function end(recorder: ClientRecorder, request: ClientRequest, exchange: Exchange): void {
  try {
    // An upgrade has an answer that no channel tells of.
    const response = exchange.response ?? (request as { res?: IncomingMessage | null }).res;
    const outcome = {
      status: response?.statusCode,
      protocolVersion: response?.httpVersion,
      errorType: exchange.errorType ?? lossOf(request, response ?? undefined),
    };
    recorder.record(exchange.startMillis, describe(request, exchange), outcome, endOf(exchange));
  } catch {
    // A strict registry throws; an event of the application's is no place to throw into.
  }
}

/**
 * An answer of which nothing was read ended with its headers, not when its connection was cleared
 * away (HTTP conventions, "HTTP client span duration").
 */
function endOf({ response, headersMillis }: Exchange): number | undefined {
  const isUnread = response?.readableDidRead === false && !response.complete;
  return isUnread ? headersMillis : undefined;
}

/** What broke an answer off; `undefined` where it is complete. */
function lossOf(request: ClientRequest, response: IncomingMessage | undefined): string | undefined {
  if (response === undefined) return ABORTED;
  if (response.complete) return undefined;
  const { socket } = request;
  if (socket?.errored) return clientErrorType(socket.errored);
  return socket?.readableEnded === true ? RESET : ABORTED;
}

function describe(request: ClientRequest, { port }: Exchange): OutgoingRequest {
  const { host: address, method } = request;
  const scheme = request.protocol === 'https:' ? 'https' : 'http';
  const named = portIn(request.getHeader('host'), address, scheme);
  return { method, address, scheme, port: named ?? port ?? defaultPort(scheme) };
}

/** The port of a `Host` header, where that names the server that the request was made for. */
function portIn(header: unknown, address: string, scheme: string): number | undefined {
  if (typeof header !== 'string') return undefined;
  const [, name = '', port] = /^(.*?)(?::(\d{1,5}))?$/.exec(header) ?? [];
  if (name.replace(/^\[|\]$/g, '') !== address.replace(/^\[|\]$/g, '')) return undefined;
  return port === undefined ? defaultPort(scheme) : Number(port);
}
