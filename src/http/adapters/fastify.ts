import { MeterbookError, show } from '../../errors.js';
import type { agentMetrics } from '../../standard/index.js';
import type { NodeRequest, NodeResponse } from '../server/node-exchange.js';
import type { AnyServerOptions, ServerOptions } from '../server/server-options.js';
import { ServerRecorder } from '../server/server-recorder.js';
import { observed } from './node-middleware.js';

/** What is read of a request of Fastify. */
export interface FastifyRequestLike {
  readonly raw: NodeRequest;
  readonly routeOptions: { readonly url?: string | undefined };
}

/** What is used of an instance of Fastify. */
export interface FastifyLike {
  addHook(
    name: 'onRequest',
    hook: (
      request: FastifyRequestLike,
      reply: { readonly raw: NodeResponse },
      done: () => void,
    ) => void,
  ): unknown;
}

/** What `app.register()` takes. */
export type FastifyPlugin = <R extends object = typeof agentMetrics>(
  app: FastifyLike,
  options: ServerOptions<R>,
) => Promise<void>;

/**
 * A plugin that measures every request of a Fastify application, over HTTP/2 too, for where
 * `observeHttpServer()` is not wanted: `app.register(fastifyPlugin, options)`, before all others. It
 * holds for the whole application. With both, each request is counted once, and the plugin adds the
 * templates of requests that hooks answer, which Fastify's own channel does not tell.
 *
 * `app.ready()` rejects with what `observeHttpServer()` would throw.
 */
export const fastifyPlugin: FastifyPlugin = /* @__PURE__ */ Object.assign(
  // Async, for Fastify lets what another plugin throws escape.
  (async (app, options) => {
    if (typeof app?.addHook !== 'function') {
      throw new MeterbookError('INVALID_SETUP', {
        cause: `fastifyPlugin was called with ${show(app)} and no Fastify.`,
        fix: 'Pass it on without calling it: app.register(fastifyPlugin, options).',
      });
    }
    const recorder = new ServerRecorder(options as AnyServerOptions, 'fastifyPlugin');
    app.addHook('onRequest', (request, reply, next) => {
      observed(recorder, request.raw, reply.raw, next, () => request.routeOptions.url);
    });
  }) satisfies FastifyPlugin,
  // Fastify: the hook holds for what registers the plugin, not for the plugin alone.
  { [Symbol.for('skip-override')]: true },
);
