import { errorTypeOf, withAttributes } from '../../core/index.js';
import type { agentMetrics } from '../../standard/index.js';
import type { HeaderSource } from '../context/index.js';
import {
  beginFetchExchange,
  type FetchRequest,
  observeResponse,
} from '../server/fetch-exchange.js';
import type { NodeRequest, NodeResponse } from '../server/node-exchange.js';
import type { AnyServerOptions, ServerOptions } from '../server/server-options.js';
import { ServerRecorder } from '../server/server-recorder.js';
import { observed } from './node-middleware.js';

/** One of the routes and middlewares that a request of Hono goes through. */
export interface HonoRoute {
  readonly path: string;
  readonly method: string;
}

/** What is read of a context of Hono. */
export interface HonoContextLike {
  readonly req: {
    readonly raw: FetchRequest & { readonly headers: HeaderSource };
    readonly matchedRoutes: readonly HonoRoute[];
    readonly routeIndex: number;
  };
  /** What the server hands over; `@hono/node-server` request and answer of Node. */
  readonly env: unknown;
  readonly finalized: boolean;
  res: Response;
}

/** A middleware of Hono. */
export type HonoMiddleware = (context: HonoContextLike, next: () => Promise<void>) => Promise<void>;

/**
 * A middleware that measures every request of a Hono application; put it before all others, at the
 * root. On `@hono/node-server` it measures what Node sends; anywhere else, on workers, Deno or Bun,
 * the body of the answer as it is taken. With `observeHttpServer()` as well each request is counted
 * once, and this only tells the template. Throws as `observeHttpServer()` does.
 */
export function hono<R extends object = typeof agentMetrics>(
  options: ServerOptions<R> = {},
): HonoMiddleware {
  const recorder = new ServerRecorder(options as AnyServerOptions, 'hono()');
  return (context, next) => {
    const routeOf = () => routeOfContext(context);
    const { incoming, outgoing } = (context.env ?? {}) as NodeBindings;
    return incoming !== undefined && outgoing !== undefined
      ? observed(recorder, incoming, outgoing, next, routeOf)
      : answered(recorder, context, next, routeOf);
  };
}

interface NodeBindings {
  readonly incoming?: NodeRequest;
  readonly outgoing?: NodeResponse;
}

function answered(
  recorder: ServerRecorder,
  context: HonoContextLike,
  next: () => Promise<void>,
  routeOf: () => string | undefined,
): Promise<void> {
  const { raw } = context.req;
  return withAttributes(recorder.contextOf(raw.headers, raw) ?? {}, async () => {
    const exchange = beginFetchExchange(recorder, raw);
    exchange.routeOf = routeOf;
    try {
      await next();
    } catch (error) {
      // What is no Error goes past Hono's own handling of errors.
      exchange.end(undefined, errorTypeOf(error));
      throw error;
    }
    const response = observeResponse(exchange, context.res);
    if (response !== context.res) replace(context, response);
  });
}

/** Assigning an answer merges its headers with those of the one before; these are the same. */
function replace(context: HonoContextLike, response: Response): void {
  (context as { res: Response | undefined }).res = undefined;
  context.res = response;
}

/**
 * The route that the request has come to. Middlewares are routes of every method, below a path:
 * where one of them has answered, the route that it has kept the request from, or else its own
 * path, but for one for every path and where nothing was found.
 */
function routeOfContext(context: HonoContextLike): string | undefined {
  const { matchedRoutes: routes, routeIndex } = context.req;
  const reached = routes[routeIndex];
  if (reached === undefined) return undefined;
  if (!isMiddleware(reached)) return reached.path;
  const ahead = routes.find((route, index) => index > routeIndex && !isMiddleware(route));
  if (ahead !== undefined && ahead.path !== EVERY_PATH) return ahead.path;
  if (reached.path === EVERY_PATH) return ahead?.path;
  // Before there is an answer, reading it would make one.
  return context.finalized && context.res.status === 404 ? undefined : reached.path;
}

const EVERY_PATH = '/*';

function isMiddleware({ method, path }: HonoRoute): boolean {
  return method === 'ALL' && path.endsWith('*');
}
