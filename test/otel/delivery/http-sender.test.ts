import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpSender } from '../../../src/otel/index.js';
import { startAnsweringServer } from '../../support/servers.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function open(onConnection: (socket: Socket, count: number) => void) {
  const server = await startAnsweringServer(onConnection);
  const sender = new HttpSender({
    url: server.url,
    headers: {},
    compression: 'none',
    tls: { ca: undefined, cert: undefined, key: undefined },
    partialSuccess: () => ({ rejectedPoints: 0, message: '' }),
  });
  ends.push(() => sender.close('the test is over'), server.close);
  return { sender, server };
}

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';
/** More than the buffers of a connection hold. */
const LARGE = new Uint8Array(32 * 1024 * 1024);
const SMALL = new Uint8Array(10);
const LONG = 30_000;

describe('a server that answers in ways of its own', () => {
  it.each([
    [
      'switches to another protocol',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
    ],
    ['ends the connection', ''],
  ])('and %s leaves the fate unknown, at once', async (_, answer) => {
    const { sender } = await open((socket) => {
      socket.once('data', () => socket.end(answer));
    });
    const begun = performance.now();
    expect(await sender.send(SMALL, LONG)).toMatchObject({ fate: 'ambiguous' });
    expect(performance.now() - begun).toBeLessThan(LONG / 2);
  });

  it('before it has read everything does not keep the next request waiting', async () => {
    const { sender, server } = await open((socket, count) => {
      if (count > 1) {
        socket.on('data', () => socket.write(OK));
        return;
      }
      socket.once('readable', () => {
        socket.pause();
        socket.removeAllListeners('data');
        socket.write('HTTP/1.1 413 Payload Too Large\r\ncontent-length: 0\r\n\r\n');
      });
    });
    expect(await sender.send(LARGE, LONG)).toMatchObject({ fate: 'too_large', isBodyFree: false });
    expect(await sender.send(SMALL, 5_000)).toMatchObject({ fate: 'accepted' });
    expect(server.connections).toBe(2);
  });
});
