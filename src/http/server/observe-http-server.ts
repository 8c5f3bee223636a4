import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { attempt, enterContext, OWN_SERVER } from '../../core/index.js';
import { MeterbookError } from '../../errors.js';
import type { agentMetrics } from '../../standard/index.js';
import {
  beginNodeExchange,
  exchangeOf,
  type NodeRequest,
  type NodeResponse,
} from './node-exchange.js';
import type { ServerOptions } from './server-options.js';
import { ServerRecorder } from './server-recorder.js';

/** What {@link observeHttpServer} gives. */
export interface HttpServerObservation extends Disposable {
  /** Ends it for requests to come; those under way are still recorded. May be called again. */
  stop(): void;
}

/** What Node publishes when the headers of a request have been read. */
interface RequestStart {
  readonly request: NodeRequest;
  readonly response: NodeResponse;
  readonly server: object;
}

/** What Fastify publishes before it calls a handler. */
interface FastifyHandlerStart {
  readonly request: { readonly raw: object };
  readonly route: { readonly url?: string };
}

/** Set while an observation goes on, by whichever copy of the package. */
const OBSERVING = Symbol.for('meterbook.http.observing.1');

/**
 * Measures every request that the `node:http` and `node:https` servers of this process answer, those
 * there are and those to come: `http.server.request.duration`, s, `http.server.requests`,
 * `http.server.active_requests`, for streamed answers `http.server.time_to_first_byte`, s, and for
 * server-sent events the sessions `sse.*`. One call at start, before or after servers are made.
 *
 * Route templates come from Express, from Fastify, from NestJS on either, from an adapter of this
 * entry where the framework needs one (Koa, Hono), or from `routes`; a request whose template nobody
 * knows is recorded without `http.route`, never with its path. Each request runs in a request context
 * of its own, so that `addAttributes()` works in every handler.
 *
 * Listens to Node's `diagnostics_channel`; nothing global is patched. HTTP/2 servers publish nothing
 * there: use the adapter of the framework. Throws `INVALID_SETUP` for options that cannot be used and
 * where an observation is going on already, `INVALID_REGISTRY` for a registry without the
 * instruments.
 *
 * Source: HTTP metrics v1.44, "HTTP server".
 */
export function observeHttpServer<R extends object = typeof agentMetrics>(
  options: ServerOptions<R> = {},
): HttpServerObservation {
  const recorder = new ServerRecorder(options, 'observeHttpServer()');
  const global = globalThis as { [OBSERVING]?: boolean };
  if (global[OBSERVING] === true) {
    throw new MeterbookError('INVALID_SETUP', {
      cause: 'observeHttpServer() was called while an earlier call still observes.',
      fix: 'Call it once at start, or stop() the earlier observation first.',
    });
  }
  global[OBSERVING] = true;
  const onStart = (message: unknown) => attempt(() => begin(recorder, message as RequestStart));
  const onHandler = (message: unknown) => attempt(() => route(message as FastifyHandlerStart));
  subscribe('http.server.request.start', onStart);
  subscribe('tracing:fastify.request.handler:start', onHandler);
  let isStopped = false;
  const stop = (): void => {
    if (isStopped) return;
    isStopped = true;
    global[OBSERVING] = false;
    unsubscribe('http.server.request.start', onStart);
    unsubscribe('tracing:fastify.request.handler:start', onHandler);
  };
  return { stop, [Symbol.dispose]: stop };
}

function begin(recorder: ServerRecorder, { request, response, server }: RequestStart): void {
  if (OWN_SERVER in server || exchangeOf(request) !== undefined) return;
  enterContext(recorder.contextOf(request.headers, request));
  beginNodeExchange(recorder, request, response);
}

function route({ request, route: { url } }: FastifyHandlerStart): void {
  const exchange = exchangeOf(request.raw);
  if (exchange !== undefined) exchange.route = url;
}
