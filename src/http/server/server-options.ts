import { wrongArgument } from '../../errors.js';
import { type AgentInstrumentName, agentMetrics, type RegistryWith } from '../../standard/index.js';
import type { ContextReader } from '../context/index.js';
import { EndpointFilter, type EndpointPattern } from './endpoint-filter.js';
import { type RouteDeclaration, RouteTable } from './route-table.js';

/** The instruments that a server observer records in. */
export const SERVER_INSTRUMENTS = [
  'httpServerRequestDuration',
  'httpServerTimeToFirstByte',
  'httpServerRequests',
  'httpServerActiveRequests',
  'sseSessionsActive',
  'sseDisconnects',
  'sseSessionDuration',
] as const satisfies readonly AgentInstrumentName[];

/** A registry that has them. */
export type ServerRegistry<R> = RegistryWith<R, (typeof SERVER_INSTRUMENTS)[number]>;

/** What every observer of a server takes, whatever the framework. */
export interface ServerOptions<R = typeof agentMetrics> {
  /** Where it records. Default: `agentMetrics`, the standard registry of `meterbook/agent`. */
  readonly registry?: R & ServerRegistry<R>;
  /**
   * Context attributes of each request, from its headers: `headerContext()`, `baggageContext()` or a
   * function of your own. Default: none; what a handler gives to `addAttributes()` counts as well.
   */
  readonly context?: ContextReader;
  /**
   * The endpoints to measure, as templates (`/v1/agents/:id`), with a method before them
   * (`POST /v1/agents/:id`), or as regular expressions; where an endpoint has no template, its path
   * is compared. Default: all of them. `http.server.active_requests` counts every request, since
   * the endpoint of a request that has just arrived is not known yet.
   */
  readonly include?: readonly EndpointPattern[];
  /** The endpoints to leave out, in the same form; they win over `include`. Default: none. */
  readonly exclude?: readonly EndpointPattern[];
  /**
   * The templates of a server that no framework routes: `/v1/agents/:id`, `POST /v1/agents/:id`,
   * `/files/*`, or `{ pattern: /^\\/v(\\d)/, route: '/v:version' }`. Tried in their order, where the
   * framework told no route. Default: none.
   */
  readonly routes?: readonly RouteDeclaration[];
}

/** The same, whatever the registry: it is looked at when it is resolved. */
export type AnyServerOptions = Omit<ServerOptions, 'registry'> & { readonly registry?: unknown };

/** The options of an observer, checked. */
export interface ResolvedServerOptions {
  readonly registry: unknown;
  readonly context: ContextReader | undefined;
  readonly filter: EndpointFilter;
  readonly routes: RouteTable;
}

/** Throws `INVALID_SETUP`, naming the option and who was called, where one cannot be used. Cold. */
export function resolveServerOptions(
  options: AnyServerOptions,
  caller: string,
): ResolvedServerOptions {
  const { registry = agentMetrics, context, include, exclude = [], routes = [] } = options ?? {};
  if (context !== undefined && typeof context !== 'function') {
    throw wrongArgument(
      caller,
      context,
      ' as context',
      'Pass headerContext(), baggageContext() or a function.',
    );
  }
  for (const [name, list] of Object.entries({ include: include ?? [], exclude })) {
    const isRight =
      Array.isArray(list) &&
      list.every((it) => (typeof it === 'string' && it.includes('/')) || it instanceof RegExp);
    if (isRight) continue;
    const fix = `Pass ${name}: ['/v1/agents/:id', 'POST /v1/jobs', /^\\/internal\\//].`;
    throw wrongArgument(caller, list, ` as ${name}`, fix);
  }
  return {
    registry,
    context,
    filter: new EndpointFilter(include, exclude),
    routes: new RouteTable(routes, caller),
  };
}
