import { once } from 'node:events';
import * as http from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fastify from 'fastify';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { agentMetrics } from '../../../src/agent/index.js';
import {
  express,
  fastifyPlugin,
  headerContext,
  hono,
  koa,
  MeterbookModule,
  observeHttpServer,
  type ServerOptions,
} from '../../../src/http/index.js';
import { MeterbookError, setupMetrics } from '../../../src/index.js';
import { testRegistry } from '../../../src/testing/index.js';
import { byOrganization } from './support/by-organization.js';
import { listening } from './support/listen.js';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => unknown;

async function observed(handler: Handler, options: ServerOptions = {}) {
  const registry = testRegistry(agentMetrics);
  const observation = observeHttpServer({ ...options, registry } as ServerOptions<typeof registry>);
  cleanUps.push(() => observation.stop());
  const server = http.createServer(handler);
  const { port, close } = await listening(server);
  cleanUps.push(close);
  const counted = (count: number) =>
    vi.waitFor(async () => expect(await registry.httpServerRequests.total()).toBe(count), {
      interval: 5,
    });
  return { registry, observation, server, port, url: `http://127.0.0.1:${port}`, counted };
}

const ok: Handler = (_request, response) => response.end('ok');

describe('observeHttpServer', () => {
  /** A series looked up once, or before the request's context, would be another request's. */
  it('counts what is active by the context of each request of a connection', async () => {
    const { registry, active } = byOrganization();
    const observation = observeHttpServer({ registry, context: headerContext({ trust: true }) });
    cleanUps.push(() => observation.stop());
    const seen: unknown[] = [];
    const server = http.createServer(async (_request, response) => {
      seen.push(await active());
      response.end('ok');
    });
    const { port, close } = await listening(server);
    cleanUps.push(close);
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    cleanUps.push(() => agent.destroy());
    for (const id of ['a', 'b', undefined]) {
      const headers = id === undefined ? {} : { 'x-organization-id': id };
      const request = http.get({ port, host: '127.0.0.1', agent, headers });
      const [response] = (await once(request, 'response')) as [http.IncomingMessage];
      await text(response);
    }
    expect(seen).toEqual([
      [['a', 1]],
      [
        ['a', 0],
        ['b', 1],
      ],
      [
        ['a', 0],
        ['b', 0],
        [undefined, 1],
      ],
    ]);
  });

  it('ends with stop(), but for the requests that are under way', async () => {
    let release: () => void = () => undefined;
    const { registry, observation, url, counted } = await observed(async (request, response) => {
      if (request.url === '/waits') await new Promise<void>((resolve) => (release = resolve));
      response.end('ok');
    });
    const waiting = fetch(`${url}/waits`);
    await vi.waitFor(async () => {
      expect(await registry.httpServerActiveRequests.total()).toBe(1);
    });
    observation.stop();
    observation.stop();
    await (await fetch(url)).text();
    release();
    await (await waiting).text();
    await counted(1);
    expect(await registry.httpServerActiveRequests.total()).toBe(0);
  });

  it('refuses to observe twice at a time', async () => {
    const { observation } = await observed(ok);
    expect(() => observeHttpServer()).toThrow(/INVALID_SETUP.*earlier call still observes/);
    observation.stop();
    {
      using again = observeHttpServer();
      expect(again).toBeDefined();
    }
    observeHttpServer().stop();
  });

  it('leaves out the server that Prometheus reads metrics from', async () => {
    const { registry, url, counted } = await observed(ok);
    const telemetry = setupMetrics({
      serviceName: 'test',
      otlp: false,
      prometheus: { port: 0, host: '127.0.0.1' },
    });
    cleanUps.push(() => telemetry.shutdown());
    const endpoint = await vi.waitFor(() => {
      const [exporter] = telemetry.health().exporters;
      expect(exporter?.endpoint).not.toContain(':0/');
      return exporter?.endpoint ?? '';
    });
    expect((await fetch(endpoint)).status).toBe(200);
    await (await fetch(url)).text();
    await counted(1);
    expect(await registry.httpServerActiveRequests.total()).toBe(0);
  });

  it('keeps nothing of a request that is over', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const requests: WeakRef<object>[] = [];
    const { url, counted } = await observed((request, response) => {
      requests.push(new WeakRef(request));
      response.end('ok');
    });
    for (let index = 0; index < 20; index += 1) await (await fetch(url)).text();
    await counted(20);
    await vi.waitFor(() => {
      collectGarbage();
      // Node's own server keeps the last one of a connection.
      expect(requests.filter((it) => it.deref() !== undefined).length).toBeLessThanOrEqual(2);
    });
  });

  it('knows a streamed answer below a middleware that wraps what it writes', async () => {
    const { registry, url, counted } = await observed((_request, response) => {
      // As a middleware that compresses does.
      const { write, end } = response;
      response.write = (chunk: string) => write.call(response, chunk.toUpperCase(), 'utf8');
      response.end = ((chunk: string) => end.call(response, chunk.toUpperCase(), 'utf8')) as never;
      response.write('one');
      response.end('two');
    });
    expect(await (await fetch(url)).text()).toBe('ONETWO');
    await counted(1);
    expect(await registry.httpServerTimeToFirstByte.total()).toBe(1);
  });

  it.each<[string, Handler]>([
    [
      'a status alone',
      (_, response) => response.setHeader('Content-Type', SSE) && response.writeHead(200),
    ],
    ['an object', (_, response) => response.writeHead(200, { 'Content-TYPE': SSE })],
    [
      'a message and an object',
      (_, response) => response.writeHead(200, 'OK', { 'content-type': SSE }),
    ],
    ['a list', (_, response) => response.writeHead(200, ['x', 'y', 'Content-Type', SSE])],
    ['a list of pairs', (_, response) => response.writeHead(200, [['Content-Type', SSE]] as never)],
    ['flushHeaders()', (_, response) => response.setHeader('content-type', SSE).flushHeaders()],
  ])('knows server-sent events by headers given as %s', async (_name, writeHead) => {
    const { registry, url, counted } = await observed((request, response) => {
      writeHead(request, response);
      response.end('data: 1\n\n');
    });
    await (await fetch(url)).text();
    await counted(1);
    expect(await registry.sseSessionDuration.total()).toBe(1);
    expect(await registry.sseSessionsActive.total()).toBe(0);
    expect(await registry.sseDisconnects.total()).toBe(0);
  });

  it('counts a request once that asks whether to go on', async () => {
    const { registry, port, counted } = await observed(async (request, response) => {
      response.writeHead(201).end(await text(request));
    });
    const headers = { expect: '100-continue', 'content-length': 5 };
    const request = http.request({ host: '127.0.0.1', port, method: 'POST', headers });
    request.flushHeaders();
    await once(request, 'continue');
    request.end('hello');
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    expect(await text(response)).toBe('hello');
    await counted(1);
    expect(await registry.httpServerRequests.total({ 'http.response.status_code': 201 })).toBe(1);
  });

  it('counts an answer that comes before the body has been read as a good one', async () => {
    const { registry, port, counted } = await observed((_request, response) => {
      response.writeHead(413, { connection: 'close' }).end('too much');
    });
    const socket = connect(port, '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\nhel');
    expect(await text(socket)).toContain('413');
    await counted(1);
    const [series] = await registry.httpServerRequests.readAll();
    expect(series?.attributes).toMatchObject({ 'http.response.status_code': 413 });
    expect(series?.attributes).not.toHaveProperty('error.type');
  });

  it('tells an error that the server gave up on from a client that has gone', async () => {
    const { registry, url, counted } = await observed((request, response) => {
      response.write('one');
      if (request.url === '/error') response.destroy(new RangeError('on purpose'));
      else response.destroy();
    });
    for (const path of ['/error', '/']) {
      await expect(fetch(`${url}${path}`).then((it) => it.text())).rejects.toThrow();
    }
    await counted(2);
    const types = (await registry.httpServerRequests.readAll()).map(
      ({ attributes }) => attributes['error.type'],
    );
    expect(types).toEqual(['RangeError', 'aborted']);
  });

  it('has routes that stand for what no framework tells', async () => {
    const { registry, url, counted } = await observed(ok, {
      routes: ['POST /v1/:id', '/v1/:id', '/files/*', { pattern: /^\/x\d+$/g, route: '/x:n' }],
      exclude: [/^\/internal/g],
    });
    for (const path of [
      '/v1/1/',
      '/files/a/b',
      '/x1',
      '/x2',
      '/internal/1',
      '/internal/2',
      '/v1',
    ]) {
      await (await fetch(`${url}${path}?q=/v1/2`)).text();
    }
    await counted(5);
    const routes = (await registry.httpServerRequests.readAll()).map(({ attributes, value }) => [
      attributes['http.route'],
      value,
    ]);
    expect(routes).toEqual([
      ['/v1/:id', 1],
      ['/files/*', 1],
      ['/x:n', 2],
      [undefined, 1],
    ]);
  });

  it('lets no registry that throws reach the application', async () => {
    const registry = testRegistry(agentMetrics);
    const fail = vi.fn(() => {
      throw new Error('from the registry');
    });
    for (const instrument of Object.values(registry)) {
      if (typeof instrument !== 'object' || !('declaration' in instrument)) continue;
      Object.assign(instrument, { record: fail, add: fail, bind: fail });
    }
    using _observation = observeHttpServer({ registry });
    const middleware = express({ registry });
    const { port, close } = await listening(
      http.createServer((request, response) =>
        middleware(request, response, () => {
          response.setHeader('content-type', SSE);
          response.write('one');
          response.end('two');
        }),
      ),
    );
    cleanUps.push(close);
    expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('onetwo');
    await vi.waitFor(() => expect(fail.mock.calls.length).toBeGreaterThan(2));
  });
});

const SSE = 'text/event-stream';

describe.each<[string, (options: ServerOptions) => unknown]>([
  ['observeHttpServer()', observeHttpServer],
  ['express()', express],
  ['koa()', koa],
  ['hono()', hono],
  ['MeterbookModule.forRoot()', (options) => MeterbookModule.forRoot(options)],
  ['fastifyPlugin', (options) => fastify().register(fastifyPlugin, options).ready()],
])('%s', (name, call) => {
  it.each<[string, object]>([
    ['context', { context: { 'x-organization-id': 'organization.id' } }],
    ['include', { include: 'GET /v1' }],
    ['exclude', { exclude: ['health'] }],
    ['routes', { routes: ['v1/:id'] }],
    ['registry', { registry: {} }],
  ])('refuses a wrong %s, and says who was given it', async (_option, options) => {
    const given = (async () => await call(options))();
    await expect(given).rejects.toThrow(MeterbookError);
    await expect(given).rejects.toThrow(name);
  });
});
