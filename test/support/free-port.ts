import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below every system's ephemeral ports (Linux has them from 32768, others from 49152), which the
 * kernel gives to connections and to `listen(0)`: one of those may be taken between the moment it
 * was found free and the moment a server starts, or while a server is away that comes back to it.
 */
const PORTS = { from: 10_000, to: 32_768 };

const given = new Set<number>();

/** A port that nobody listens on, nor will unless asked to. No port is given twice. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(PORTS.from, PORTS.to);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .once('error', () => resolve(false))
      .listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
