import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';

/** A TCP server of a test, and how many connections it has had. */
export interface RawServer {
  /** `http://127.0.0.1:port/v1/metrics` */
  readonly url: string;
  readonly port: number;
  readonly connections: number;
  /** Connections that are open now. */
  readonly open: number;
  /** Bytes that have come in. */
  readonly bytes: number;
  close(): Promise<void>;
}

async function startServer(onConnection: (socket: Socket) => void): Promise<RawServer> {
  const sockets = new Set<Socket>();
  let bytes = 0;
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      bytes += chunk.length;
    });
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1/metrics`,
    port,
    get connections() {
      return connections;
    },
    get open() {
      return sockets.size;
    },
    get bytes() {
      return bytes;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Accepts, reads, and never answers. */
export function startHungServer(): Promise<RawServer> {
  return startServer(() => undefined);
}

/** Does with each connection what the test says; `count` is 1 for the first. */
export function startAnsweringServer(
  onConnection: (socket: Socket, count: number) => void,
): Promise<RawServer> {
  let count = 0;
  return startServer((socket) => onConnection(socket, ++count));
}

/** Answers 200 and then one byte of the body every 10 ms, without an end. */
export function startDrippingServer(): Promise<RawServer> {
  return startServer((socket) => {
    let timer: ReturnType<typeof setInterval> | undefined;
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n');
      timer = setInterval(() => socket.write('x'), 10);
    });
    socket.on('close', () => clearInterval(timer));
  });
}

/** A URL at which nobody listens. */
export async function refusingUrl(): Promise<string> {
  const server = await startServer(() => undefined);
  await server.close();
  return server.url;
}
