import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createSecureServer, type ServerHttp2Session } from 'node:http2';
import { Agent, getGlobalDispatcher, request, setGlobalDispatcher, WebSocket } from 'undici';
import { describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { makeServer, useClients } from './support.js';

const clients = useClients();
const read = (name: string) => readFileSync(new URL(`../../support/tls/${name}`, import.meta.url));
const pem = { cert: read('certificate.pem'), key: read('key.pem') };

async function start() {
  const it = await clients();
  const server = makeServer();
  const port = await it.listen(server);
  return { ...it, port, url: `http://127.0.0.1:${port}` };
}

describe('fetch', () => {
  it('is recorded once, with the attributes of the convention and no path', async () => {
    const { url, port, registry } = await start();
    await (await fetch(`${url}/ok?secret=1`, { method: 'PUT', body: 'x' })).text();
    expect(await registry.httpClientRequestDuration.readAll()).toMatchObject([
      {
        attributes: {
          'http.request.method': 'PUT',
          'server.address': '127.0.0.1',
          'server.port': port,
          'url.scheme': 'http',
          'http.response.status_code': 200,
          'network.protocol.version': '1.1',
        },
        value: { count: 1 },
      },
    ]);
  });

  it('lasts until the end of the answer', async () => {
    const { url, registry, settled } = await start();
    await (await fetch(`${url}/slow`)).text();
    await settled(1);
    const [series] = await registry.httpClientRequestDuration.readAll();
    expect(series?.value.sum).toBeGreaterThan(0.055);
  });

  it('is a request for each that a redirect leads to', async () => {
    const { url, settled } = await start();
    await (await fetch(`${url}/redirect`)).text();
    expect(await settled(2)).toEqual(['GET http 127.0.0.1 200', 'GET http 127.0.0.1 302']);
  });

  it.each([
    ['/missing', 'GET http 127.0.0.1 404 404'],
    ['/broken', 'GET http 127.0.0.1 503 503'],
    ['/reset', /^GET http 127\.0\.0\.1 (ECONNRESET|UND_ERR_SOCKET)$/],
    ['/hang-up', 'GET http 127.0.0.1 UND_ERR_SOCKET'],
    ['/half', 'GET http 127.0.0.1 200 UND_ERR_SOCKET'],
  ])('of %s', async (path, line) => {
    const { url, settled } = await start();
    await fetch(`${url}${path}`)
      .then((it) => it.text())
      .catch(() => undefined);
    expect(await settled(1)).toEqual([
      typeof line === 'string' ? line : expect.stringMatching(line),
    ]);
  });

  it('that finds nobody has the error code of the system', async () => {
    const { settled, listen } = await start();
    // A port that was free a moment ago; fetch refuses those below 1024 that are somebody's.
    const server = makeServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    expect(await settled(1)).toEqual(['GET http 127.0.0.1 ECONNREFUSED']);
  });

  it('that is given up is aborted, or has timed out', async () => {
    const { url, settled } = await start();
    await fetch(`${url}/hang`, { signal: AbortSignal.timeout(20) }).catch(() => undefined);
    const abort = new AbortController();
    const response = await fetch(`${url}/slow`, { signal: abort.signal });
    abort.abort();
    await response.text().catch(() => undefined);
    const cancelled = await fetch(`${url}/slow`);
    await cancelled.body?.cancel();
    expect(await settled(3)).toEqual([
      'GET http 127.0.0.1 200 aborted',
      'GET http 127.0.0.1 200 aborted',
      'GET http 127.0.0.1 timeout',
    ]);
  });

  it('in parallel is counted to the last', async () => {
    const { url, settled } = await start();
    await Promise.all(
      Array.from({ length: 100 }, () => fetch(`${url}/ok`).then((it) => it.text())),
    );
    expect(await settled(100)).toHaveLength(100);
  });
});

describe('the undici package', () => {
  it('is recorded too, timeouts by their code', async () => {
    const { url, settled, onEnd } = await start();
    const before = getGlobalDispatcher();
    const agent = new Agent({ headersTimeout: 50 });
    setGlobalDispatcher(agent);
    onEnd(() => {
      setGlobalDispatcher(before);
      return agent.destroy();
    });
    await (await request(`${url}/ok`)).body.text();
    await (await request(`${url}/echo`, { method: 'POST', body: 'x' })).body.text();
    await request(`${url}/hang`).catch(() => undefined);
    expect(await settled(3)).toEqual([
      'GET http 127.0.0.1 200',
      'GET http 127.0.0.1 UND_ERR_HEADERS_TIMEOUT',
      'POST http 127.0.0.1 200',
    ]);
  });

  it('has no version of the protocol over HTTP/2, which it does not tell', async () => {
    const { settled, registry, listen, onEnd } = await start();
    const server = createSecureServer(pem, (_, response) => response.end('well'));
    const sessions = new Set<ServerHttp2Session>();
    server.on('session', (session) => sessions.add(session));
    const port = await listen(server);
    const dispatcher = new Agent({ allowH2: true, connect: { rejectUnauthorized: false } });
    onEnd(async () => {
      await dispatcher.destroy();
      for (const session of sessions) session.destroy();
    });
    const { body } = await request(`https://127.0.0.1:${port}/ok`, { dispatcher });
    await body.text();
    expect(await settled(1)).toEqual(['GET https 127.0.0.1 200']);
    const [series] = await registry.httpClientRequestDuration.readAll();
    expect(Object.keys(series?.attributes ?? {})).not.toContain('network.protocol.version');
  });

  it('opens a WebSocket with one request', async () => {
    const { settled, port, onEnd, listen } = await start();
    const http = createServer();
    const server = new WebSocketServer({ server: http });
    onEnd(() => server.close());
    const wsPort = await listen(http);
    expect(wsPort).not.toBe(port);
    // Its own dispatcher: the one that Node has set tells nothing of upgrades in some versions.
    const dispatcher = new Agent();
    onEnd(() => dispatcher.destroy());
    const socket = new WebSocket(`ws://127.0.0.1:${wsPort}/room?secret=1`, { dispatcher });
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    socket.close();
    expect(await settled(1)).toEqual(['GET http 127.0.0.1 101']);
  });
});
