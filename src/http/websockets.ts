import { attempt, currentContext, runInContext, withAttributes } from '../core/index.js';
import { wrongArgument } from '../errors.js';
import {
  type AgentInstrumentName,
  agentMetrics,
  type Instruments,
  instrumentsOf,
  type RegistryWith,
} from '../standard/index.js';
import type { ContextReader, HeaderSource } from './context/index.js';

const INSTRUMENTS = [
  'websocketSessionsActive',
  'websocketDisconnects',
  'websocketSessionDuration',
] as const satisfies readonly AgentInstrumentName[];

/** What is listened to of a WebSocket server; `WebSocketServer` of `ws` has it. */
export interface WebSocketServerLike {
  on(
    event: 'connection',
    listener: (socket: WebSocketLike, request: UpgradeRequest) => void,
  ): unknown;
  off(
    event: 'connection',
    listener: (socket: WebSocketLike, request: UpgradeRequest) => void,
  ): unknown;
}

/** What is listened to of one session. */
export interface WebSocketLike {
  once(event: 'close', listener: (code: number) => void): unknown;
}

/** The request that a session began as. */
export interface UpgradeRequest {
  readonly url?: string | undefined;
  readonly headers: HeaderSource;
}

/** Options of {@link observeWebSockets}. */
export interface WebSocketOptions<R = typeof agentMetrics> {
  /** Where it records. Default: `agentMetrics`, the standard registry of `meterbook/agent`. */
  readonly registry?: R & RegistryWith<R, (typeof INSTRUMENTS)[number]>;
  /**
   * The template of the sessions' endpoint, for `http.route`, or a function of the request that
   * gives it; never the path itself where parts of it vary. Default: left out.
   */
  readonly route?: string | ((request: UpgradeRequest) => string | undefined);
  /** Context attributes of each session, from the headers of its request. Default: none. */
  readonly context?: ContextReader;
}

/** What {@link observeWebSockets} gives. */
export interface WebSocketObservation extends Disposable {
  /** Ends it for sessions to come; those that are open are still recorded. May be called again. */
  stop(): void;
}

/** What a session is closed with where no closing handshake took place (RFC 6455, section 7.4.1). */
const ABNORMAL_CLOSURE = 1006;

/**
 * Measures the sessions of a WebSocket server: `websocket.sessions.active`,
 * `websocket.session.duration`, s, and `websocket.disconnects`, which counts those that were lost
 * without a closing handshake. Call it before the server accepts sessions. An upgrade is no request
 * to Node, so that `observeHttpServer()` does not see these.
 *
 * Throws `INVALID_SETUP` for what is no server or an option that cannot be used, and
 * `INVALID_REGISTRY` for a registry without the instruments.
 *
 * ```ts
 * const sockets = new WebSocketServer({ server, path: '/v1/events' });
 * observeWebSockets(sockets, { route: '/v1/events' });
 * ```
 */
export function observeWebSockets<R extends object = typeof agentMetrics>(
  server: WebSocketServerLike,
  options: WebSocketOptions<R> = {},
): WebSocketObservation {
  if (typeof server?.on !== 'function' || typeof server.off !== 'function') {
    throw wrongArgument(
      'observeWebSockets()',
      server,
      ' as server',
      'Pass a WebSocketServer of the package ws, or what emits "connection" as it does.',
    );
  }
  const { registry = agentMetrics, route, context } = options ?? {};
  const instruments = instrumentsOf(registry, INSTRUMENTS, 'observeWebSockets()');
  const routeOf = typeof route === 'function' ? route : () => route;
  const onConnection = (socket: WebSocketLike, request: UpgradeRequest): void =>
    attempt(() =>
      withAttributes(context?.(request.headers, request) ?? {}, () =>
        observeSession(instruments, socket, { 'http.route': routeOf(request) }),
      ),
    );
  server.on('connection', onConnection);
  const stop = (): void => void server.off('connection', onConnection);
  return { stop, [Symbol.dispose]: stop };
}

function observeSession(
  instruments: Instruments<(typeof INSTRUMENTS)[number]>,
  socket: WebSocketLike,
  attributes: { readonly 'http.route': string | undefined },
): void {
  const { websocketSessionsActive, websocketDisconnects, websocketSessionDuration } = instruments;
  const start = performance.now();
  const context = currentContext();
  const active = websocketSessionsActive.bind(attributes);
  const onClose = (code: number): void => {
    active.add(-1);
    if (code === ABNORMAL_CLOSURE) websocketDisconnects.add(1, attributes);
    websocketSessionDuration.record((performance.now() - start) / 1000, attributes);
  };
  socket.once('close', (code) => attempt(() => runInContext(context, () => onClose(code))));
  active.add(1);
}
