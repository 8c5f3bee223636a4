import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { OWN_AGENT } from '../../core/index.js';
import { type Answer, fateOf, retryAfterMillis } from './answer.js';
import { serverWords } from './server-words.js';

/** Most bytes of an answer that are read (OTLP specification recommends a limit of 4 MiB). */
const MAX_ANSWER_BYTES = 4_194_304;

/** The certificates and the key of a TLS connection, as they are in their files. */
export interface TlsMaterial {
  readonly ca: Buffer | undefined;
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
}

/** Where a sender sends to, and how. */
export interface HttpSenderOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: 'gzip' | 'none';
  readonly tls: TlsMaterial;
  /** Makes the connections, a proxy's for example; from here on the sender's, which ends it. */
  readonly agent?: Agent | undefined;
  /** Reads the partial success of an answer: points refused, and why. Throws for what is none. */
  readonly partialSuccess: (body: Uint8Array) => {
    readonly rejectedPoints: number;
    readonly message: string;
  };
}

type RequestFunction = (url: URL, options: RequestOptions & TlsMaterial) => ClientRequest;

interface Connection {
  readonly agent: Agent;
  readonly request: RequestFunction;
}

/**
 * Sends OTLP requests over HTTP/1.1, one attempt at a time, and tells their fate. Redirects are never
 * followed, so that headers go nowhere else; what an answer may take is bounded in bytes and in time.
 *
 * Of its own, and not the official exporter's: that one retries by itself, tells neither `Retry-After`
 * nor partial successes, and its timeout is one of idleness.
 */
export class HttpSender {
  private connection: Promise<Connection> | undefined;
  private current: ClientRequest | undefined;
  private isClosed = false;

  constructor(private readonly options: HttpSenderOptions) {}

  /** Sends one request. `timeoutMillis` is from begin to end. Never rejects. */
  async send(body: Uint8Array, timeoutMillis: number): Promise<Answer> {
    const deadline = performance.now() + timeoutMillis;
    try {
      this.connection ??= connect(this.options);
      const connection = await this.connection;
      const { compression } = this.options;
      const bytes = compression === 'gzip' ? await promisify(gzip)(body) : body;
      const attempt = (): Promise<Attempt> =>
        this.attempt(connection, bytes, timeoutMillis, deadline - performance.now());
      const first = await attempt();
      // The server may have closed an idle connection at the moment that it was taken again.
      return first.isStale ? (await attempt()).answer : first.answer;
    } catch (error) {
      return { fate: 'retryable', message: messageOf(error) };
    }
  }

  /** Ends what is under way, and makes no connection again. */
  close(reason: string): void {
    this.isClosed = true;
    this.current?.destroy(new Error(reason));
    void this.connection?.then(
      ({ agent }) => agent.destroy(),
      () => undefined,
    );
  }

  private attempt(
    { agent, request }: Connection,
    bytes: Uint8Array,
    timeoutMillis: number,
    leftMillis: number,
  ): Promise<Attempt> {
    if (this.isClosed)
      return Promise.resolve(settled({ fate: 'retryable', message: 'the pipeline was shut down' }));
    const { compression, headers, tls } = this.options;
    return new Promise((resolve) => {
      let isConnected = false;
      let hasAnswered = false;
      const sent = request(new URL(this.options.url), {
        method: 'POST',
        agent,
        ...tls,
        headers: {
          ...headers,
          'content-type': 'application/x-protobuf',
          'content-length': bytes.length,
          'user-agent': 'meterbook',
          ...(compression === 'gzip' && { 'content-encoding': 'gzip' }),
        },
      });
      this.current = sent;
      const timer = setTimeout(
        () => sent.destroy(new Error(`there was no complete answer within ${timeoutMillis} ms`)),
        Math.max(1, leftMillis),
      );
      timer.unref();
      const end = (attempt: Attempt): void => {
        clearTimeout(timer);
        resolve(attempt);
      };
      sent.once('socket', (socket) => {
        // Who waits for the end of an export keeps the process alive; an export by itself does not.
        socket.unref();
        const onConnected = (): void => {
          isConnected = true;
        };
        // Before TLS is agreed on nothing of the request has gone out.
        const isReady = isTls(socket) ? !socket.secureConnecting : !socket.connecting;
        if (isReady) onConnected();
        else socket.once(isTls(socket) ? 'secureConnect' : 'connect', onConnected);
      });
      sent.once('response', (response) => {
        hasAnswered = true;
        // It may answer before it has read everything.
        void this.read(response).then((answer) => {
          const isBodyFree = sent.writableFinished;
          // It may never read the rest, and nothing else would get the connection meanwhile.
          if (!isBodyFree) sent.destroy();
          end(settled({ ...answer, isBodyFree }));
        });
      });
      sent.on('error', (error: NodeJS.ErrnoException) => {
        // What has begun to answer says its fate by its status.
        if (hasAnswered) return;
        const isStale = sent.reusedSocket && error.code === 'ECONNRESET';
        end({
          answer: { fate: isConnected ? 'ambiguous' : 'retryable', message: messageOf(error) },
          isStale,
        });
      });
      // Nothing else tells of an answer that switches to another protocol.
      sent.once('close', () => {
        if (!hasAnswered)
          end(
            settled({ fate: 'ambiguous', message: 'the connection was closed without an answer' }),
          );
      });
      sent.end(bytes);
    });
  }

  /** Reads an answer as far as it comes and may go; its status alone says the fate. Never rejects. */
  private async read(response: IncomingMessage): Promise<Answer> {
    const { statusCode: status = 0, statusMessage = '' } = response;
    const fate = fateOf(status);
    const chunks: Buffer[] = [];
    let length = 0;
    try {
      for await (const chunk of response) {
        length += chunk.length;
        if (length > MAX_ANSWER_BYTES) break;
        chunks.push(chunk);
      }
    } catch {
      // Cut off, or out of time.
    }
    const body = Buffer.concat(chunks);
    if (fate === 'accepted') return { fate, status, ...this.refusedPart(body) };
    const said = serverWords(body);
    const words = `${statusMessage || 'HTTP'} (${status})${redirection(response)}`;
    return {
      fate,
      status,
      message: said === '' ? words : `${words}: ${said}`,
      retryAfterMillis: retryAfterMillis(response.headers['retry-after'], Date.now()),
    };
  }

  private refusedPart(body: Uint8Array): Pick<Answer, 'rejectedPoints' | 'message'> {
    if (body.length === 0) return {};
    try {
      const { rejectedPoints, message } = this.options.partialSuccess(body);
      // A message without a count is a warning of the server's.
      return rejectedPoints === 0 && message === '' ? {} : { rejectedPoints, message };
    } catch {
      // The status says that it has arrived; a body that cannot be read says nothing.
      return {};
    }
  }
}

interface Attempt {
  readonly answer: Answer;
  /** Nothing but a connection that had gone while it was idle. */
  readonly isStale: boolean;
}

function settled(answer: Answer): Attempt {
  return { answer, isStale: false };
}

function redirection({ statusCode = 0, headers }: IncomingMessage): string {
  return statusCode >= 300 && statusCode < 400 && headers.location !== undefined
    ? ', a redirect, which is not followed: set the endpoint to where it leads'
    : '';
}

/**
 * Loaded on first use, since TLS takes time to load. Without an agent that was given the proxies are
 * those that Node takes from the environment, where it does (`NODE_USE_ENV_PROXY`, from Node 24 on).
 */
async function connect({ url, agent }: HttpSenderOptions): Promise<Connection> {
  const isPlain = new URL(url).protocol === 'http:';
  const { Agent, request, globalAgent } = isPlain
    ? await import('node:http')
    : await import('node:https');
  const { proxyEnv } =
    (globalAgent as { readonly options?: { readonly proxyEnv?: object } }).options ?? {};
  const own = agent ?? new Agent({ keepAlive: true, maxSockets: 1, ...(proxyEnv && { proxyEnv }) });
  return { agent: Object.assign(own, { [OWN_AGENT]: true }), request };
}

function isTls(socket: Socket): socket is TLSSocket & { readonly secureConnecting: boolean } {
  return 'encrypted' in socket;
}

/** An error in a line: of several attempts to connect, what each said. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '')
    return error.errors.map(messageOf).join(', ');
  return error instanceof Error ? error.message || error.name : String(error);
}
