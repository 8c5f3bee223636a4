import { attempt, enterContext } from '../../core/index.js';
import { MeterbookError } from '../../errors.js';
import type { agentMetrics } from '../../standard/index.js';
import {
  beginNodeExchange,
  exchangeOf,
  type NodeRequest,
  type NodeResponse,
} from '../server/node-exchange.js';
import type { AnyServerOptions, ServerOptions } from '../server/server-options.js';
import { ServerRecorder } from '../server/server-recorder.js';
import type { FastifyLike } from './fastify.js';

/** A module of NestJS, as `imports` takes it. */
export interface NestDynamicModule {
  // The constructor of any class: Nest makes the instance.
  readonly module: new () => object;
}

/** What is used of the adapter that a Nest application runs on. */
interface NestHttpAdapter {
  getType(): string;
  getHttpServer(): NestServer;
  getInstance(): FastifyLike;
}

interface NestServer {
  prependListener(
    event: 'request',
    listener: (request: NodeRequest, response: NodeResponse) => void,
  ): unknown;
}

/**
 * A module of NestJS that measures every request of its application, on Express and on Fastify:
 * those too that a guard, a pipe or the parser of bodies turns away, and those to no route at all.
 * For where `observeHttpServer()` is not wanted; with both, each request is counted once.
 */
// biome-ignore lint/complexity/noStaticOnlyClass: Nest knows modules by their classes, and calls it forRoot().
export class MeterbookModule {
  /**
   * The module with its options, for the `imports` of the root module. Throws as
   * `observeHttpServer()` does.
   */
  static forRoot<R extends object = typeof agentMetrics>(
    options: ServerOptions<R> = {},
  ): NestDynamicModule {
    const recorder = new ServerRecorder(options as AnyServerOptions, 'MeterbookModule.forRoot()');
    // A class for each call: Nest makes the instance, and gives it nothing without decorators.
    return {
      module: class MeterbookRootModule {
        /** Nest calls it when the server has been made, and before there are routes. */
        configure(consumer: object): void {
          observeAdapter(recorder, adapterOf(consumer));
        }
      },
    };
  }
}

function adapterOf(consumer: object): NestHttpAdapter {
  const { getHttpAdapter } = consumer as { getHttpAdapter?: () => NestHttpAdapter };
  const adapter = getHttpAdapter?.call(consumer);
  if (adapter !== undefined) return adapter;
  throw new MeterbookError('INVALID_SETUP', {
    cause:
      'MeterbookModule found no HTTP adapter: this version of Nest does not tell it to modules.',
    fix: 'Use Nest 10 or 11, or call observeHttpServer() at start instead.',
  });
}

/** Ahead of the framework on its server: a middleware of Nest comes after the parsers of bodies. */
function observeAdapter(recorder: ServerRecorder, adapter: NestHttpAdapter): void {
  adapter.getHttpServer().prependListener('request', (request, response) =>
    attempt(() => {
      if (exchangeOf(request) !== undefined) return;
      enterContext(recorder.contextOf(request.headers, request));
      beginNodeExchange(recorder, request, response);
    }),
  );
  // Express leaves its route on the request; Fastify tells it to hooks alone.
  if (adapter.getType() !== 'fastify') return;
  adapter.getInstance().addHook('onRequest', (request, _reply, done) => {
    const exchange = exchangeOf(request.raw);
    if (exchange !== undefined) exchange.routeOf ??= () => request.routeOptions.url;
    done();
  });
}
