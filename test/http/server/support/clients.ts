import { once } from 'node:events';
import * as http from 'node:http';
import * as http2 from 'node:http2';
import * as https from 'node:https';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

export type Protocol = 'http' | 'https' | 'http2';

export interface Sending {
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** An answer whose headers have arrived. */
export interface Opened {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable;
  /** Goes away without waiting for the rest. */
  abort(): void;
}

export interface Client {
  open(method: string, path: string, sending?: Sending): Promise<Opened>;
  /** The whole answer. */
  send(method: string, path: string, sending?: Sending): Promise<{ status: number; body: string }>;
  /** Goes away before there is an answer; `sent` is over once the request is under way. */
  abandon(method: string, path: string): { readonly sent: Promise<void>; abort(): void };
  close(): void;
}

/** The key that stands for a certificate on both sides, so that none has to be made. */
export const PRE_SHARED = {
  key: Buffer.from('a key of the tests'),
  options: { ciphers: 'PSK-AES128-CBC-SHA256', maxVersion: 'TLSv1.2' },
} as const;

export function clientOf(protocol: Protocol, port: number): Client {
  const client = protocol === 'http2' ? http2Client(port) : http1Client(protocol, port);
  const send: Client['send'] = async (method, path, sending) => {
    const { status, body } = await client.open(method, path, sending);
    return { status, body: await text(body) };
  };
  return { ...client, send };
}

function http1Client(protocol: 'http' | 'https', port: number): Omit<Client, 'send'> {
  const agentOptions = { keepAlive: true, maxSockets: 20 };
  const agent =
    protocol === 'http'
      ? new http.Agent(agentOptions)
      : new https.Agent({
          ...agentOptions,
          ...PRE_SHARED.options,
          pskCallback: () => ({ psk: PRE_SHARED.key, identity: 'client' }),
          checkServerIdentity: () => undefined,
        });
  const begin = (method: string, path: string, { headers, body }: Sending = {}) => {
    const make = protocol === 'http' ? http.request : https.request;
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const allHeaders = { 'content-type': 'text/plain', ...length, ...headers };
    const options = { host: '127.0.0.1', port, agent, method, path, headers: allHeaders };
    return make(options).end(body);
  };
  return {
    async open(method, path, sending) {
      const request = begin(method, path, sending);
      const [response] = (await once(request, 'response')) as [http.IncomingMessage];
      response.on('error', () => undefined);
      return {
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: response,
        abort: () => response.destroy(),
      };
    },
    abandon(method, path) {
      const request = begin(method, path);
      request.on('error', () => undefined);
      return {
        sent: once(request, 'finish').then(() => undefined),
        abort: () => request.destroy(),
      };
    },
    close: () => agent.destroy(),
  };
}

function http2Client(port: number): Omit<Client, 'send'> {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  session.on('error', () => undefined);
  const begin = (method: string, path: string, { headers, body }: Sending = {}) => {
    const stream = session.request(
      { ':method': method, ':path': path, 'content-type': 'text/plain', ...headers },
      { endStream: body === undefined && method !== 'POST' },
    );
    stream.on('error', () => undefined);
    if (body !== undefined || method === 'POST') stream.end(body);
    return stream;
  };
  return {
    async open(method, path, sending) {
      const stream = begin(method, path, sending);
      const [headers] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders];
      return {
        status: Number(headers[':status']),
        headers: headers as Record<string, string>,
        body: stream,
        abort: () => stream.close(http2.constants.NGHTTP2_CANCEL),
      };
    },
    abandon(method, path) {
      const stream = begin(method, path);
      const sent = stream.pending ? once(stream, 'ready') : Promise.resolve();
      return {
        sent: sent.then(() => undefined),
        abort: () => stream.close(http2.constants.NGHTTP2_CANCEL),
      };
    },
    close: () => session.destroy(),
  };
}
