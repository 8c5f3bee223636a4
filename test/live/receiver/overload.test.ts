import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Access } from '../../../src/live/access.js';
import { type Receiver, startReceiver } from '../../../src/live/receiver/receiver.js';
import { until } from '../../support/pipeline.js';
import { post } from '../support/assembled.js';
import { encodeRequest } from '../support/otlp.js';

const open: Receiver[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const one of open.splice(0)) await one.close();
});

async function receiver(budgetBytes: number): Promise<Receiver> {
  const started = await startReceiver({
    host: '127.0.0.1',
    port: 0,
    access: new Access('127.0.0.1', undefined),
    sink: { add: () => ({ rejectedPoints: 0 }) },
    budgetBytes,
  });
  open.push(started);
  return started;
}

/** A client that sends the first half of a body and waits. */
function halfOf(target: Receiver, bytes: number): Socket {
  const { port } = new URL(target.url);
  const socket = connect(Number(port), '127.0.0.1');
  sockets.push(socket);
  socket.write(
    `POST /v1/metrics HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\nContent-Length: ${bytes}\r\n\r\n`,
  );
  socket.write(Buffer.alloc(bytes / 2));
  return socket;
}

describe('too much at a time', () => {
  const BODY = encodeRequest({
    resourceMetrics: [{ resource: { attributes: [{ key: 'x'.repeat(2_000) }] } }],
  });

  it('is put off with 503 and Retry-After, and taken when there is room again', async () => {
    const target = await receiver(100_000);
    const slow = halfOf(target, 199_000);
    const live = { receiverUrl: target.url };
    await until('the half is there', async () => (await post(live, BODY)).status === 503);
    const refused = await post(live, BODY);
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1']);
    expect(target.counts.refused['too much at a time']).toBeGreaterThanOrEqual(2);
    slow.destroy();
    await until('there is room', async () => (await post(live, BODY)).status === 200);
  });

  it('is given back by every request, whatever its end', async () => {
    const target = await receiver(10_000);
    const live = { receiverUrl: target.url };
    for (let i = 0; i < 20; i++) {
      expect((await post(live, BODY)).status).toBe(200);
      expect((await post(live, Buffer.alloc(2_000, 0x0b))).status).toBe(400);
    }
  });
});
