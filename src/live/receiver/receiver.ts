import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Access } from '../access.js';
import { endUnread, type Listening, listen } from '../listen.js';
import { CONTENT_TYPES, encodeResponse, encodeStatus } from '../otlp/answers.js';
import { RefusedRequest, readBody } from '../otlp/body.js';
import { Malformed } from '../otlp/cursor.js';
import { type OtlpEncoding, outlineOf } from '../otlp/decode.js';
import { DECODE_LIMITS, TooMuch } from '../otlp/limits.js';
import { Intake, type Sink } from './intake.js';
import { MemoryBudget } from './memory-budget.js';
import { ReceiverCounts } from './receiver-counts.js';

/** Settings of a receiver. */
export interface ReceiverOptions {
  /** As a URL has it. */
  readonly host: string;
  readonly port: number;
  readonly access: Access;
  readonly sink: Sink;
  /** Most bytes of one body, packed and unpacked. Default 20 MiB. */
  readonly bodyBytes?: number | undefined;
  /** Most bytes of all bodies that are being read. Default 64 MiB. */
  readonly budgetBytes?: number | undefined;
}

/** A running receiver. */
export interface Receiver {
  /** What OTEL_EXPORTER_OTLP_ENDPOINT is: `http://127.0.0.1:4318`. */
  readonly url: string;
  readonly counts: ReceiverCounts;
  close(): Promise<void>;
}

const MEBIBYTE = 1024 * 1024;
const BODY_BYTES = 20 * MEBIBYTE;
const BUDGET_BYTES = 64 * MEBIBYTE;
const CONNECTIONS = 512;
const REQUEST_MILLIS = 30_000;

/** What is not kept, and answered as if it were: a service sends all its signals to one address. */
const OTHER_SIGNALS: Readonly<Record<string, 'traces' | 'logs'>> = {
  '/v1/traces': 'traces',
  '/v1/logs': 'logs',
};

/**
 * Starts an OTLP/HTTP receiver of metrics: protobuf and JSON, plain, gzip or deflate.
 *
 * It answers as the protocol says, in the encoding of the request: 200 with what was left out of it as
 * partial success; 400 for what cannot be decoded, 401 without the token, 403 for a foreign host or
 * origin, 404, 405, 413 past a limit, 415 for another content type or encoding, 503 with
 * `Retry-After` while too much is being read, each with a `google.rpc.Status`.
 *
 * @throws {LiveProblem} if it cannot listen there
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const counts = new ReceiverCounts();
  const handler = new Handler(options, counts);
  const server: Listening = await listen({
    host: options.host,
    port: options.port,
    option: '--port',
    connections: CONNECTIONS,
    requestMillis: REQUEST_MILLIS,
    onRequest: (request, response) => handler.handle(request, response),
    onRefused: (reason) => counts.refuse(reason),
  });
  return { url: server.url, counts, close: () => server.close() };
}

class Handler {
  private readonly budget: MemoryBudget;
  private readonly intake: Intake;
  private readonly bodyBytes: number;

  constructor(
    private readonly options: ReceiverOptions,
    private readonly counts: ReceiverCounts,
  ) {
    this.budget = new MemoryBudget(options.budgetBytes ?? BUDGET_BYTES);
    this.intake = new Intake(options.sink, counts);
    this.bodyBytes = options.bodyBytes ?? BODY_BYTES;
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    // A connection that breaks while it is answered is the client's affair.
    response.on('error', () => undefined);
    this.receive(request, response).catch((error: unknown) => {
      const refused = refusalOf(error);
      this.counts.refuse(reasonOf(refused.status));
      if (response.headersSent || response.destroyed) return;
      const encoding = encodingOf(request) ?? 'protobuf';
      write(response, refused.status, encodeStatus(refused.message, encoding), {
        'content-type': CONTENT_TYPES[encoding],
        ...refused.headers,
      });
      endUnread(request, response);
    });
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.admit(request);
    const path = request.url?.split('?')[0] ?? '';
    const other = OTHER_SIGNALS[path];
    if (other === undefined && path !== '/v1/metrics') {
      throw new RefusedRequest(404, 'metrics are received at /v1/metrics');
    }
    if (request.method !== 'POST') {
      throw new RefusedRequest(405, 'metrics are sent with POST', { allow: 'POST' });
    }
    const encoding = encodingOf(request);
    if (encoding === undefined) {
      const types = Object.values(CONTENT_TYPES).join(' or ');
      throw new RefusedRequest(415, `this content type is not supported; send ${types}`);
    }
    const headers = { 'content-type': CONTENT_TYPES[encoding] };
    if (other !== undefined) {
      await discard(request, this.bodyBytes);
      this.counts.notKept[other] += 1;
      write(response, 200, encodeResponse(encoding), headers);
      response.end();
      return;
    }
    const lease = this.budget.lease();
    try {
      const body = await readBody(request, this.bodyBytes, (bytes) => lease.take(bytes));
      const partial = await this.intake.take(
        { body, encoding, receivedAt: Date.now() },
        outlineOf(body, encoding, DECODE_LIMITS),
      );
      write(response, 200, encodeResponse(encoding, partial), headers);
      response.end();
    } finally {
      lease.release();
    }
  }

  private admit(request: IncomingMessage): void {
    const { access } = this.options;
    const denial = access.originDenial(request) ?? access.tokenDenial(request, false);
    if (denial === undefined) return;
    const headers = denial.status === 401 ? { 'www-authenticate': 'Bearer' } : {};
    throw new RefusedRequest(denial.status, denial.message, headers);
  }
}

function encodingOf(request: IncomingMessage): OtlpEncoding | undefined {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type === CONTENT_TYPES.protobuf) return 'protobuf';
  return type === CONTENT_TYPES.json ? 'json' : undefined;
}

/** Reads a body to its end and keeps nothing of it. */
async function discard(request: IncomingMessage, limitBytes: number): Promise<void> {
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length;
    if (size > limitBytes) throw new RefusedRequest(413, `the body exceeds ${limitBytes} bytes`);
  }
}

function refusalOf(error: unknown): RefusedRequest {
  if (error instanceof RefusedRequest) return error;
  if (error instanceof Malformed) {
    return new RefusedRequest(400, `the body cannot be decoded: ${error.message}`);
  }
  if (error instanceof TooMuch) return new RefusedRequest(413, error.message);
  if ((error as NodeJS.ErrnoException).code === 'ECONNRESET') {
    return new RefusedRequest(400, 'the connection ended within the body');
  }
  return new RefusedRequest(500, `the request could not be taken: ${(error as Error).message}`);
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'malformed',
  401: 'no token',
  403: 'foreign host or origin',
  404: 'unknown path',
  405: 'not sent with POST',
  413: 'too large',
  415: 'unknown content type',
  503: 'too much at a time',
};

function reasonOf(status: number): string {
  return REASONS[status] ?? 'fault of the receiver';
}

function write(
  response: ServerResponse,
  status: number,
  body: Uint8Array,
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(status, {
    'content-length': body.length,
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
    ...headers,
  });
  response.write(body);
}
