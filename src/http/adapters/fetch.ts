import { attempt, errorTypeOf, withAttributes } from '../../core/index.js';
import { wrongArgument } from '../../errors.js';
import type { agentMetrics } from '../../standard/index.js';
import type { Exchange } from '../server/exchange.js';
import { beginFetchExchange, observeResponse } from '../server/fetch-exchange.js';
import type { ServerOptions } from '../server/server-options.js';
import { ServerRecorder } from '../server/server-recorder.js';

/** Options of {@link fetchHandler}. */
export interface FetchHandlerOptions<R = typeof agentMetrics> extends ServerOptions<R> {
  /**
   * The template of the endpoint, for `http.route`, or a function of the request that gives it.
   * Default: by `routes`, otherwise left out.
   */
  readonly route?: string | ((request: Request) => string | undefined);
}

/**
 * Wraps a handler that takes a web `Request` and returns a `Response`: a route handler of Next.js,
 * a worker, `Deno.serve`, `Bun.serve`. What comes back is the handler's answer, its chunks passed on
 * as they are asked for; a request ends with the last of them. An error of the handler is recorded
 * with its class as `error.type`, without a status, and thrown on.
 *
 * Throws `INVALID_SETUP` for options that cannot be used, and `INVALID_REGISTRY` for a registry
 * without the instruments.
 *
 * ```ts
 * export const POST = fetchHandler(answer, { route: '/api/agents/[id]/messages' });
 * ```
 */
export function fetchHandler<
  Args extends readonly [Request, ...unknown[]],
  R extends object = typeof agentMetrics,
>(
  handler: (...args: Args) => Response | Promise<Response>,
  options: FetchHandlerOptions<R> = {},
): (...args: Args) => Promise<Response> {
  const recorder = new ServerRecorder(options, 'fetchHandler()');
  if (typeof handler !== 'function') {
    throw wrongArgument(
      'fetchHandler()',
      handler,
      ' as handler',
      'Pass the function that answers: fetchHandler((request) => new Response("…")).',
    );
  }
  const { route } = options ?? {};
  const routeOf = typeof route === 'function' ? route : () => route;
  return (...args) => {
    const [request] = args;
    const context = recorder.contextOf(request.headers, request) ?? {};
    return withAttributes(context, async () => {
      const exchange = beginFetchExchange(recorder, request);
      attempt(() => {
        exchange.route = routeOf(request);
      });
      return answered(exchange, () => handler(...args));
    });
  };
}

async function answered(
  exchange: Exchange,
  handle: () => Response | Promise<Response>,
): Promise<Response> {
  try {
    return observeResponse(exchange, await handle());
  } catch (error) {
    exchange.end(undefined, errorTypeOf(error));
    throw error;
  }
}
