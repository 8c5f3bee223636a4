import type { agentMetrics } from '../../standard/index.js';
import type { NodeRequest, NodeResponse } from '../server/node-exchange.js';
import type { ServerOptions } from '../server/server-options.js';
import { ServerRecorder } from '../server/server-recorder.js';
import { observed } from './node-middleware.js';

/** A middleware of Express 4 and 5, Connect and what else takes `(request, response, next)`. */
export type ExpressMiddleware = (
  request: NodeRequest,
  response: NodeResponse,
  next: () => void,
) => void;

/**
 * A middleware that measures every request of an Express application, for where
 * `observeHttpServer()` is not wanted; put it before all others. With both, each request is counted
 * once. Throws as `observeHttpServer()` does.
 */
export function express<R extends object = typeof agentMetrics>(
  options: ServerOptions<R> = {},
): ExpressMiddleware {
  const recorder = new ServerRecorder(options, 'express()');
  return (request, response, next) => observed(recorder, request, response, next);
}
