import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Access, cookieName } from '../access.js';
import { listen } from '../listen.js';
import { RefusedRequest } from '../otlp/body.js';
import type { Asking } from '../protocol.js';
import { type AnswerSource, Answers } from './answers.js';
import { Streams } from './streams.js';

/** A file of the page. */
export interface Asset {
  /** `/` for the page itself. */
  readonly path: string;
  readonly type: string;
  readonly content: string | Uint8Array;
}

/** Settings of the page's server. */
export interface PageServerOptions {
  /** As a URL has it. */
  readonly host: string;
  readonly port: number;
  readonly access: Access;
  readonly assets: readonly Asset[];
  readonly source: AnswerSource;
  /** What `/api/health` says: JSON. */
  readonly health: () => object;
}

/** A running server of the page. */
export interface PageServer {
  /** `http://127.0.0.1:4319` */
  readonly url: string;
  close(): Promise<void>;
}

const CONNECTIONS = 256;
const REQUEST_MILLIS = 10_000;
const JSON_TYPE = 'application/json; charset=utf-8';

/** For everything that is sent. Scripts and styles are files of the page; nothing comes from elsewhere. */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' blob: data:",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
} as const;

/**
 * Serves the page, and the answers to what it asks: `/api/answer` once, `/api/stream` on and on,
 * `/api/health`. Nothing that is asked changes anything.
 *
 * @throws {LiveProblem} if it cannot listen there
 */
export async function startPageServer(options: PageServerOptions): Promise<PageServer> {
  const handler = new PageHandler(options);
  const server = await listen({
    host: options.host,
    port: options.port,
    option: '--page-port',
    connections: CONNECTIONS,
    requestMillis: REQUEST_MILLIS,
    onRequest: (request, response) => handler.handle(request, response),
    onRefused: () => undefined,
  });
  return {
    url: server.url,
    close: () => {
      handler.close();
      return server.close();
    },
  };
}

class PageHandler {
  private readonly assets: ReadonlyMap<string, Asset>;
  private readonly answers: Answers;
  private readonly streams: Streams;

  constructor(private readonly options: PageServerOptions) {
    this.assets = new Map(options.assets.map((asset) => [asset.path, asset]));
    this.answers = new Answers(options.source);
    this.streams = new Streams(this.answers);
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    response.on('error', () => undefined);
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    try {
      this.serve(request, response);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else refuse(response, error);
    }
  }

  close(): void {
    this.streams.close();
  }

  private serve(request: IncomingMessage, response: ServerResponse): void {
    const { access } = this.options;
    const url = parseUrl(request.url);
    const isPage = url.pathname === '/';
    const foreign = access.originDenial(request, isPage);
    if (foreign !== undefined) throw new RefusedRequest(foreign.status, foreign.message);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new RefusedRequest(405, 'everything here is read with GET', { allow: 'GET, HEAD' });
    }
    const token = url.searchParams.get('token');
    if (isPage && token !== null && access.isToken(token)) {
      enter(url, token, request, response);
      return;
    }
    const denial = access.tokenDenial(request, true);
    if (denial !== undefined) {
      const how = 'open the address that meterbook live printed, which ends in ?token=…';
      const headers = { 'www-authenticate': 'Bearer' };
      throw new RefusedRequest(denial.status, isPage ? how : denial.message, headers);
    }
    const query = url.searchParams;
    if (url.pathname === '/api/answer') {
      sendJson(response, 200, this.answers.answer(this.askingOf(query)).json);
    } else if (url.pathname === '/api/stream') {
      this.stream(request, this.askingOf(query), response);
    } else if (url.pathname === '/api/health') {
      sendJson(response, 200, JSON.stringify(this.options.health()));
    } else this.sendAsset(url.pathname, response);
  }

  private sendAsset(path: string, response: ServerResponse): void {
    const asset = this.assets.get(path);
    if (asset === undefined) throw new RefusedRequest(404, `there is no ${path} here`);
    const body = Buffer.from(asset.content);
    response.writeHead(200, {
      'content-type': asset.type,
      'content-length': body.length,
      // Another version of the command may be started on the same port.
      'cache-control': 'no-cache',
    });
    response.end(body);
  }

  private stream(request: IncomingMessage, asking: Asking, response: ServerResponse): void {
    if (!this.streams.hasRoom(asking)) {
      const message = 'too many are looking at too many different things at a time';
      throw new RefusedRequest(503, message, { 'retry-after': '5' });
    }
    response.setHeader('cache-control', 'no-store');
    if (request.method === 'HEAD') response.end();
    else this.streams.add(asking, response);
  }

  private askingOf(query: URLSearchParams): Asking {
    try {
      return this.answers.ask(query);
    } catch (error) {
      throw new RefusedRequest(400, (error as Error).message);
    }
  }
}

function parseUrl(text = ''): URL {
  // The host plays no part: it was checked, and what follows it is asked for.
  const url = `http://localhost${text}`;
  if (text.startsWith('/') && URL.canParse(url)) return new URL(url);
  throw new RefusedRequest(400, 'no path is asked for');
}

/** The token comes in the address once; from then on a cookie stands for it, which no script reads. */
function enter(url: URL, token: string, request: IncomingMessage, response: ServerResponse): void {
  url.searchParams.delete('token');
  response.writeHead(303, {
    location: `/${url.search}`,
    'set-cookie': `${cookieName(request)}=${token}; Path=/; HttpOnly; SameSite=Strict`,
    'cache-control': 'no-store',
  });
  response.end();
}

function refuse(response: ServerResponse, error: unknown): void {
  const { status, message, headers } =
    error instanceof RefusedRequest
      ? error
      : new RefusedRequest(500, `the answer could not be made: ${(error as Error).message}`);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  sendJson(response, status, JSON.stringify({ error: message }));
}

function sendJson(response: ServerResponse, status: number, json: string): void {
  response.writeHead(status, {
    'content-type': JSON_TYPE,
    'content-length': Buffer.byteLength(json),
    'cache-control': 'no-store',
  });
  response.end(json);
}
