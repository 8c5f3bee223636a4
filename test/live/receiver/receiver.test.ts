import { connect } from 'node:net';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { official } from '../../support/official-otlp/definitions.js';
import { until } from '../../support/pipeline.js';
import { type Assembled, assemble, post, send } from '../support/assembled.js';
import { encodeRequest, jsonOf } from '../support/otlp.js';

const open: Assembled[] = [];

async function live(...args: Parameters<typeof assemble>): Promise<Assembled> {
  const started = await assemble(...args);
  open.push(started);
  return started;
}

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const REQUEST = {
  resourceMetrics: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
      scopeMetrics: [{ metrics: [{ name: 'm', gauge: { dataPoints: [{ asInt: '3' }] } }] }],
    },
  ],
};
const PROTOBUF = encodeRequest(REQUEST);
const JSON_BODY = JSON.stringify(jsonOf(REQUEST));
const JSON_TYPE = { 'content-type': 'application/json' };

/** The `google.rpc.Status` of an error in protobuf: a message alone. */
function statusMessage(body: Buffer): string {
  expect(body[0]).toBe(0x12);
  return body.subarray((body[1] ?? 0) > 0x7f ? 3 : 2).toString();
}

describe('what is accepted', () => {
  it.each<[string, Uint8Array | string, Record<string, string>]>([
    ['protobuf', PROTOBUF, {}],
    ['protobuf, with an encoding that is empty', PROTOBUF, { 'content-encoding': '' }],
    ['protobuf, gzip', gzipSync(PROTOBUF), { 'content-encoding': 'gzip' }],
    ['protobuf, deflate', deflateSync(PROTOBUF), { 'content-encoding': 'deflate' }],
    ['JSON', JSON_BODY, { 'content-type': 'application/json; charset=utf-8' }],
    ['JSON, gzip', gzipSync(JSON_BODY), { ...JSON_TYPE, 'content-encoding': 'GZIP' }],
  ])('%s', async (_, body, headers) => {
    const target = await live();
    const before = Date.now();
    const answer = await post(target, body, headers);
    expect(answer.status).toBe(200);
    const type = headers['content-type']?.split(';')[0] ?? 'application/x-protobuf';
    expect(answer.headers['content-type']).toBe(type);
    expect(answer.text).toBe(type === 'application/json' ? '{}' : '');
    expect(target.points()).toMatchObject([{ value: 3 }]);
    expect(target.added[0]?.resources[0]?.resource).toEqual({ 'service.name': 'shop' });
    expect(target.added[0]?.receivedAt).toBeGreaterThanOrEqual(before);
  });

  it('traces and logs, which are counted and not kept', async () => {
    const target = await live();
    expect((await post(target, 'anything', {}, '/v1/traces')).status).toBe(200);
    expect((await post(target, '{}', JSON_TYPE, '/v1/logs')).text).toBe('{}');
    expect((await post(target, '{}', JSON_TYPE, '/v1/logs')).status).toBe(200);
    const health = JSON.parse((await send(`${target.pageUrl}api/health`)).text);
    expect(health).toMatchObject({ status: 'ok', points: 0, notKept: { traces: 1, logs: 2 } });
    expect(target.points()).toEqual([]);
  });

  it('in part: what cannot be read or kept is told as partial success', async () => {
    const request = {
      resourceMetrics: [
        {
          scopeMetrics: [
            {
              metrics: [
                { name: 'of a later kind' },
                { name: 'm', gauge: { dataPoints: [{ asInt: 1 }, { asInt: 2 }] } },
              ],
            },
          ],
        },
      ],
    };
    const add = () => ({ rejectedPoints: 1, reason: 'too many series' });
    const target = await live({}, { add });
    const { body, status } = await post(target, encodeRequest(request));
    expect(status).toBe(200);
    const { ExportMetricsServiceResponse: response } = official;
    expect(response.toObject(response.decode(body), { longs: Number })).toEqual({
      partialSuccess: {
        rejectedDataPoints: 2,
        errorMessage:
          "1 point: the metric 'of a later kind' has no data of a kind that is known; 1 point: too many series",
      },
    });
    const json = await post(target, JSON.stringify(jsonOf(request)), JSON_TYPE);
    expect(JSON.parse(json.text)).toMatchObject({ partialSuccess: { rejectedDataPoints: '2' } });
  });

  it('point by point in batches: a large request is not there as a whole', async () => {
    const target = await live();
    const dataPoints = Array.from({ length: 1_203 }, (_, i) => ({ asInt: i }));
    const large = {
      resourceMetrics: [{ scopeMetrics: [{ metrics: [{ gauge: { dataPoints } }] }] }],
    };
    expect((await post(target, encodeRequest(large))).status).toBe(200);
    expect(target.points()).toHaveLength(1_203);
    expect(target.added.length).toBeGreaterThan(2);
  });
});

describe('what is refused', () => {
  it.each<[number, string, Uint8Array | string, Record<string, string>, string]>([
    [400, 'cannot be decoded', 'no protobuf at all', {}, '/v1/metrics'],
    [400, 'cannot be decoded', '{', JSON_TYPE, '/v1/metrics'],
    [400, 'not valid gzip', 'no gzip', { 'content-encoding': 'gzip' }, '/v1/metrics'],
    [
      400,
      'unexpected end',
      gzipSync(PROTOBUF).subarray(0, 20),
      { 'content-encoding': 'gzip' },
      '/v1/metrics',
    ],
    [403, "'evil.example'", PROTOBUF, { host: 'evil.example:4318' }, '/v1/metrics'],
    [403, 'another origin', PROTOBUF, { origin: 'http://evil.example' }, '/v1/metrics'],
    [403, 'another origin', PROTOBUF, { origin: 'null' }, '/v1/metrics'],
    [403, 'another origin', PROTOBUF, { 'sec-fetch-site': 'cross-site' }, '/v1/metrics'],
    [
      403,
      'another origin',
      PROTOBUF,
      { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate' },
      '/v1/traces',
    ],
    [404, '/v1/metrics', PROTOBUF, {}, '/'],
    [415, 'content type', PROTOBUF, { 'content-type': 'text/plain' }, '/v1/metrics'],
    [415, "'br'", PROTOBUF, { 'content-encoding': 'br' }, '/v1/metrics'],
  ])('%i: %s', async (status, message, body, headers, path) => {
    const target = await live();
    const answer = await post(target, body, headers, path);
    expect(answer.status).toBe(status);
    const isJson = headers['content-type'] === 'application/json';
    const said = isJson ? JSON.parse(answer.text).message : statusMessage(answer.body);
    expect(said).toContain(message);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(target.added).toEqual([]);
    const health = JSON.parse((await send(`${target.pageUrl}api/health`)).text);
    expect(Object.values(health.refused)).toEqual([1]);
  });

  it('405 for another method, with the one that is right', async () => {
    const target = await live();
    const answer = await send(`${target.receiverUrl}/v1/metrics`);
    expect([answer.status, answer.headers.allow]).toEqual([405, 'POST']);
  });

  it.each(['localhost', 'app.localhost', '127.0.0.1', '[::1]', 'host.docker.internal'])(
    'not the host %s',
    async (host) => {
      const target = await live();
      expect((await post(target, PROTOBUF, { host: `${host}:4318` })).status).toBe(200);
    },
  );

  it('413 past 20 MiB: declared, arrived, or unpacked', async () => {
    const target = await live();
    const declared = { 'content-length': String(21 * 1024 * 1024) };
    const head = await post(target, Buffer.alloc(21 * 1024 * 1024), declared);
    expect([head.status, statusMessage(head.body)]).toEqual([
      413,
      'the body exceeds 20971520 bytes',
    ]);
    const chunked = { 'transfer-encoding': 'chunked' };
    expect((await post(target, Buffer.alloc(21 * 1024 * 1024), chunked)).status).toBe(413);
    const bomb = gzipSync(Buffer.alloc(21 * 1024 * 1024));
    const answer = await post(target, bomb, { 'content-encoding': 'gzip' });
    expect([answer.status, statusMessage(answer.body)]).toEqual([
      413,
      'the body unpacks to more than 200 times its size',
    ]);
    expect((await post(target, PROTOBUF)).status).toBe(200);
  });

  it('413 for too many points, of which none is taken', async () => {
    const target = await live();
    // 200,001 points without anything in them.
    const point = Buffer.from([0x0a, 0x00]);
    const points = Buffer.concat(Array.from({ length: 200_001 }, () => point));
    const wrap = (field: number, bytes: Uint8Array) => {
      const head = Buffer.alloc(6);
      head[0] = (field << 3) | 2;
      for (let i = 0; i < 5; i++)
        head[1 + i] = ((bytes.length >>> (7 * i)) & 0x7f) | (i < 4 ? 0x80 : 0);
      return Buffer.concat([head, bytes]);
    };
    const answer = await post(target, wrap(1, wrap(2, wrap(2, wrap(5, points)))));
    expect(answer.status).toBe(413);
    expect(statusMessage(answer.body)).toContain('more than 200000 points');
    expect(target.added).toEqual([]);
  });

  it('500 where the store fails, and the next request is taken', async () => {
    let fails = true;
    const add = () => {
      if (fails) throw new Error('out of order');
      return { rejectedPoints: 0 };
    };
    const target = await live({}, { add });
    const answer = await post(target, PROTOBUF);
    expect([answer.status, statusMessage(answer.body)]).toEqual([
      500,
      'the request could not be taken: out of order',
    ]);
    fails = false;
    expect((await post(target, PROTOBUF)).status).toBe(200);
  });
});

describe('with a token', () => {
  const token = 'a-token-of-a-test';

  it('takes what brings it, whatever the host, and nothing else', async () => {
    const target = await live({ token });
    const none = await post(target, PROTOBUF);
    expect([none.status, none.headers['www-authenticate']]).toEqual([401, 'Bearer']);
    expect((await post(target, PROTOBUF, { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await post(target, PROTOBUF, { authorization: `Basic ${token}` })).status).toBe(401);
    // A cookie goes along with what a page sends; the receiver does not take it.
    const cookie = `meterbook_live_${new URL(target.receiverUrl).port}=${token}`;
    expect((await post(target, PROTOBUF, { cookie })).status).toBe(401);
    const authorization = `Bearer ${token}`;
    expect((await post(target, PROTOBUF, { authorization })).status).toBe(200);
    expect((await post(target, PROTOBUF, { authorization, host: 'box.internal' })).status).toBe(
      200,
    );
    const origin = 'http://evil.example';
    expect((await post(target, PROTOBUF, { authorization, origin })).status).toBe(403);
    expect(target.points()).toHaveLength(2);
  });

  it('makes one where it does not listen on the loopback alone', async () => {
    const target = await live({ host: '0.0.0.0' });
    expect(target.token).toMatch(/^[\w-]{32}$/);
    expect(target.pageUrl).toContain(`?token=${target.token}`);
    expect(new URL(target.receiverUrl).hostname).toBe('127.0.0.1');
    expect((await post(target, PROTOBUF)).status).toBe(401);
  });

  it('refuses one that is guessed or does not fit into a header', async () => {
    await expect(live({ token: 'short' })).rejects.toThrow('too short');
    await expect(live({ token: 'with a space in the middle' })).rejects.toThrow('cannot have');
  });
});

describe('a port that is in use', () => {
  it('is named, with the option that names another', async () => {
    const first = await live();
    const port = Number(new URL(first.receiverUrl).port);
    await expect(live({ port })).rejects.toMatchObject({
      message: expect.stringContaining(`127.0.0.1:${port} is in use`),
      fix: expect.stringContaining('--port'),
    });
    const pagePort = Number(new URL(first.pageUrl).port);
    await expect(live({ pagePort })).rejects.toMatchObject({
      fix: expect.stringContaining('--page-port'),
    });
  });
});

describe('what is no HTTP', () => {
  it.each([
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'gRPC: send OTLP over HTTP'],
    ['\x16\x03\x01', 'no HTTP'],
    [`GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`, 'no HTTP'],
  ])('is told apart: %j', async (text, reason) => {
    const target = await live();
    const { port } = new URL(target.receiverUrl);
    const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
    socket.end(text);
    await until('it is refused', async () => {
      const health = JSON.parse((await send(`${target.pageUrl}api/health`)).text);
      return health.refused[reason] === 1;
    });
    socket.destroy();
  });
});
