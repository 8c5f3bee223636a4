import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import type { Running } from './application.js';

/** Listens on a free port; closing it ends every connection, as a process that stops does. */
export async function listening(server: Server): Promise<Running> {
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket: { destroy(): void }) => sockets.add(socket));
  if (!server.listening) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      (server as Partial<HttpServer>).closeAllConnections?.();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
