import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { DynamicModule, ModuleMetadata } from '@nestjs/common';
import type { RequestHandler } from 'express';
import fastify, { type FastifyPluginAsync } from 'fastify';
import { Hono, type MiddlewareHandler } from 'hono';
import Koa from 'koa';
import { describe, expectTypeOf, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { agentInstruments, agentMetrics } from '../../src/agent/index.js';
import {
  type ContextReader,
  type EndpointPattern,
  express,
  fastifyPlugin,
  fetchHandler,
  headerContext,
  hono,
  koa,
  MeterbookModule,
  observeHttpServer,
  observeWebSockets,
  type RouteDeclaration,
  type ServerOptions,
} from '../../src/http/index.js';
import { counter, defineRegistry } from '../../src/index.js';
import { testRegistry } from '../../src/testing/index.js';

describe('the adapters', () => {
  it('are what the frameworks take', () => {
    expectTypeOf(express()).toExtend<RequestHandler>();
    expectTypeOf(koa()).toExtend<Koa.Middleware>();
    expectTypeOf(hono()).toExtend<MiddlewareHandler>();
    expectTypeOf(MeterbookModule.forRoot()).toExtend<DynamicModule>();
    expectTypeOf(MeterbookModule.forRoot()).toExtend<
      NonNullable<ModuleMetadata['imports']>[number]
    >();
    expectTypeOf(fastifyPlugin).toExtend<FastifyPluginAsync<ServerOptions>>();
  });

  it('are taken with their options', () => {
    new Koa().use(koa({ exclude: ['/healthz'] }));
    new Hono<{ Bindings: { secret: string }; Variables: { user: string } }>().use(hono());
    fastify().register(fastifyPlugin, { exclude: ['/healthz'] });
    fastify().register(fastifyPlugin);
    fastify({ http2: true }).register(fastifyPlugin, { routes: ['/v1/:id'] });
    // @ts-expect-error a list
    fastify().register(fastifyPlugin, { exclude: '/healthz' });
  });

  it('take the requests of every server of Node', () => {
    const middleware = express();
    createServer((request, response) => middleware(request, response, () => response.end()));
    createHttp2Server((request, response) => middleware(request, response, () => response.end()));
  });
});

describe('the options', () => {
  it('take a registry that has the instruments', () => {
    const own = defineRegistry({
      scope: { name: 'app' },
      instruments: {
        ...agentInstruments,
        more: counter({ name: 'more', description: 'More.', unit: '{x}' }),
      },
    });
    observeHttpServer({ registry: own });
    express({ registry: testRegistry(agentMetrics) });
    MeterbookModule.forRoot({ registry: own });
    const less = defineRegistry({
      scope: { name: 'app' },
      instruments: { more: counter({ name: 'more', description: 'More.', unit: '{x}' }) },
    });
    // @ts-expect-error none of the instruments
    observeHttpServer({ registry: less });
    // @ts-expect-error none of the instruments
    koa({ registry: less });
  });

  it('are exact', () => {
    expectTypeOf<EndpointPattern>().toEqualTypeOf<string | RegExp>();
    expectTypeOf<RouteDeclaration>().toEqualTypeOf<
      string | { readonly pattern: RegExp; readonly route: string }
    >();
    expectTypeOf<ServerOptions['context']>().toEqualTypeOf<ContextReader | undefined>();
    observeHttpServer({ context: headerContext({ trust: true }), include: ['/v1', /^\/v2/] });
    // @ts-expect-error no such option
    observeHttpServer({ ignore: ['/healthz'] });
    // @ts-expect-error a pattern alone has no template
    observeHttpServer({ routes: [/^\/v1/] });
    // @ts-expect-error a reader of headers
    express({ context: { 'x-organization-id': 'organization.id' } });
  });
});

describe('observeHttpServer', () => {
  it('gives what ends it', () => {
    using observation = observeHttpServer();
    expectTypeOf(observation.stop).toEqualTypeOf<() => void>();
  });
});

describe('fetchHandler', () => {
  it('keeps what else the handler takes', () => {
    const handler = fetchHandler(
      async (_request: Request, _context: { params: Promise<{ id: string }> }) => new Response(),
    );
    expectTypeOf(handler).toEqualTypeOf<
      (request: Request, context: { params: Promise<{ id: string }> }) => Promise<Response>
    >();
  });
});

describe('observeWebSockets', () => {
  it('takes the server of ws', () => {
    observeWebSockets(new WebSocketServer({ noServer: true }), { route: '/v1/events' });
  });
});
