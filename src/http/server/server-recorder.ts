import { attempt } from '../../core/index.js';
import type { Attributes } from '../../declare/index.js';
import { type BoundInstrument, type Instruments, instrumentsOf } from '../../standard/index.js';
import type { ContextReader, HeaderSource } from '../context/index.js';
import type { EndpointFilter } from './endpoint-filter.js';
import { type AnsweredAttributes, Exchange, type ExchangeRecorder } from './exchange.js';
import type { RouteTable } from './route-table.js';
import {
  type AnyServerOptions,
  resolveServerOptions,
  SERVER_INSTRUMENTS,
} from './server-options.js';

const NOT_COUNTED: BoundInstrument = { add: () => undefined, record: () => undefined };

/** The methods of RFC 9110 and PATCH; whatever else clients send is `_OTHER`, by the convention. */
const METHODS = 'GET POST PUT PATCH DELETE HEAD OPTIONS CONNECT TRACE'.split(' ');

/**
 * Records the requests of servers, whatever tells it of them. Made when observation begins; nothing
 * in it throws afterwards.
 *
 * Source: HTTP metrics v1.44, "HTTP server".
 */
export class ServerRecorder implements ExchangeRecorder {
  private readonly context: ContextReader | undefined;
  private readonly instruments: Instruments<(typeof SERVER_INSTRUMENTS)[number]>;
  private readonly filter: EndpointFilter;
  private readonly routes: RouteTable;
  /** A series that is kept would be that of the first request's context. */
  private readonly isActiveByContext: boolean;
  private readonly active = {
    http: new Map<string, BoundInstrument>(),
    https: new Map<string, BoundInstrument>(),
    _OTHER: new Map<string, BoundInstrument>(),
  };

  /** Throws where an option cannot be used; `caller` names who was called, for the message. */
  constructor(options: AnyServerOptions, caller: string) {
    const resolved = resolveServerOptions(options, caller);
    this.instruments = instrumentsOf(resolved.registry, SERVER_INSTRUMENTS, caller);
    const { attributes } = this.instruments.httpServerActiveRequests.declaration;
    this.isActiveByContext = Object.values(attributes).some(({ isFromContext }) => isFromContext);
    this.context = resolved.context;
    this.filter = resolved.filter;
    this.routes = resolved.routes;
  }

  /** The context attributes that the headers of a request carry; none where reading them fails. */
  contextOf(headers: HeaderSource, request: unknown): Attributes | undefined {
    try {
      return this.context?.(headers, request);
    } catch {
      return undefined;
    }
  }

  /**
   * A request has arrived.
   *
   * @param target the path, with or without a query
   * @param protocol `1.1`, `2`, …
   */
  begin(method: string, scheme: string, target: string, protocol: string | undefined): Exchange {
    const known = METHODS.includes(method) ? method : '_OTHER';
    const knownScheme = scheme === 'http' || scheme === 'https' ? scheme : '_OTHER';
    const active = this.activeOf(known, knownScheme);
    change(active, 1);
    const query = target.indexOf('?');
    const path = query < 0 ? target : target.slice(0, query);
    return new Exchange(this, known, knownScheme, path, protocol, active);
  }

  leave(active: BoundInstrument): void {
    change(active, -1);
  }

  beginSession(): (isComplete: boolean) => void {
    const { sseSessionsActive, sseDisconnects, sseSessionDuration } = this.instruments;
    const start = performance.now();
    const active = sseSessionsActive.bind();
    attempt(() => active.add(1));
    return (isComplete) =>
      attempt(() => {
        active.add(-1);
        if (!isComplete) sseDisconnects.add(1);
        sseSessionDuration.record((performance.now() - start) / 1000);
      });
  }

  record(
    path: string,
    duration: number,
    firstByte: number | undefined,
    attributes: AnsweredAttributes,
  ): void {
    try {
      const method = attributes['http.request.method'];
      attributes['http.route'] ??= this.routes.match(method, path);
      if (!this.filter.takes(method, attributes['http.route'], path)) return;
      this.instruments.httpServerRequestDuration.record(duration, attributes);
      this.instruments.httpServerRequests.add(1, attributes);
      if (firstByte === undefined) return;
      this.instruments.httpServerTimeToFirstByte.record(firstByte, attributes);
    } catch {
      // As attempt(), without a function made for it.
    }
  }

  private activeOf(method: string, scheme: 'http' | 'https' | '_OTHER'): BoundInstrument {
    const byMethod = this.active[scheme];
    let bound = byMethod.get(method);
    if (bound !== undefined) return bound;
    try {
      bound = this.instruments.httpServerActiveRequests.bind({
        'http.request.method': method,
        'url.scheme': scheme,
      });
    } catch {
      // A registry of somebody's own making; its request is measured without being counted as active.
      return NOT_COUNTED;
    }
    if (!this.isActiveByContext) byMethod.set(method, bound);
    return bound;
  }
}

/** As `attempt()`, without a function made for it. */
function change(active: BoundInstrument, by: number): void {
  try {
    active.add(by);
  } catch {
    // Strict registries throw; a server's event is no place to throw into.
  }
}
