import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OWN_SERVER } from '../core/index.js';
import { isLoopback } from './credentials.js';

/** Where the metrics are. */
const PATH = '/metrics';

/** A server that is scraped. */
export interface ScrapeServer {
  /** Where it is scraped; the port is the one it was given, as soon as it listens. */
  readonly url: string;
  /** Stops listening; scrapes under way go on. */
  stop(): void;
  /** Cuts what is still connected. */
  close(): void;
}

/** How to serve scrapes. */
export interface ScrapeServerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
  readonly onError: (error: Error) => void;
}

/**
 * Serves `/metrics`, and nothing else. The official exporter's own server cannot be given a free
 * port, and lets a scraper that keeps its connection hold the process open.
 *
 * Where it listens on the loopback, a request must also name the loopback: otherwise a web page
 * could read the metrics by letting its own name resolve to 127.0.0.1 (DNS rebinding).
 */
export function startScrapeServer(options: ScrapeServerOptions): ScrapeServer {
  const { host, port, answer, onError } = options;
  const shownHost = host.includes(':') ? `[${host}]` : host;
  const isLocal = isLoopback(shownHost);
  const server = createServer((request, response) => {
    response.setHeader('X-Content-Type-Options', 'nosniff');
    const status = statusOf(request, isLocal, shownHost);
    if (status === 200) answer(request, response);
    else response.writeHead(status).end();
  });
  Object.assign(server, { [OWN_SERVER]: true });
  server.on('error', onError);
  server.on('connection', (socket) => socket.unref());
  server.unref();
  try {
    server.listen({ port, host });
  } catch (error) {
    // What is no host at all is refused at once.
    process.nextTick(onError, error);
  }
  return {
    get url() {
      const listening = server.address() as AddressInfo | null;
      return `http://${shownHost}:${listening?.port ?? port}${PATH}`;
    },
    stop: () => void server.close(),
    close: () => server.closeAllConnections(),
  };
}

function statusOf(request: IncomingMessage, isLocal: boolean, shownHost: string): number {
  const asked = (request.headers.host ?? '').replace(/:\d*$/, '').toLowerCase();
  if (isLocal && asked !== shownHost && !isLoopback(asked)) return 403;
  if (request.url?.split('?')[0] !== PATH) return 404;
  return request.method === 'GET' || request.method === 'HEAD' ? 200 : 405;
}
