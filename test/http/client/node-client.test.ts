import { readFileSync } from 'node:fs';
import { Agent, get, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { get as tlsGet } from 'node:https';
import { describe, expect, it } from 'vitest';
import { makeServer, makeTlsServer, useClients } from './support.js';

const clients = useClients();

/** Makes a request, reads the answer, and waits until it is over. */
function ask(options: RequestOptions & { readonly answered?: (it: IncomingMessage) => void }) {
  return new Promise<IncomingMessage | Error>((resolve) => {
    let answer: IncomingMessage | Error | undefined;
    const made = request({ host: '127.0.0.1', ...options }, (response) => {
      answer = response;
      response.on('error', () => undefined);
      if (options.answered === undefined) response.resume();
      else options.answered(response);
    });
    made.on('error', (error) => {
      answer = error;
    });
    made.on('close', () => resolve(answer as IncomingMessage | Error));
    made.end();
  });
}

async function start() {
  const it = await clients();
  return { ...it, port: await it.listen(makeServer()) };
}

describe('requests of node:http', () => {
  it('are recorded once each, with the attributes of the convention and no path', async () => {
    const { port, registry } = await start();
    await ask({ port, path: '/ok?secret=1', method: 'POST' });
    expect(await registry.httpClientRequestDuration.readAll()).toMatchObject([
      {
        attributes: {
          'http.request.method': 'POST',
          'server.address': '127.0.0.1',
          'server.port': port,
          'url.scheme': 'http',
          'http.response.status_code': 200,
          'network.protocol.version': '1.1',
        },
        value: { count: 1 },
      },
    ]);
    expect(JSON.stringify(await registry.httpClientRequestDuration.readAll())).not.toContain('ok');
  });

  it('last until the end of the answer, in seconds', async () => {
    const { port, registry } = await start();
    await ask({ port, path: '/slow' });
    const [series] = await registry.httpClientRequestDuration.readAll();
    expect(series?.value.sum).toBeGreaterThan(0.055);
    expect(series?.value.sum).toBeLessThan(2);
  });

  it('last until the headers where nobody reads the answer, whenever that is cleared away', async () => {
    const { port, registry, settled } = await start();
    await ask({
      port,
      path: '/open',
      agent: false,
      answered: (it) => setTimeout(() => it.destroy(), 150),
    });
    expect(await settled(1)).toEqual(['GET http 127.0.0.1 200 aborted']);
    const [series] = await registry.httpClientRequestDuration.readAll();
    expect(series?.value.sum).toBeLessThan(0.12);
  });

  it('on connections that are kept are one each', async () => {
    const { port, settled, onEnd } = await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onEnd(() => agent.destroy());
    await Promise.all(Array.from({ length: 20 }, () => ask({ port, path: '/ok', agent })));
    expect(await settled(20)).toEqual(Array(20).fill('GET http 127.0.0.1 200'));
  });

  it.each([
    ['404 is an error', '/missing', 'GET http 127.0.0.1 404 404'],
    ['503 is an error', '/broken', 'GET http 127.0.0.1 503 503'],
    ['a redirect is none', '/redirect', 'GET http 127.0.0.1 302'],
    ['a connection that is reset', '/reset', 'GET http 127.0.0.1 ECONNRESET'],
    ['a server that hangs up', '/hang-up', 'GET http 127.0.0.1 ECONNRESET'],
    ['an answer that breaks off', '/half', 'GET http 127.0.0.1 200 ECONNRESET'],
  ])('%s', async (_, path, line) => {
    const { port, settled } = await start();
    await ask({ port, path });
    expect(await settled(1)).toEqual([line]);
  });

  it('that find nobody have the error code of the system, and a port', async () => {
    const { settled, registry } = await start();
    await ask({ port: 1 });
    await ask({ host: 'nowhere.invalid', setHost: false });
    expect(await settled(2)).toEqual([
      'GET http 127.0.0.1 ECONNREFUSED',
      expect.stringMatching(/^GET http nowhere\.invalid E[A-Z_]+$/),
    ]);
    const ports = (await registry.httpClientRequestDuration.readAll()).map(
      ({ attributes }) => attributes['server.port'],
    );
    expect(ports).toEqual([1, 80]);
  });

  it('that are given up by their own side are aborted, those over their time have timed out', async () => {
    const { port, settled } = await start();
    const abort = new AbortController();
    const aborted = ask({ port, path: '/hang', signal: abort.signal });
    setTimeout(() => abort.abort(), 20);
    await aborted;
    await ask({ port, path: '/hang', signal: AbortSignal.timeout(20) });
    await ask({ port, path: '/slow', answered: (it) => it.once('data', () => it.destroy()) });
    await new Promise<void>((resolve) => {
      const made = get({ host: '127.0.0.1', port, path: '/hang' });
      made.on('error', () => undefined).on('close', resolve);
      made.setTimeout(20, () => made.destroy());
    });
    expect(await settled(4)).toEqual([
      'GET http 127.0.0.1 200 aborted',
      'GET http 127.0.0.1 aborted',
      'GET http 127.0.0.1 aborted',
      'GET http 127.0.0.1 timeout',
    ]);
  });

  it('that switch protocols are recorded at the switch', async () => {
    const { port, settled } = await start();
    await new Promise((resolve) => {
      const headers = { connection: 'upgrade', upgrade: 'x' };
      get({ host: '127.0.0.1', port, headers }).on('upgrade', (_response, socket) => {
        socket.on('close', resolve).resume();
      });
    });
    expect(await settled(1)).toEqual(['GET http 127.0.0.1 101']);
  });

  it('that are answered before they are complete are one each, also when they never are', async () => {
    const { port, settled } = await start();
    const early = (finish: boolean) =>
      new Promise<void>((resolve) => {
        const options = { host: '127.0.0.1', port, path: '/missing', method: 'POST', agent: false };
        const made = request(options, (response) => {
          response.on('error', () => undefined).resume();
          response.on('end', () => (finish ? made.end() : made.destroy()));
        });
        made.on('error', () => undefined).on('close', resolve);
        made.write('a part');
      });
    await early(true);
    await early(false);
    expect(await settled(2)).toEqual([
      'POST http 127.0.0.1 404 404',
      'POST http 127.0.0.1 404 404',
    ]);
  });

  it('have _OTHER for a method that is none', async () => {
    const { port, settled } = await start();
    await ask({ port, path: '/ok', method: 'PROPFIND' });
    expect(await settled(1)).toEqual(['_OTHER http 127.0.0.1 200']);
  });

  it('have the port of the server where the Host header names another', async () => {
    const { port, registry, settled } = await start();
    await ask({ port, path: '/ok', headers: { host: 'virtual.example:99' } });
    await settled(1);
    const [series] = await registry.httpClientRequestDuration.readAll();
    expect(series?.attributes).toMatchObject({
      'server.address': '127.0.0.1',
      'server.port': port,
    });
  });

  it('go on as without: an answer that nobody listens for is thrown away', async () => {
    const { port, settled } = await start();
    await new Promise((resolve) =>
      get({ host: '127.0.0.1', port, path: '/slow' }).on('close', resolve),
    );
    expect(await settled(1)).toEqual(['GET http 127.0.0.1 200']);
  });
});

describe('requests of node:https', () => {
  const read = (name: string) =>
    readFileSync(new URL(`../../support/tls/${name}`, import.meta.url));
  const pem = { cert: read('certificate.pem'), key: read('key.pem') };

  it('have their scheme, and a failed handshake its code', async () => {
    const it = await clients();
    const port = await it.listen(makeTlsServer(pem));
    const tls = (rejectUnauthorized: boolean) =>
      new Promise((resolve) => {
        tlsGet({ host: '127.0.0.1', port, path: '/ok', rejectUnauthorized, agent: false }, (r) =>
          r.resume(),
        )
          .on('error', () => undefined)
          .on('close', resolve);
      });
    await tls(false);
    await tls(true);
    expect(await it.settled(2)).toEqual([
      'GET https 127.0.0.1 200',
      expect.stringMatching(/^GET https 127\.0\.0\.1 [A-Z][A-Z_]+$/),
    ]);
  });
});
