import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { OWN_SERVER } from '../src/core/index.js';
import { encodeResponse, encodeStatus } from '../src/live/otlp/answers.js';
import { RefusedRequest, readBody } from '../src/live/otlp/body.js';
import { decodeMetricsRequest } from '../src/live/otlp/decode.js';
import type { DecodedResourceMetrics } from '../src/live/otlp/types.js';

export type {
  DecodedExponentialPoint,
  DecodedHistogramPoint,
  DecodedMetric,
  DecodedNumberPoint,
  DecodedResourceMetrics,
  DecodedScopeMetrics,
  OtlpAttributes,
  OtlpValue,
  Temporality,
} from '../src/live/otlp/types.js';

/** One export request that was decoded. */
export interface DecodedRequest {
  readonly resourceMetrics: readonly DecodedResourceMetrics[];
  /** Request headers, names in lower case. */
  readonly headers: IncomingMessage['headers'];
  /** Bytes of the body, unpacked. */
  readonly bytes: number;
  /** Fingerprint of the unpacked body: two requests that have one in common are the same bytes. */
  readonly digest: string;
  /** When the request had been read, milliseconds since the Unix epoch. */
  readonly receivedAt: number;
  /** The HTTP status it was answered with; 0 for a connection that was cut instead. */
  readonly status: number;
}

/** What a `respond` hook may answer instead of "accepted". */
export interface ReceiverAnswer {
  /** HTTP status; 200 if left out. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Left out: an empty response for a 2xx, a protobuf `Status` for anything else. */
  readonly body?: string | Uint8Array;
  /** Accepted, but for this many points. */
  readonly partialSuccess?: { readonly rejectedDataPoints: number; readonly errorMessage: string };
  /** `true`: cut the connection without an answer; `'reset'`: so that the client is told (RST). */
  readonly cut?: boolean | 'reset';
  /** Writes the answer in place of the receiver, in its own time; `status` is what it says. */
  readonly write?: (response: ServerResponse) => void;
}

/** What a `respond` hook is told. */
export interface RequestInfo {
  /** How many requests were decoded before this one. */
  readonly index: number;
  readonly headers: IncomingMessage['headers'];
  readonly resourceMetrics: readonly DecodedResourceMetrics[];
  readonly digest: string;
  /** The request as Node has it; its body has been read. */
  readonly request: IncomingMessage;
}

/** Settings of a receiver; everything has a default. */
export interface ReceiverOptions {
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Most bytes of one body, packed and unpacked; default 20 MiB. */
  readonly maxBodyBytes?: number;
  /** Whether `requests` keeps what comes in; default `true`. */
  readonly keepRequests?: boolean;
  /** Listens with TLS, with this certificate and key (PEM). */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer };
  /** Called when a request's head has come; `true`: it is dealt with, and not read. */
  readonly onArrival?: (request: IncomingMessage) => boolean;
  /** Answers in place of the receiver: `undefined` accepts, a promise that never settles hangs. */
  readonly respond?: (
    info: RequestInfo,
  ) => ReceiverAnswer | undefined | Promise<ReceiverAnswer | undefined>;
  /** Called with every decoded request, whatever its status, and its body, before the answer is sent. */
  readonly onRequest?: (request: DecodedRequest, body: Uint8Array) => void;
}

/** A running receiver. */
export interface Receiver {
  /** Where metrics are sent to: `http://host:port/v1/metrics`, or `https`. */
  readonly url: string;
  readonly port: number;
  /** Every decoded request so far, refused ones (by `respond`) included: look at `status`. */
  readonly requests: readonly DecodedRequest[];
  /** Requests refused because they could not be read (400, 403, 404, 405, 413, 415). */
  readonly refused: number;
  /** Stops listening and cuts what is still connected. */
  close(): Promise<void>;
}

const PROTOBUF = 'application/x-protobuf';
const MAX_BODY_BYTES = 20 * 1024 * 1024;

/**
 * Starts an OTLP/HTTP receiver of metrics (protobuf, plain or gzip) for the demo and the tests.
 *
 * Listens on the loopback by default and answers as the protocol says: 200 with an
 * `ExportMetricsServiceResponse`; 400 for what cannot be decoded, 403 for a foreign `Host`, 404,
 * 405, 413 for too large a body and 415 for another content type or encoding, each with a
 * `google.rpc.Status`.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
export async function startReceiver(options: ReceiverOptions = {}): Promise<Receiver> {
  const host = options.host ?? '127.0.0.1';
  const limitBytes = options.maxBodyBytes ?? MAX_BODY_BYTES;
  const requests: DecodedRequest[] = [];
  let decoded = 0;
  let refused = 0;

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { resourceMetrics, body, digest } = await read(request, host, limitBytes);
    const { headers } = request;
    const info: RequestInfo = { index: decoded++, headers, resourceMetrics, digest, request };
    const answer = (await options.respond?.(info)) ?? {};
    const status = answer.cut ? 0 : (answer.status ?? 200);
    const bytes = body.length;
    const entry = { resourceMetrics, headers, bytes, digest, receivedAt: Date.now(), status };
    if (options.keepRequests ?? true) requests.push(entry);
    options.onRequest?.(entry, body);
    if (answer.cut === 'reset') request.socket.resetAndDestroy();
    else if (answer.cut) request.socket.destroy();
    else if (answer.write) answer.write(response);
    else send(response, status, answer.body ?? bodyOf(status, answer), answer.headers);
  }

  const limits = { headersTimeout: 10_000, requestTimeout: 30_000 };
  const server =
    options.tls === undefined
      ? createServer(limits)
      : createTlsServer({ ...limits, ...options.tls });
  // It stands for a server elsewhere: what measures this process's servers leaves it out.
  Object.assign(server, { [OWN_SERVER]: true });
  server.maxConnections = 256;
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (options.onArrival?.(request)) return;
    receive(request, response).catch((error: unknown) => {
      refused += 1;
      refuse(request, response, error);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}/v1/metrics`,
    port,
    requests,
    get refused() {
      return refused;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function read(
  request: IncomingMessage,
  host: string,
  limitBytes: number,
): Promise<Pick<DecodedRequest, 'resourceMetrics' | 'digest'> & { readonly body: Uint8Array }> {
  // A page that has its own name resolve to the loopback (DNS rebinding) betrays itself here.
  const asked = (request.headers.host ?? '').replace(/:\d+$/, '');
  if (![host, `[${host}]`, 'localhost', '127.0.0.1', '[::1]'].includes(asked)) {
    throw new RefusedRequest(403, `host '${asked}' is not served here`);
  }
  if (request.url?.split('?')[0] !== '/v1/metrics') {
    throw new RefusedRequest(404, 'metrics are received at /v1/metrics');
  }
  if (request.method !== 'POST') {
    throw new RefusedRequest(405, 'metrics are sent with POST', { allow: 'POST' });
  }
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== PROTOBUF) {
    throw new RefusedRequest(415, `content type '${type}' is not supported; send ${PROTOBUF}`);
  }
  const body = await readBody(request, limitBytes);
  try {
    const digest = createHash('sha1').update(body).digest('base64');
    return { resourceMetrics: decodeMetricsRequest(body), body, digest };
  } catch (error) {
    throw new RefusedRequest(400, `the body cannot be decoded: ${(error as Error).message}`);
  }
}

function bodyOf(status: number, answer: ReceiverAnswer): Uint8Array {
  if (status >= 300) return encodeStatus(`answered with ${status} on purpose`);
  return encodeResponse('protobuf', answer.partialSuccess);
}

function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  const { status, message, headers } =
    error instanceof RefusedRequest ? error : new RefusedRequest(500, (error as Error).message);
  if (response.headersSent || response.destroyed) return;
  // The rest of the body is read and thrown away (for at most `requestTimeout`): a connection that
  // is closed over unread bytes loses the answer.
  request.resume();
  send(response, status, encodeStatus(message), headers);
}

function send(
  response: ServerResponse,
  status: number,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    'content-type': PROTOBUF,
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(body);
}
