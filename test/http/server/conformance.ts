import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { agentMetrics } from '../../../src/agent/index.js';
import { type ContextReader, observeHttpServer } from '../../../src/http/index.js';
import { testRegistry } from '../../../src/testing/index.js';
import {
  Application,
  type Endpoint,
  type Mode,
  type Options,
  type Registry,
  STEP,
  type Subject,
  TEMPLATES,
} from './support/application.js';
import { type Client, clientOf } from './support/clients.js';

/** What every subject does alike, on a real port, whatever tells of its requests. */
export function conformance(subject: Subject): void {
  describe.each(subject.modes)(`${subject.name}, by %s`, (mode) => {
    suite(subject, mode);
  });
}

interface Setup {
  readonly registry: Registry;
  readonly client: Client;
  readonly app: Application;
  readonly port: number;
  stop(): Promise<void>;
}

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** The header of the context, as the frameworks pass it. */
const readContext: ContextReader = (headers) => {
  const organization = (headers as { get?(name: string): string | null }).get
    ? (headers as Headers).get('x-organization-id')
    : (headers as Record<string, string>)['x-organization-id'];
  return organization ? { 'organization.id': organization } : undefined;
};

async function setUp(subject: Subject, mode: Mode, more: Options = {}): Promise<Setup> {
  const registry = testRegistry(agentMetrics);
  const options: Options = { context: readContext, ...more, registry };
  if (mode !== 'adapter') {
    const routes = subject.routes === undefined ? {} : { routes: subject.routes };
    const observation = observeHttpServer({ ...options, ...routes });
    cleanUps.push(() => observation.stop());
  }
  const app = new Application();
  const running = await subject.start(mode === 'channel' ? undefined : options, app);
  const client = clientOf(subject.protocol ?? 'http', running.port);
  let isStopped = false;
  const stop = async (): Promise<void> => {
    if (isStopped) return;
    isStopped = true;
    client.close();
    await running.close();
  };
  cleanUps.push(stop);
  return { registry, client, app, port: running.port, stop };
}

const active = (registry: Registry) => registry.httpServerActiveRequests.total();

/** Every request that has been recorded, without what is the same for all of them. */
async function recorded(registry: Registry): Promise<readonly Record<string, unknown>[]> {
  const all = await registry.httpServerRequests.readAll();
  return all.map(({ attributes, value }) => {
    const { 'url.scheme': _, 'network.protocol.version': __, ...rest } = attributes;
    return { ...rest, count: value };
  });
}

function suite(subject: Subject, mode: Mode): void {
  const start = (more?: Options) => setUp(subject, mode, more);
  const templates: Record<Endpoint, string | undefined> = {
    ...TEMPLATES,
    ...subject.templates?.(mode),
  };
  const routeOf = (endpoint: Endpoint) => {
    const route = templates[endpoint];
    return route === undefined ? {} : { 'http.route': route };
  };
  /** Waits until that many requests are over, and nothing is left open. */
  const settled = (registry: Registry, count: number) =>
    eventually(async () => {
      expect(await registry.httpServerRequests.total()).toBe(count);
      expect(await active(registry)).toBe(0);
    });

  it.each<[string, string, Endpoint | undefined, number, string?]>([
    ['GET', '/v1/agents/a-1?q=1', 'agent', 200],
    ['HEAD', '/v1/agents/a-1', 'agent', 200],
    ['POST', '/v1/orgs/acme/agents/a-1/messages', 'message', 201],
    ['GET', '/v1/orgs/acme', 'org', 200],
    ['GET', '/v1/secrets/a-1', 'secret', 401],
    ['GET', '/v1/throws/a-1', 'throws', 500, '500'],
    ['GET', '/v1/rejects/a-1', 'rejects', 500, '500'],
    ['GET', '/v1/empty/a-1', 'empty', 204],
    ['PROPFIND', '/v1/dav/a-1', 'dav', 207],
    ['GET', '/nowhere/a-1', undefined, 404],
  ])('%s %s', async (method, path, endpoint, status, errorType) => {
    const { registry, client } = await start();
    const body = method === 'POST' ? 'hello' : undefined;
    const answer = await client.send(method, path, body === undefined ? {} : { body });
    expect(answer.status).toBe(status);
    if (method === 'POST') expect(answer.body).toBe('hello');
    await settled(registry, 1);
    const notFound = subject.notFound === undefined ? {} : { 'http.route': subject.notFound };
    const attributes = {
      'http.request.method': method === 'PROPFIND' ? '_OTHER' : method,
      'url.scheme': subject.protocol === 'https' ? 'https' : 'http',
      'http.response.status_code': status,
      ...('version' in subject
        ? subject.version && { 'network.protocol.version': subject.version }
        : { 'network.protocol.version': subject.protocol === 'http2' ? '2' : '1.1' }),
      ...(endpoint === undefined ? notFound : routeOf(endpoint)),
      ...(errorType !== undefined && { 'error.type': errorType }),
    };
    const [series] = await registry.httpServerRequests.readAll();
    expect(series).toEqual({ attributes, value: 1 });
    const [duration] = await registry.httpServerRequestDuration.readAll();
    expect(duration?.attributes).toEqual(attributes);
    expect(duration?.value.count).toBe(1);
    expect(await registry.httpServerTimeToFirstByte.total()).toBe(0);
  });

  it('tells the first byte of a streamed answer from its end', async () => {
    const { registry, client } = await start();
    expect(await client.send('GET', '/v1/streams/a-1')).toEqual({ status: 200, body: 'onetwo' });
    await settled(registry, 1);
    const [first] = await registry.httpServerTimeToFirstByte.readAll();
    const [total] = await registry.httpServerRequestDuration.readAll();
    expect(first?.attributes).toEqual(total?.attributes);
    expect(first?.attributes).toMatchObject(routeOf('stream'));
    const firstByte = first?.value.sum ?? 0;
    const duration = total?.value.sum ?? 0;
    expect(firstByte).toBeGreaterThan(STEP - 0.005);
    expect(duration - firstByte).toBeGreaterThan(2 * STEP - 0.01);
  });

  it('counts a stream that breaks once, with an error', async () => {
    const { registry, client } = await start();
    const { status, body } = await client.open('GET', '/v1/breaks/a-1');
    expect(status).toBe(200);
    body.resume();
    body.on('error', () => undefined);
    await settled(registry, 1);
    const [series] = await recorded(registry);
    expect(series).toMatchObject({ ...routeOf('breaks'), 'http.response.status_code': 200 });
    expect(['RangeError', 'aborted']).toContain(series?.['error.type']);
  });

  it('counts a client that goes before the answer once, as aborted', async () => {
    const { registry, client, app } = await start();
    const { abort } = client.abandon('GET', '/v1/hangs/a-1');
    await once(app, 'hanging');
    expect(await active(registry)).toBe(1);
    abort();
    await settled(registry, 1);
    expect(await recorded(registry)).toEqual([
      { 'http.request.method': 'GET', ...routeOf('hang'), 'error.type': 'aborted', count: 1 },
    ]);
  });

  it('counts a client that goes within a stream once, as aborted, and its first byte', async () => {
    const { registry, client } = await start();
    const { body, abort } = await client.open('GET', '/v1/streams/a-1');
    await once(body, 'data');
    abort();
    await settled(registry, 1);
    expect(await recorded(registry)).toEqual([
      {
        'http.request.method': 'GET',
        ...routeOf('stream'),
        'http.response.status_code': 200,
        'error.type': 'aborted',
        count: 1,
      },
    ]);
    expect(await registry.httpServerTimeToFirstByte.total({ 'error.type': 'aborted' })).toBe(1);
  });

  it('counts sessions of server-sent events, and those that clients leave', async () => {
    const { registry, client } = await start();
    const endless = await client.open('GET', '/v1/events/endless');
    await once(endless.body, 'data');
    expect(await registry.sseSessionsActive.total()).toBe(1);
    const { body } = await client.send('GET', '/v1/events/short');
    expect(body).toBe('data: 1\n\ndata: 2\n\n');
    await settledSessions(registry, 1, 1, 0);
    endless.abort();
    await settledSessions(registry, 0, 2, 1);
    await settled(registry, 2);
  });

  it('keeps the contexts of requests apart, on one connection and on many', async () => {
    const { registry, client } = await start();
    const send = async (id: string, organization: string | undefined) => {
      const headers = organization === undefined ? {} : { 'x-organization-id': organization };
      const { body } = await client.send('GET', `/v1/agents/${id}`, { headers });
      return JSON.parse(body) as unknown;
    };
    const seen = (id: string, organization?: string) => ({
      id,
      seen: {
        ...(organization !== undefined && { 'organization.id': organization }),
        ...(id.startsWith('p') && { 'project.id': id }),
      },
    });
    expect(await send('p-1', 'one')).toEqual(seen('p-1', 'one'));
    expect(await send('a-2', undefined)).toEqual(seen('a-2'));
    const together = await Promise.all([send('p-slow', 'two'), send('a-3', 'three')]);
    expect(together).toEqual([seen('p-slow', 'two'), seen('a-3', 'three')]);
    await settled(registry, 4);
    const contexts = (await recorded(registry)).map((it) => [
      it['organization.id'],
      it['project.id'],
    ]);
    expect(contexts.sort()).toEqual(
      [
        ['one', 'p-1'],
        [undefined, undefined],
        ['two', 'p-slow'],
        ['three', undefined],
      ].sort(),
    );
  });

  // A thousand for each subject once: they are most of the time that the suite takes.
  const parallel = mode === 'adapter' || subject.modes.length === 1 ? 1_000 : 100;
  it(`counts ${parallel} requests at a time as they were sent`, async () => {
    const { registry, client } = await start();
    const ledger = new Map<string, number>();
    const kinds: readonly [string, string, Endpoint | undefined, number][] = [
      ['GET', '/v1/agents/', 'agent', 200],
      ['POST', '/v1/orgs/acme/agents/a/messages?', 'message', 201],
      ['GET', '/v1/secrets/', 'secret', 401],
      ['GET', '/v1/rejects/', 'rejects', 500],
      ['GET', '/nowhere/', undefined, 404],
    ];
    const sending = Array.from({ length: parallel }, async (_, index) => {
      const [method, path, endpoint, status] = kinds[index % kinds.length] ?? raise();
      const organization = `org-${index % 7}`;
      const answer = await client.send(method, `${path}${index}`, {
        headers: { 'x-organization-id': organization },
        ...(method === 'POST' && { body: `${index}` }),
      });
      expect(answer.status).toBe(status);
      const route = endpoint === undefined ? subject.notFound : templates[endpoint];
      const key = `${method} ${route} ${status} ${organization}`;
      ledger.set(key, (ledger.get(key) ?? 0) + 1);
    });
    await Promise.all(sending);
    await settled(registry, parallel);
    const counted = (await recorded(registry)).map((it) => [
      `${it['http.request.method']} ${it['http.route']} ${it['http.response.status_code']} ${it['organization.id']}`,
      it['count'],
    ]);
    expect(new Map(counted as [string, number][])).toEqual(ledger);
    expect(await registry.httpServerRequestDuration.total()).toBe(parallel);
  });

  it('measures only what include and exclude leave', async () => {
    const { registry, client } = await start({
      include: [templates.agent ?? /^\/v1\/agents\//, /^\/v1\/orgs/],
      exclude: [
        `POST ${templates.message ?? '/v1/orgs/acme/agents/a-1/messages'}`,
        /^\/v1\/orgs\/acme\/agents/,
      ],
    });
    await client.send('GET', '/v1/agents/a-1');
    await client.send('GET', '/v1/orgs/acme');
    await client.send('POST', '/v1/orgs/acme/agents/a-1/messages', { body: 'x' });
    await client.send('GET', '/nowhere/a-1');
    await client.send('GET', '/v1/agents/a-1');
    await settled(registry, 3);
    const routes = (await recorded(registry)).map((it) => it['http.route']);
    expect(new Set(routes)).toEqual(new Set([templates.agent, templates.org]));
  });

  it('a request that is never answered ends with the server', async () => {
    const { registry, client, app, stop } = await start();
    client.abandon('GET', '/v1/hangs/a-1');
    await once(app, 'hanging');
    await stop();
    await settled(registry, 1);
    expect((await recorded(registry))[0]).toMatchObject({ 'error.type': 'aborted' });
  });

  it('what fails in observing does not reach the application', async () => {
    const failing: ContextReader = () => {
      throw new Error('from the context reader');
    };
    const { registry, client } = await start({ context: failing });
    const fail = vi.fn(() => {
      throw new Error('from the instrument');
    });
    vi.spyOn(registry.httpServerRequestDuration, 'record').mockImplementation(fail);
    expect((await client.send('GET', '/v1/agents/a-1')).status).toBe(200);
    expect((await client.send('GET', '/v1/events/short')).status).toBe(200);
    await eventually(async () => {
      expect(fail).toHaveBeenCalledTimes(2);
      expect(await active(registry)).toBe(0);
    });
  });

  if (subject.protocol === undefined || subject.protocol === 'http') {
    it('keeps pipelined requests apart', async () => {
      const { registry, port } = await start();
      const answers = await pipelined(port, [
        ['/v1/agents/p-slow', 'one'],
        ['/v1/agents/a-2', undefined],
        ['/v1/agents/p-3', 'three'],
      ]);
      const ids = [...answers.matchAll(/"id":"([^"]+)"/g)].map(([, id]) => id);
      expect(ids).toEqual(['p-slow', 'a-2', 'p-3']);
      await settled(registry, 3);
      const contexts = (await recorded(registry)).map(
        (it) => `${it['organization.id']} ${it['project.id']} ${it['count']}`,
      );
      expect(contexts.sort()).toEqual(['one p-slow 1', 'three p-3 1', 'undefined undefined 1']);
    });

    it('counts pipelined requests whose connection breaks', async () => {
      const { registry, port, app } = await start();
      const socket = connect(port, '127.0.0.1');
      socket.write(requestText('/v1/hangs/a-1') + requestText('/v1/hangs/a-2'));
      await once(app, 'hanging');
      await eventually(async () => expect(await active(registry)).toBe(2));
      socket.destroy();
      await settled(registry, 2);
      expect(await registry.httpServerRequests.total({ 'error.type': 'aborted' })).toBe(2);
    });
  }
}

async function settledSessions(
  registry: Registry,
  open: number,
  ended: number,
  lost: number,
): Promise<void> {
  await eventually(async () => {
    expect(await registry.sseSessionsActive.total()).toBe(open);
    expect(await registry.sseSessionDuration.total()).toBe(ended);
    expect(await registry.sseDisconnects.total()).toBe(lost);
  });
}

function requestText(path: string, organization?: string): string {
  const header = organization === undefined ? '' : `x-organization-id: ${organization}\r\n`;
  return `GET ${path} HTTP/1.1\r\nhost: localhost\r\n${header}\r\n`;
}

/** Sends all in one write and reads until as many bodies have come back. */
async function pipelined(
  port: number,
  requests: readonly (readonly [path: string, organization: string | undefined])[],
): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(requests.map(([path, organization]) => requestText(path, organization)).join(''));
  let received = '';
  for await (const chunk of socket) {
    received += chunk;
    if ([...received.matchAll(/"seen":\{[^}]*\}\}/g)].length === requests.length) break;
  }
  return received;
}

/** Polls closely: most of these have come true already. */
function eventually(check: () => Promise<void>): Promise<void> {
  return vi.waitFor(check, { interval: 5, timeout: 10_000 });
}

function raise(): never {
  throw new Error('unreachable');
}
