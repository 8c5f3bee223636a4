import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { OWN_SERVER } from '../core/index.js';
import { LiveProblem } from './problem.js';

/** How to listen. */
export interface ListenOptions {
  /** As a URL has it: `127.0.0.1`, `[::1]`. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** The option that names another port: `--port`. */
  readonly option: string;
  readonly connections: number;
  /** Longest time for the whole of a request to arrive, milliseconds. */
  readonly requestMillis: number;
  readonly onRequest: RequestListener;
  /** Called with what happened where a connection is refused, or sends no HTTP. */
  readonly onRefused: (reason: string) => void;
}

/** A server that listens. */
export interface Listening {
  /** `http://127.0.0.1:4318` */
  readonly url: string;
  /** Stops listening and cuts what is still connected. */
  close(): Promise<void>;
}

const HEADERS_MILLIS = 5_000;
/** Longer than the minute between two exports: a connection that is closed just then loses one. */
const KEEP_ALIVE_MILLIS = 75_000;
/** How often slow connections are looked for. */
const CHECK_MILLIS = 1_000;
const MOST_HEADER_BYTES = 16 * 1024;
/** How long, and for how many bytes, the rest of a refused body is read and thrown away. */
const LINGER_MILLIS = 2_000;
const LINGER_BYTES = 8 * 1024 * 1024;

/**
 * Starts a server whose connections, headers and requests have limits, and what they cost has too.
 *
 * @throws {LiveProblem} if it cannot listen there
 */
export async function listen(options: ListenOptions): Promise<Listening> {
  const { host, port, onRefused } = options;
  const server = createServer(
    {
      headersTimeout: HEADERS_MILLIS,
      requestTimeout: options.requestMillis,
      keepAliveTimeout: KEEP_ALIVE_MILLIS,
      connectionsCheckingInterval: CHECK_MILLIS,
      maxHeaderSize: MOST_HEADER_BYTES,
    },
    options.onRequest,
  );
  // What measures this process's servers leaves it out: it is no part of any service.
  Object.assign(server, { [OWN_SERVER]: true });
  server.maxConnections = options.connections;
  server.on('drop', () => onRefused('too many connections'));
  server.on('clientError', (error: ClientError, socket: Socket) => {
    const reason = reasonOf(error);
    if (reason !== undefined) onRefused(reason);
    const status = STATUSES[error.code ?? ''] ?? '400 Bad Request';
    if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
    // Whoever sends what is no HTTP may not read the answer either.
    socket.destroySoon();
  });
  await bind(server, options);
  const address = server.address() as AddressInfo | null;
  return {
    url: `http://${host}:${address?.port ?? port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type ClientError = NodeJS.ErrnoException & { readonly rawPacket?: Buffer };

const STATUSES: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** `undefined` where nothing was refused: the client went away. */
function reasonOf({ code, rawPacket }: ClientError): string | undefined {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'too slow';
  if (code === 'ECONNRESET' || code === 'EPIPE') return undefined;
  // What OTLP over gRPC begins with.
  if (rawPacket?.subarray(0, 14).toString('latin1') === 'PRI * HTTP/2.0') {
    return 'gRPC: send OTLP over HTTP';
  }
  return 'no HTTP';
}

function bind(server: Server, { host, port, option }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(problemOf(error, `${host}:${port}`, option));
    });
    server.listen(port, host.replace(/^\[|\]$/g, ''), () => {
      server.removeAllListeners('error');
      // Running out of file descriptors is no reason to end: the next connection may find one.
      server.on('error', () => undefined);
      resolve();
    });
  });
}

function problemOf(error: NodeJS.ErrnoException, where: string, option: string): LiveProblem {
  if (error.code === 'EADDRINUSE') {
    return new LiveProblem(
      `${where} is in use: an OpenTelemetry Collector may have it, or another meterbook live.`,
      `End that, or choose another port with ${option}.`,
    );
  }
  if (error.code === 'EACCES') {
    return new LiveProblem(
      `This user may not listen on ${where}.`,
      `Choose a port above 1023 with ${option}.`,
    );
  }
  const message = `It cannot listen on ${where}: ${error.message}.`;
  return new LiveProblem(message, `Choose another host or port with --host and ${option}.`);
}

/**
 * Ends an answer that was written before the body was read to its end. The rest is read for a while
 * first: a connection that is closed over unread bytes loses the answer.
 */
export function endUnread(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete) {
    response.end();
    return;
  }
  let rest = LINGER_BYTES;
  const end = (): void => {
    clearTimeout(timer);
    if (!response.writableEnded) response.end();
    if (!request.complete) request.socket.destroySoon();
  };
  const timer = setTimeout(end, LINGER_MILLIS).unref();
  request.on('data', (chunk: Buffer) => {
    rest -= chunk.length;
    // It can send no more, and has the time that is left to see the answer.
    if (rest < 0) request.pause();
  });
  request.once('close', end).once('end', end).resume();
}
