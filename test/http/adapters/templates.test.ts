import { createServer, type Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import Router from '@koa/router';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { agentMetrics } from '../../../src/agent/index.js';
import { fastifyPlugin, hono, koa } from '../../../src/http/index.js';
import { testRegistry } from '../../../src/testing/index.js';
import type { Registry } from '../server/support/application.js';
import { listening } from '../server/support/listen.js';
import { serveFetch } from '../server/support/serve-fetch.js';

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

type Running = { readonly port: number; close(): Promise<void> };
type Start = (registry: Registry) => Promise<Running>;

/** The template of each request, in their order; a method may stand before the path. */
async function templatesOf(start: Start, ...requests: readonly string[]): Promise<unknown[]> {
  const registry = testRegistry(agentMetrics);
  const { port, close } = await start(registry);
  cleanUps.push(close);
  const templates: unknown[] = [];
  const record = vi.spyOn(registry.httpServerRequests, 'add');
  for (const [index, request] of requests.entries()) {
    const [path = '', method = 'GET'] = request.split(' ').reverse();
    await (await fetch(`http://127.0.0.1:${port}${path}`, { method })).text();
    await vi.waitFor(() => expect(record).toHaveBeenCalledTimes(index + 1), { interval: 2 });
    templates.push(record.mock.calls[index]?.[1]['http.route']);
  }
  return templates;
}

describe('templates of Hono', () => {
  const application = (registry: Registry): Hono => {
    const app = new Hono();
    app.use(hono({ registry }));
    app.use('/v1/*', async (_context, next) => next());
    const orgs = new Hono().basePath('/orgs/:org');
    orgs.get('/', (context) => context.text('ok'));
    orgs.get('/agents/:id{[0-9]+}', (context) => context.text('ok'));
    app.route('/v1', orgs);
    app.all('/any/:id', (context) => context.text('ok'));
    app.all('/proxy/*', (context) => context.text('ok'));
    app.mount('/mounted', () => new Response('ok'));
    app.get('/optional/:id?', (context) => context.text('ok'));
    app.use('/secrets/*', (context) => Promise.resolve(context.text('no', 401)));
    app.get('/secrets/:id', (context) => context.text('ok'));
    app.get('/pages/*', (context) => context.text('a page'));
    app.get('/pages/*', (context) => context.text('not reached'));
    app.post('*', (context) => context.text('whatever'));
    return app;
  };
  const requests = [
    '/v1/orgs/acme',
    '/v1/orgs/acme/agents/1',
    '/v1/nothing',
    '/any/1',
    '/proxy/1/2',
    '/mounted/1/2',
    '/optional/1',
    '/secrets/1',
    '/pages/1',
    'POST /any/1',
    'POST /nowhere',
    '/nowhere',
  ];
  const templates = [
    '/v1/orgs/:org',
    '/v1/orgs/:org/agents/:id{[0-9]+}',
    undefined,
    '/any/:id',
    '/proxy/*',
    '/mounted/*',
    expect.stringMatching(/^\/optional/),
    '/secrets/:id',
    '/pages/*',
    '/any/:id',
    '/*',
    undefined,
  ];

  it('are those of the routes, on Node', async () => {
    const start: Start = (registry) =>
      listening(createAdaptorServer({ fetch: application(registry).fetch }) as Server);
    expect(await templatesOf(start, ...requests)).toEqual(templates);
  });

  it('are the same by fetch alone', async () => {
    const start: Start = (registry) => serveFetch(application(registry).fetch);
    expect(await templatesOf(start, ...requests)).toEqual(templates);
  });
});

describe('templates of Koa', () => {
  it('are those of its router, with prefixes and for expressions', async () => {
    const start: Start = (registry) => {
      const app = new Koa();
      app.use(koa({ registry }));
      const router = new Router({ prefix: '/v1' });
      const ok = (context: Koa.Context) => {
        context.body = 'ok';
      };
      router.use((_context, next) => next());
      router.get('/', ok);
      router.get(['/one/:id', '/two/:id'], ok);
      router.all('/any/:id', ok);
      const expressions = new Router();
      expressions.get(/^\/version-(\d+)$/, ok);
      app.use(router.routes()).use(router.allowedMethods()).use(expressions.routes());
      return listening(createServer(app.callback()));
    };
    const requests = ['/v1', '/v1/one/1', '/v1/two/1', 'PATCH /v1/any/1', '/version-7', '/v1/no'];
    expect(await templatesOf(start, ...requests)).toEqual([
      '/v1',
      '/v1/one/:id',
      '/v1/two/:id',
      '/v1/any/:id',
      '/^\\/version-(\\d+)$',
      undefined,
    ]);
  });
});

describe('templates of Fastify', () => {
  it('are those of its routes, with prefixes, wildcards and its own handler of 404', async () => {
    const start: Start = async (registry) => {
      const app = fastify({ routerOptions: { ignoreTrailingSlash: true } });
      await app.register(fastifyPlugin, { registry });
      await app.register(
        async (v1) => {
          v1.get('/', () => 'ok');
          v1.get('/files/*', () => 'ok');
          v1.get('/:id(^\\d+$)', () => 'ok');
          v1.setNotFoundHandler((_request, reply) => reply.code(404).send('nothing'));
        },
        { prefix: '/v1' },
      );
      await app.ready();
      return listening(app.server);
    };
    const requests = ['/v1', '/v1/', '/v1/files/a/b', '/v1/12', '/v1/no', '/nowhere'];
    expect(await templatesOf(start, ...requests)).toEqual([
      '/v1',
      '/v1',
      '/v1/files/*',
      '/v1/:id(^\\d+$)',
      undefined,
      undefined,
    ]);
  });
});
