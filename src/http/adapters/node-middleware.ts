import { withAttributes } from '../../core/index.js';
import {
  beginNodeExchange,
  exchangeOf,
  type NodeRequest,
  type NodeResponse,
} from '../server/node-exchange.js';
import type { ServerRecorder } from '../server/server-recorder.js';

/**
 * Runs what comes after a middleware with the request under observation: `observeHttpServer()` may
 * have begun it already, and then its options hold; otherwise it begins here, in a request context
 * of its own. `routeOf` is asked for the template when the request is over.
 */
export function observed<Result>(
  recorder: ServerRecorder,
  request: NodeRequest,
  response: NodeResponse,
  next: () => Result,
  routeOf?: () => string | undefined,
): Result {
  const begun = exchangeOf(request);
  if (begun !== undefined) {
    begun.routeOf ??= routeOf;
    return next();
  }
  return withAttributes(recorder.contextOf(request.headers, request) ?? {}, () => {
    beginNodeExchange(recorder, request, response).routeOf = routeOf;
    return next();
  });
}
