import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { anthropic } from './anthropic.js';
import { openaiChat } from './openai-chat.js';
import { openaiResponses } from './openai-responses.js';
import type {
  ApiFailure,
  Exchange,
  ModelAnswer,
  ModelRequest,
  Protocol,
  ProtocolName,
  Sent,
  WireEvent,
} from './types.js';

export interface ModelServerOptions {
  /** What each request is answered with; a failure is an error in place of an answer. */
  answer(request: ModelRequest): ModelAnswer | ApiFailure;
  /** Default: any that is free. */
  readonly port?: number;
}

/** A server that speaks the protocols of model providers, on 127.0.0.1. */
export interface ModelServer extends AsyncDisposable {
  /** `http://127.0.0.1:port`; the base URL of OpenAI clients is this with `/v1`. */
  readonly url: string;
  /** In the order in which the requests came in. */
  readonly exchanges: readonly Exchange[];
  /** Ends every connection and the server. */
  close(): Promise<void>;
}

const PROTOCOLS: Readonly<Record<string, readonly [ProtocolName, Protocol]>> = {
  '/v1/chat/completions': ['openai-chat', openaiChat],
  '/v1/responses': ['openai-responses', openaiResponses],
  '/v1/messages': ['anthropic', anthropic],
};

/**
 * Starts a server that answers as OpenAI's chat completions (`POST /v1/chat/completions`), OpenAI's
 * responses (`/v1/responses`) and Anthropic's messages (`/v1/messages`) do, streamed or in one piece.
 * Waits are kept before an answer in one piece as well.
 */
export async function startModelServer(options: ModelServerOptions): Promise<ModelServer> {
  const exchanges: Exchange[] = [];
  const server = createServer((incoming, response) => {
    handle(incoming, response, options, exchanges).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, exchanges, close, [Symbol.asyncDispose]: close };
}

async function handle(
  incoming: IncomingMessage,
  response: ServerResponse,
  options: ModelServerOptions,
  exchanges: Exchange[],
): Promise<void> {
  const found = PROTOCOLS[new URL(incoming.url ?? '/', 'http://localhost').pathname];
  const body = JSON.parse((await bodyOf(incoming)) || '{}');
  if (found === undefined || incoming.method !== 'POST') {
    response.writeHead(404).end();
    return;
  }
  const [name, protocol] = found;
  const request: ModelRequest = {
    protocol: name,
    model: String(body.model),
    isStreamed: body.stream === true,
    wantsUsage: name !== 'openai-chat' || body.stream_options?.include_usage === true,
    index: exchanges.length,
  };
  const sent: Sent[] = [];
  const closed = new Promise<{ readonly byClient: boolean }>((resolve) => {
    response.once('close', () => resolve({ byClient: !response.writableEnded }));
  });
  exchanges.push({ request, sent, closed });
  const answer = options.answer(request);
  if (!('steps' in answer)) return fail(response, protocol, answer);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const stream = new AnswerStream(response, gone.signal, sent);
  if (request.isStreamed) await stream.send(protocol, request, answer);
  else await stream.sendWhole(protocol, request, answer);
}

function fail(response: ServerResponse, protocol: Protocol, failure: ApiFailure): void {
  const headers = { 'content-type': 'application/json', 'request-id': 'req_test' };
  response.writeHead(failure.status ?? 500, headers);
  response.end(JSON.stringify(protocol.errorBody(failure)));
}

/** Sends one answer, step by step. */
class AnswerStream {
  constructor(
    private readonly response: ServerResponse,
    private readonly gone: AbortSignal,
    private readonly sent: Sent[],
  ) {}

  async send(protocol: Protocol, request: ModelRequest, answer: ModelAnswer): Promise<void> {
    const wording = protocol.wording(request, answer);
    const headers = {
      'content-type': 'text/event-stream; charset=utf-8',
      'request-id': 'req_test',
    };
    let hasStarted = false;
    const start = (): void => {
      if (hasStarted) return;
      hasStarted = true;
      this.response.writeHead(200, { ...headers, 'cache-control': 'no-cache' });
      this.write('start', wording.start());
    };
    for (const [i, step] of answer.steps.entries()) {
      // A wait at the very beginning is that of the headers.
      if ('wait' in step && i === 0) await this.wait(step.wait);
      start();
      if (this.gone.aborted) return;
      if ('cut' in step) {
        this.response.socket?.destroy();
        return;
      }
      if ('wait' in step) {
        if (i > 0) await this.wait(step.wait);
        continue;
      }
      this.write(Object.keys(step)[0] as Sent['what'], wording.step(step));
      if ('failure' in step) {
        this.response.end();
        return;
      }
    }
    start();
    if (this.gone.aborted) return;
    this.write('end', wording.end());
    this.response.end();
  }

  async sendWhole(protocol: Protocol, request: ModelRequest, answer: ModelAnswer): Promise<void> {
    for (const step of answer.steps) if ('wait' in step) await this.wait(step.wait);
    this.sent.push({ what: 'end', at: performance.now() });
    this.response.writeHead(200, { 'content-type': 'application/json', 'request-id': 'req_test' });
    this.response.end(JSON.stringify(protocol.wording(request, answer).whole()));
  }

  /** All events of a step go out together. */
  private write(what: Sent['what'], events: readonly WireEvent[]): void {
    this.sent.push({ what, at: performance.now() });
    this.response.write(events.map(textOf).join(''));
  }

  private wait(millis: number): Promise<void> {
    return delay(millis, undefined, { signal: this.gone }).catch(() => undefined);
  }
}

function textOf({ event, data }: WireEvent): string {
  const name = event === undefined ? '' : `event: ${event}\n`;
  return `${name}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  let text = '';
  incoming.setEncoding('utf8');
  for await (const part of incoming) text += part;
  return text;
}
