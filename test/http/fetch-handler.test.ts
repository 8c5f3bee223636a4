import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { agentMetrics } from '../../src/agent/index.js';
import { fetchHandler, headerContext } from '../../src/http/index.js';
import { addAttributes, MeterbookError } from '../../src/index.js';
import { testRegistry } from '../../src/testing/index.js';
import { byOrganization } from './server/support/by-organization.js';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** Serves a handler on a real port. */
async function serve(handler: (request: Request) => Promise<Response>): Promise<string> {
  const server = createServer(getRequestListener(handler, { overrideGlobalObjects: false }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const route = '/api/agents/[id]';
const answered = (status: number) => ({
  'http.request.method': 'GET',
  'url.scheme': 'http',
  'http.route': route,
  'http.response.status_code': status,
});

describe('fetchHandler', () => {
  it('records answers with the template, and passes further arguments on', async () => {
    const registry = testRegistry(agentMetrics);
    const GET = fetchHandler(
      async (request: Request, { params }: { params: { id: string } }) => {
        addAttributes({ 'agent.id': params.id });
        return Response.json({ url: request.url }, { status: 201, headers: { 'x-own': 'kept' } });
      },
      { registry, route },
    );
    const response = await GET(new Request('http://host.example/api/agents/7?x=1'), {
      params: { id: '7' },
    });
    expect(response.status).toBe(201);
    expect(response.headers.get('x-own')).toBe('kept');
    expect(await registry.httpServerActiveRequests.total()).toBe(1);
    expect(await response.json()).toEqual({ url: 'http://host.example/api/agents/7?x=1' });
    const attributes = { ...answered(201), 'agent.id': '7' };
    expect(await registry.httpServerRequests.read(attributes)).toBe(1);
    expect((await registry.httpServerRequestDuration.read(attributes))?.count).toBe(1);
    expect(await registry.httpServerTimeToFirstByte.readAll()).toEqual([]);
    expect(await registry.httpServerActiveRequests.total()).toBe(0);
    expect(registry.dropped()).toEqual([]);
  });

  it('counts what is active by the context of each request, where the registry has it so', async () => {
    const { registry, active } = byOrganization();
    const answer = fetchHandler(async () => new Response('waits to be read'), {
      registry,
      context: headerContext({ trust: true }),
    });
    const begin = (id: string) =>
      answer(new Request('http://h/', { headers: { 'x-organization-id': id } }));
    const answers = [await begin('a'), await begin('b'), await begin('b')];
    expect(await active()).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    for (const it of answers) await it.text();
    expect(await active()).toEqual([
      ['a', 0],
      ['b', 0],
    ]);
  });

  it('leaves an answer that is no web Response as it is', async () => {
    const registry = testRegistry(agentMetrics);
    const foreign = { status: 200, headers: new Headers(), body: Readable.from(['a']) };
    for (const answer of [foreign, undefined]) {
      const handler = fetchHandler(() => answer as never, { registry, route });
      expect(await handler(new Request('http://h/'))).toBe(answer);
    }
    expect(await registry.httpServerRequests.read(answered(200))).toBe(1);
    expect(await registry.httpServerRequests.total()).toBe(2);
    expect(await registry.httpServerActiveRequests.total()).toBe(0);
  });

  it('takes the template from a function, or from the route table', async () => {
    const registry = testRegistry(agentMetrics);
    const answer = async () => new Response(null, { status: 204 });
    await fetchHandler(answer, { registry, route: () => route })(new Request('http://h/a'));
    await fetchHandler(answer, { registry, routes: ['/v1/:id'] })(new Request('http://h/v1/2?q'));
    const requests = await registry.httpServerRequests.readAll();
    expect(requests.map(({ attributes }) => attributes['http.route'])).toEqual([route, '/v1/:id']);
  });

  it('records what a handler throws by its class, and throws it on', async () => {
    const registry = testRegistry(agentMetrics);
    const error = new TypeError('broken');
    const handlers = [
      async () => Promise.reject(error),
      () => {
        throw error;
      },
    ];
    for (const handler of handlers) {
      const observed = fetchHandler(handler, { registry, route });
      await expect(observed(new Request('http://host.example/'))).rejects.toBe(error);
    }
    const [series] = await registry.httpServerRequests.readAll();
    expect(series?.value).toBe(2);
    expect(series?.attributes).toMatchObject({ 'error.type': 'TypeError', 'http.route': route });
    expect(series?.attributes).not.toHaveProperty(['http.response.status_code']);
    expect(await registry.httpServerActiveRequests.total()).toBe(0);
  });

  it('tells first byte and end of a streamed answer apart, and a server-sent event session', async () => {
    const registry = testRegistry(agentMetrics);
    const encoder = new TextEncoder();
    let moments: readonly number[] = [];
    const url = await serve(
      fetchHandler(
        async () => {
          const start = performance.now();
          const body = new ReadableStream<Uint8Array>({
            async start(controller) {
              await sleep(30);
              controller.enqueue(encoder.encode('data: 1\n\n'));
              const first = performance.now() - start;
              await sleep(60);
              controller.enqueue(encoder.encode('data: 2\n\n'));
              controller.close();
              moments = [first / 1000, (performance.now() - start) / 1000];
            },
          });
          return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
        },
        { registry, route },
      ),
    );
    const response = await fetch(url);
    await vi.waitFor(async () => expect(await registry.sseSessionsActive.total()).toBe(1));
    expect(await response.text()).toBe('data: 1\n\ndata: 2\n\n');
    const [first = 0, last = 0] = moments;
    await vi.waitFor(async () => expect(await registry.sseSessionsActive.total()).toBe(0));
    const firstByte = await registry.httpServerTimeToFirstByte.read(answered(200));
    const duration = await registry.httpServerRequestDuration.read(answered(200));
    expect(Math.abs((firstByte?.sum ?? 0) - first)).toBeLessThan(0.025);
    expect(Math.abs((duration?.sum ?? 0) - last)).toBeLessThan(0.025);
    expect(await registry.sseDisconnects.total()).toBe(0);
    expect((await registry.sseSessionDuration.read())?.count).toBe(1);
  });

  it('counts a client that leaves mid-stream once, and cancels the source', async () => {
    const registry = testRegistry(agentMetrics);
    const cancelled = vi.fn();
    const url = await serve(
      fetchHandler(
        async () =>
          new Response(
            new ReadableStream<Uint8Array>({
              pull: async (controller) => {
                await sleep(5);
                controller.enqueue(new Uint8Array(16));
              },
              cancel: cancelled,
            }),
          ),
        { registry, route },
      ),
    );
    const controller = new AbortController();
    const response = await fetch(url, { signal: controller.signal });
    await response.body?.getReader().read();
    controller.abort();
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalledTimes(1));
    await vi.waitFor(async () => expect(await registry.httpServerActiveRequests.total()).toBe(0));
    expect(await registry.httpServerRequests.readAll()).toEqual([
      { attributes: { ...answered(200), 'error.type': 'aborted' }, value: 1 },
    ]);
  });

  it('passes the chunks on as they are asked for, none before', async () => {
    let pulled = 0;
    const chunks = [new Uint8Array([1]), new Uint8Array([2, 3])];
    const handler = fetchHandler(
      async () =>
        new Response(
          new ReadableStream<Uint8Array>(
            {
              pull(controller) {
                const chunk = chunks[pulled++];
                if (chunk === undefined) controller.close();
                else controller.enqueue(chunk);
              },
            },
            { highWaterMark: 0 },
          ),
        ),
      { registry: testRegistry(agentMetrics) },
    );
    const reader = (await handler(new Request('http://host.example/'))).body?.getReader();
    expect(pulled).toBe(0);
    expect((await reader?.read())?.value).toBe(chunks[0]);
    expect(pulled).toBe(1);
    expect((await reader?.read())?.value).toBe(chunks[1]);
    expect((await reader?.read())?.done).toBe(true);
  });

  it('takes the context from a reader, and survives one that throws', async () => {
    const registry = testRegistry(agentMetrics);
    const context = (headers: unknown) => {
      const organization = (headers as Headers).get('x-organization-id');
      if (organization === null) throw new Error('no header');
      return { 'organization.id': organization };
    };
    const handler = fetchHandler(async () => new Response('ok'), { registry, context });
    const headers = { 'x-organization-id': 'org-1' };
    await (await handler(new Request('http://host.example/', { headers }))).text();
    await (await handler(new Request('http://host.example/'))).text();
    const requests = await registry.httpServerRequests.readAll();
    expect(requests.map(({ attributes }) => attributes['organization.id'])).toEqual([
      'org-1',
      undefined,
    ]);
  });

  it('refuses options that cannot be used', () => {
    const handler = async () => new Response();
    expect(() => fetchHandler(handler, { routes: ['no slash'] })).toThrow(MeterbookError);
    expect(() => fetchHandler(handler, { include: 'GET /' as never })).toThrow(
      /fetchHandler\(\) was given "GET \/" as include/,
    );
    expect(() => fetchHandler(handler, { context: {} as never })).toThrow(/as context/);
  });
});
