import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { afterEach } from 'vitest';
import { agentMetrics } from '../../../src/agent/index.js';
import { observeHttpClients } from '../../../src/http/index.js';
import { testRegistry } from '../../../src/testing/index.js';

/** What the tests of clients have in common. */
export interface Clients {
  /** The measurements so far, one line each: `GET http 127.0.0.1 200`, sorted. */
  lines(): Promise<readonly string[]>;
  /** Waits until there are so many measurements, and gives their lines. */
  settled(count: number): Promise<readonly string[]>;
  readonly registry: ReturnType<typeof makeRegistry>;
  onEnd(end: () => unknown): void;
  /** Starts a server on a port of its own; it ends with the test. */
  listen(server: NetServer): Promise<number>;
}

function makeRegistry() {
  return testRegistry(agentMetrics);
}

/** For the top of a test file: each test observes in a registry of its own. */
export function useClients(observe = true): () => Promise<Clients> {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  return async () => {
    const registry = makeRegistry();
    if (observe) {
      const observation = observeHttpClients({ registry });
      ends.push(() => observation.stop());
    }
    const lines = async () => {
      const all = await registry.httpClientRequestDuration.readAll();
      return all
        .flatMap(({ attributes, value }) => {
          const line = [
            attributes['http.request.method'],
            attributes['url.scheme'],
            attributes['server.address'],
            attributes['http.response.status_code'],
            attributes['error.type'],
          ];
          const text = line.filter((it) => it !== undefined).join(' ');
          return Array.from({ length: value.count }, () => text);
        })
        .sort();
    };
    return {
      registry,
      lines,
      onEnd: (end) => void ends.push(end),
      async settled(count) {
        const deadline = performance.now() + 5_000;
        let found = await lines();
        while (found.length < count && performance.now() < deadline) {
          await new Promise((resolve) => setTimeout(resolve, 5));
          found = await lines();
        }
        return found;
      },
      async listen(server) {
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        ends.push(
          () =>
            new Promise((resolve) => {
              server.close(resolve);
              (server as Partial<Server>).closeAllConnections?.();
            }),
        );
        return (server.address() as AddressInfo).port;
      },
    };
  };
}

/** What a test's server does with a path. */
const ANSWERS: Readonly<Record<string, (...it: Parameters<RequestListener>) => unknown>> = {
  '/ok': (_, response) => response.end('well'),
  '/slow': (_, response) => {
    response.write('first');
    setTimeout(() => response.end('last'), 60);
  },
  '/redirect': (_, response) => response.writeHead(302, { location: '/ok' }).end(),
  '/missing': (_, response) => response.writeHead(404).end(),
  '/broken': (_, response) => response.writeHead(503).end('not now'),
  '/reset': (request) => request.socket.resetAndDestroy(),
  '/hang-up': (request) => request.socket.end(),
  '/half': (_, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('half');
    setTimeout(() => response.destroy(), 20);
  },
  '/echo': (request, response) => request.pipe(response),
  '/open': (_, response) => response.write('and no end'),
  '/hang': () => undefined,
};

const answer: RequestListener = (request, response) => {
  const path = new URL(request.url ?? '', 'http://localhost').pathname;
  (ANSWERS[path] ?? ANSWERS['/missing'])?.(request, response);
};

/** Answers as {@link ANSWERS} say, and switches any protocol that it is asked to. */
export function makeServer(): Server {
  return withUpgrade(createServer(answer));
}

export function makeTlsServer(pem: { cert: Buffer; key: Buffer }): NetServer {
  return createTlsServer(pem, answer);
}

function withUpgrade(server: Server): Server {
  return server.on('upgrade', (_request: IncomingMessage, socket) => {
    socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n');
  });
}
