import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post, send } from '../live/support/assembled.js';
import { anyRequest, encodeRequest } from '../live/support/otlp.js';
import { until } from '../support/pipeline.js';
import { tries } from '../support/property.js';
import { type LiveCommand, startLiveCommand } from './support/live-command.js';

/**
 * `meterbook live` as a process of its own, and what must not harm it. After each attack a normal
 * export has to be taken, the page has to answer, and the memory has to be where it was.
 */
let live: LiveCommand;
/** After it has served what a service sends, so that what it needs anyway is not counted. */
let settled = 0;

const MEBIBYTE = 1024 * 1024;
/** What an attack may cost. A body of the largest size that is allowed costs 20 MiB, twice for a while. */
const MOST_GROWTH = 50 * MEBIBYTE;
/** Memory that the runtime has taken and given back is given to the system with some delay. */
const MOST_AFTERWARDS = 120 * MEBIBYTE;
const CONNECTIONS = 10_000;

const NORMAL = encodeRequest({
  resourceMetrics: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'normal' } }] },
      scopeMetrics: [
        {
          metrics: [{ name: 'm', sum: { dataPoints: [{ asInt: 1 }], aggregationTemporality: 1 } }],
        },
      ],
    },
  ],
});

beforeAll(async () => {
  live = await startLiveCommand();
  for (let i = 0; i < 20; i++) await normalIsServed();
  settled = live.rss();
});

afterAll(async () => {
  expect(await live.stop()).toBe(0);
  expect(live.said()).toBe('');
});

async function normalIsServed(): Promise<void> {
  const answer = await post({ receiverUrl: live.receiver }, NORMAL);
  expect(answer.status).toBe(200);
  const page = await send(live.page);
  expect([page.status, page.text.slice(0, 9).toLowerCase()]).toEqual([200, '<!doctype']);
  expect((await live.answer('view=overview')).at).toBeGreaterThan(0);
}

/** Runs an attack, and gives by how much memory grew at most while it ran. */
async function growthOf(attack: () => Promise<void>): Promise<number> {
  const before = live.rss();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, live.rss());
  }, 100);
  try {
    await attack();
  } finally {
    clearInterval(timer);
  }
  return Math.max(most, live.rss()) - before;
}

/** Sends a body piece by piece until it is answered, or cut off. */
async function pour(
  headers: Readonly<Record<string, string>>,
  piece: Buffer,
  pieces: number,
): Promise<number> {
  const request: ClientRequest = httpRequest(`${live.receiver}/v1/metrics`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf', ...headers },
    agent: false,
  });
  let status = 0;
  let isOver = false;
  let goOn = (): void => undefined;
  const end = (): void => {
    isOver = true;
    goOn();
  };
  request.on('response', (response: IncomingMessage) => {
    status = response.statusCode ?? 0;
    response.resume();
    end();
  });
  request
    .on('drain', () => goOn())
    .on('error', end)
    .on('close', end);
  for (let i = 0; i < pieces && !isOver; i++) {
    if (request.write(piece)) continue;
    await new Promise<void>((resolve) => {
      goOn = resolve;
    });
  }
  if (!isOver) request.end();
  await until('the answer is there', () => isOver, 60_000);
  request.destroy();
  return status;
}

describe('a live view', () => {
  it('unpacks a bomb of 10 MB, which is 10 GB, no further than it shows', async () => {
    const member = gzipSync(Buffer.alloc(10 * MEBIBYTE));
    const bomb = Buffer.concat(Array.from({ length: 1_000 }, () => member));
    expect(bomb.length).toBeGreaterThan(10_000_000);
    const growth = await growthOf(async () => {
      for (let i = 0; i < 3; i++) {
        expect(await pour({ 'content-encoding': 'gzip' }, bomb, 1)).toBe(413);
      }
    });
    expect(growth).toBeLessThan(MOST_GROWTH);
    await normalIsServed();
  });

  it('reads no body of 1 GB, declared or not', async () => {
    const piece = Buffer.alloc(MEBIBYTE);
    const growth = await growthOf(async () => {
      expect(await pour({ 'content-length': String(1_024 * MEBIBYTE) }, piece, 1_024)).toBe(413);
      expect(await pour({ 'transfer-encoding': 'chunked' }, piece, 1_024)).toBe(413);
    });
    expect(growth).toBeLessThan(MOST_GROWTH);
    await normalIsServed();
  });

  it('makes nothing of what asks for much: points, depth, buckets, JSON', async () => {
    /** Very many messages of nothing, each in the field of this number. */
    const empties = (field: number): Buffer => {
      const bytes = Buffer.alloc(10 * MEBIBYTE);
      for (let i = 0; i < bytes.length; i += 2) bytes[i] = (field << 3) | 2;
      return bytes;
    };
    const nested = (depth: number): Buffer => {
      let inner: Buffer = Buffer.from([0x0a, 0x00]);
      for (let i = 0; i < depth; i++) inner = delimited(5, delimited(1, inner));
      return inner;
    };
    const deep = delimited(
      7,
      Buffer.concat([delimited(1, Buffer.from('k')), delimited(2, nested(2_000))]),
    );
    const buckets = delimited(6, Buffer.alloc(8 * MEBIBYTE));
    const inMetric = (field: number, points: Buffer) =>
      delimited(1, delimited(2, delimited(2, delimited(field, points))));
    const growth = await growthOf(async () => {
      const target = { receiverUrl: live.receiver };
      // Five million points, metrics, scopes and resources of nothing.
      expect((await post(target, inMetric(5, empties(1)))).status).toBe(413);
      expect((await post(target, delimited(1, delimited(2, empties(2))))).status).toBe(413);
      expect((await post(target, delimited(1, empties(2)))).status).toBe(413);
      expect((await post(target, empties(1))).status).toBe(413);
      expect((await post(target, inMetric(5, delimited(1, deep)))).status).toBe(200);
      expect((await post(target, inMetric(9, delimited(1, buckets)))).status).toBe(200);
      const json = { 'content-type': 'application/json' };
      expect((await post(target, '['.repeat(5_000_000), json)).status).toBe(400);
      expect((await post(target, `[${'{},'.repeat(5_000_000)}{}]`, json)).status).toBe(413);
    });
    expect(growth).toBeLessThan(2 * MOST_GROWTH);
    await normalIsServed();
  });

  it('answers every kind of malformed request', async () => {
    const damaged = fc
      .tuple(anyRequest, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 5 }))
      .map(([request, changes]) => {
        const bytes = Uint8Array.from(encodeRequest(request));
        for (const [at, to] of changes) if (bytes.length > 0) bytes[at % bytes.length] = to;
        return bytes;
      });
    const growth = await growthOf(() =>
      fc.assert(
        fc.asyncProperty(
          fc.oneof(damaged, fc.uint8Array({ maxLength: 300 })),
          fc.constantFrom('application/x-protobuf', 'application/json'),
          async (bytes, type) => {
            const headers = { 'content-type': type };
            const { status } = await post({ receiverUrl: live.receiver }, bytes, headers);
            expect([200, 400]).toContain(status);
          },
        ),
        tries(1_000),
      ),
    );
    expect(growth).toBeLessThan(MOST_GROWTH);
    await normalIsServed();
  });

  it('serves no page of another origin, whatever its name resolves to', async () => {
    const target = { receiverUrl: live.receiver };
    const rebound = { host: `evil.example:${new URL(live.receiver).port}` };
    expect((await post(target, NORMAL, rebound)).status).toBe(403);
    expect((await post(target, NORMAL, { origin: 'https://evil.example' })).status).toBe(403);
    for (const path of ['', 'api/answer', 'api/stream', 'api/health']) {
      const { status } = await send(`${live.page}${path}`, { headers: { host: 'evil.example' } });
      expect(status).toBe(403);
    }
    await normalIsServed();
  });

  it('passes markup on as text', async () => {
    const markup = '<img src=x onerror=alert(1)></script><script>alert(2)</script>';
    const request = {
      resourceMetrics: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: markup } }] },
          scopeMetrics: [
            {
              scope: { name: markup },
              metrics: [
                {
                  name: 'marked',
                  description: markup,
                  unit: '1',
                  sum: {
                    aggregationTemporality: 1,
                    isMonotonic: true,
                    dataPoints: [
                      { asInt: 1, attributes: [{ key: markup, value: { stringValue: markup } }] },
                    ],
                  },
                },
              ],
            },
          ],
        },
      ],
    };
    expect((await post({ receiverUrl: live.receiver }, encodeRequest(request))).status).toBe(200);
    const answer = await send(`${live.page}api/answer?view=catalogue`);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    const { services } = await live.answer('view=catalogue');
    expect(services.map(({ name }) => name)).toContain(markup);
    const page = await send(live.page);
    expect(page.text).not.toContain('onerror');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    await normalIsServed();
  });

  it('outlives 10,000 connections, and clients that send one byte at a time', async () => {
    const { hostname, port } = new URL(live.receiver);
    const sockets: Socket[] = [];
    const growth = await growthOf(async () => {
      for (let i = 0; i < CONNECTIONS; i++) {
        const socket = connect(Number(port), hostname);
        socket.on('error', () => undefined);
        socket.write('POST /v1/metrics HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
        sockets.push(socket);
        // A few at a time: the queue of the system for connections is short.
        if (i % 100 === 99) await new Promise((resolve) => setTimeout(resolve, 5));
      }
      const drip = setInterval(() => {
        for (const socket of sockets) if (socket.writable) socket.write('a');
      }, 500);
      try {
        // The page has a server of its own.
        expect((await send(live.page)).status).toBe(200);
        await until(
          'connections that send no request are gone',
          async () =>
            (await post({ receiverUrl: live.receiver }, NORMAL).catch(none)).status === 200,
          30_000,
        );
      } finally {
        clearInterval(drip);
      }
    });
    expect(growth).toBeLessThan(MOST_GROWTH);
    for (const socket of sockets) socket.destroy();
    const { refused } = await live.health();
    expect(refused['too many connections']).toBeGreaterThan(1_000);
    await normalIsServed();
  });

  it('has the memory in the end that it had before', async () => {
    await normalIsServed();
    expect(live.rss() - settled).toBeLessThan(MOST_AFTERWARDS);
    const { status, refused } = await live.health();
    expect(status).toBe('ok');
    expect(refused).toMatchObject({ 'foreign host or origin': 2, 'too large': expect.any(Number) });
  });
});

const none = () => ({ status: 0 });

function delimited(field: number, bytes: Uint8Array): Buffer {
  const head = [(field << 3) | 2];
  let rest = bytes.length;
  for (; rest > 0x7f; rest >>>= 7) head.push((rest & 0x7f) | 0x80);
  return Buffer.concat([Buffer.from([...head, rest]), bytes]);
}
