import type { agentMetrics } from '../../standard/index.js';
import type { NodeRequest, NodeResponse } from '../server/node-exchange.js';
import type { AnyServerOptions, ServerOptions } from '../server/server-options.js';
import { ServerRecorder } from '../server/server-recorder.js';
import { observed } from './node-middleware.js';

/** What is read of a context of Koa. */
export interface KoaContextLike {
  readonly req: NodeRequest;
  readonly res: NodeResponse;
  /** Where `@koa/router` tells the path of the route that it has found. */
  readonly _matchedRoute?: unknown;
}

/** A middleware of Koa. */
export type KoaMiddleware = (context: KoaContextLike, next: () => Promise<void>) => Promise<void>;

/**
 * A middleware that measures every request of a Koa application, over HTTP/2 too; put it before all
 * others. Templates are those of `@koa/router`. With `observeHttpServer()` as well each request is
 * counted once, and this only tells the template. Throws as `observeHttpServer()` does.
 */
export function koa<R extends object = typeof agentMetrics>(
  options: ServerOptions<R> = {},
): KoaMiddleware {
  const recorder = new ServerRecorder(options as AnyServerOptions, 'koa()');
  return (context, next) =>
    observed(recorder, context.req, context.res, next, () => routeOf(context));
}

function routeOf({ _matchedRoute: route }: KoaContextLike): string | undefined {
  if (route instanceof RegExp) return `/${route.source}`;
  return typeof route === 'string' ? route : undefined;
}
