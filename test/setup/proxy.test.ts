import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { counter, defineRegistry } from '../../src/index.js';
import { type Built, buildPackage } from '../support/build.js';
import { startCounting } from '../support/counting-child.js';
import { usePipelines, valuesOf } from '../support/pipeline.js';

const pipelines = usePipelines();
let built: Built;
beforeAll(async () => {
  built = await buildPackage();
});
afterAll(() => built.remove());

const CERTIFICATE = fileURLToPath(new URL('../support/tls/certificate.pem', import.meta.url));
const KEY = fileURLToPath(new URL('../support/tls/key.pem', import.meta.url));

/** A proxy that tunnels and forwards, or answers every CONNECT with a status; and what it was asked for. */
async function startProxy(refusal?: string) {
  const asked: string[] = [];
  const open = new Set<Duplex>();
  const proxy = createServer((request, response) => {
    // The other way of proxies, for plain http: the whole URL in place of a path.
    asked.push(`${request.method} ${request.url}`);
    void fetch(request.url ?? '', {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: request,
      duplex: 'half',
    } as never).then((answer) => response.writeHead(answer.status).end());
  });
  proxy.on('connect', (request: IncomingMessage, client: Duplex) => {
    asked.push(`CONNECT ${request.url}`);
    open.add(client);
    client.on('error', () => undefined);
    if (refusal !== undefined) {
      client.end(`HTTP/1.1 ${refusal}\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const server = connect(Number(request.url?.split(':')[1]), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      server.pipe(client).pipe(server);
    });
    open.add(server);
    server.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  pipelines.onEnd(() => {
    for (const socket of open) socket.destroy();
    proxy.closeAllConnections();
    return new Promise((resolve) => proxy.close(resolve));
  });
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  return { url, asked };
}

function setup(url: string, agent: unknown) {
  const registry = defineRegistry({
    scope: { name: 'proxy' },
    instruments: { c: counter({ name: 'c', unit: '1' }) },
  });
  registry.c.add(1);
  const telemetry = pipelines.setup({
    registries: [registry],
    temporality: 'delta',
    otlp: { url, agent: agent as never, timeoutMillis: 2_000 },
  });
  return { telemetry, otlp: () => telemetry.health().exporters[0] };
}

describe('an agent that is given', () => {
  it('makes the connections: through a proxy, to http', async () => {
    const proxy = await startProxy();
    const receiver = await pipelines.receiver();
    const { telemetry } = setup(receiver.url, new HttpsProxyAgent(proxy.url));
    await telemetry.forceFlush();
    expect(valuesOf(receiver, 'c')).toEqual([1]);
    expect(proxy.asked).toEqual([`CONNECT ${new URL(receiver.url).host}`]);
  });

  it.each([
    ['whose certificate is trusted', true, 'accepted'],
    ['whose certificate nobody trusts, which has surely not got it', false, 'held'],
  ])('through a proxy to https, %s', async (_, isTrusted, outcome) => {
    const proxy = await startProxy();
    const [cert, key] = [readFileSync(CERTIFICATE), readFileSync(KEY)];
    const server = createTlsServer({ cert, key }, (request, response) => {
      request.resume().on('end', () => response.end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    pipelines.onEnd(() => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    });
    if (isTrusted) pipelines.env({ OTEL_EXPORTER_OTLP_CERTIFICATE: CERTIFICATE });
    const { port } = server.address() as AddressInfo;
    const { telemetry, otlp } = setup(
      `https://localhost:${port}/v1/metrics`,
      new HttpsProxyAgent(proxy.url, { keepAlive: true }),
    );
    await telemetry.forceFlush();
    expect(proxy.asked).toEqual([`CONNECT localhost:${port}`]);
    expect(otlp()).toMatchObject(
      outcome === 'accepted'
        ? { consecutiveFailures: 0, held: 0 }
        : { consecutiveFailures: 1, held: 1, lastError: expect.stringContaining('certificate') },
    );
    if (!isTrusted) expect(pipelines.lines.join()).toContain('goes with a later one');
  });

  it.each([
    ['503 Service Unavailable', { held: 1, dropped: {} }],
    ['407 Proxy Authentication Required', { held: 0, dropped: { rejected: 1 } }],
  ])('tells what the proxy itself answers: %s', async (refusal, state) => {
    const proxy = await startProxy(refusal);
    const { telemetry, otlp } = setup(
      'http://collector.invalid:4318/v1/metrics',
      new HttpsProxyAgent(proxy.url),
    );
    await telemetry.forceFlush();
    expect(otlp()).toMatchObject({
      ...state,
      lastError: expect.stringContaining(refusal.slice(4)),
    });
  });

  it('is a problem where it is none, and metrics are sent without', async () => {
    const receiver = await pipelines.receiver();
    const { telemetry } = setup(receiver.url, 'http://proxy:3128');
    await telemetry.forceFlush();
    expect(telemetry.health().problems).toEqual([expect.stringContaining('otlp.agent is')]);
    expect(valuesOf(receiver, 'c')).toEqual([1]);
  });
});

describe('proxies of the environment', () => {
  const hasThem = Number(process.versions.node.split('.')[0]) >= 24;

  it.each([
    ['are taken where Node takes them', '', hasThem],
    ['are not for hosts of NO_PROXY', '127.0.0.1', false],
  ])('%s', async (_, except, isProxied) => {
    const proxy = await startProxy();
    const receiver = await pipelines.receiver();
    const child = startCounting(built.esm, receiver.url, `await setup().shutdown();`, '', {
      NODE_USE_ENV_PROXY: '1',
      HTTP_PROXY: proxy.url,
      NO_PROXY: except,
    });
    expect(await child.ended).toMatchObject({ code: 0 });
    expect(valuesOf(receiver, 'c')).toEqual([1]);
    expect(proxy.asked).toEqual(isProxied ? [`POST ${receiver.url}`] : []);
  });
});
