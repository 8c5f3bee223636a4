import { currentContext, withAttributes } from '../../core/index.js';
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
 * of its own.
 */
export function observed<Result>(
  recorder: ServerRecorder,
  request: NodeRequest,
  response: NodeResponse,
  next: () => Result,
): Result {
  if (exchangeOf(request) !== undefined) return next();
  const exchange = beginNodeExchange(recorder, request, response);
  return withAttributes(recorder.contextOf(request.headers, request) ?? {}, () => {
    exchange.context = currentContext();
    return next();
  });
}
