import type { IncomingMessage, ServerResponse } from 'node:http';
import { wrongArgument } from '../errors.js';
import type { Telemetry } from './options.js';

/** How {@link healthCheck} answers. */
export interface HealthCheckOptions {
  /**
   * Status code while exports fail. Default 200: a service whose metrics do not arrive still serves,
   * and taking it out of rotation would make an outage of the collector one of the service.
   */
  readonly failingStatus?: number;
}

/**
 * A handler for a readiness endpoint of `node:http` and what is built on it: answers with `health()`
 * as JSON; 200 while the pipeline runs, 503 once it has been shut down. Nothing secret is in it. Throws
 * `INVALID_SETUP` for what has no `health()`; the handler never throws.
 *
 * ```ts
 * app.get('/healthz/metrics', healthCheck(telemetry));
 * ```
 */
export function healthCheck(
  telemetry: Pick<Telemetry, 'health'>,
  options: HealthCheckOptions = {},
): (request: IncomingMessage, response: ServerResponse) => void {
  const { failingStatus = 200 } = options ?? {};
  if (typeof telemetry?.health !== 'function') {
    throw wrongArgument('healthCheck()', telemetry, '', 'Pass what setupMetrics() returned.');
  }
  return (_request, response) => {
    const health = telemetry.health();
    const status =
      health.status === 'shut down' ? 503 : health.status === 'failing' ? failingStatus : 200;
    response.writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
    });
    response.end(JSON.stringify(health));
  };
}
