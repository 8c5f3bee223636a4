import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Answer } from '../../../src/live/protocol.js';
import { until } from '../../support/pipeline.js';
import { type Assembled, assemble, post, send } from '../support/assembled.js';
import { encodeRequest } from '../support/otlp.js';

const open: { close(): Promise<void> | void }[] = [];

async function live(...args: Parameters<typeof assemble>): Promise<Assembled> {
  const started = await assemble(...args);
  open.push(started);
  return started;
}

/** The address of something of the page. */
function at(target: Assembled, path: string): string {
  return new URL(path, target.pageUrl).href;
}

const REQUEST = encodeRequest({
  resourceMetrics: [{ scopeMetrics: [{ metrics: [{ gauge: { dataPoints: [{ asInt: 1 }] } }] }] }],
});

/** A client of a stream, and what it has been sent. */
interface Listener {
  readonly response: IncomingMessage;
  text(): string;
  answers(): readonly Answer[];
}

function listenTo(url: string): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', () => undefined);
      const answers = () =>
        [...text.matchAll(/^data: (.*)$/gm)].map(([, it]) => JSON.parse(it ?? ''));
      resolve({ response, text: () => text, answers });
    });
    open.push({ close: () => void request.destroy() });
    request.on('error', reject).end();
  });
}

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

describe('the page', () => {
  it('comes with its files, and may load nothing else', async () => {
    const target = await live();
    const page = await send(target.pageUrl);
    expect([page.status, page.text]).toEqual([200, '<!doctype html><title>t</title>']);
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
    });
    const policy = String(page.headers['content-security-policy']).split('; ');
    expect(policy[0]).toBe("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy.join(' ')).not.toMatch(/unsafe|https?:|\*/);
    expect((await send(at(target, '/page.js'))).headers['content-type']).toContain('javascript');
    expect((await send(at(target, '/page.js'), { method: 'HEAD' })).status).toBe(200);
  });

  it.each(['/other', '/..%2f..%2fetc/passwd', '/constructor', '/api/', '//evil.example/page.js'])(
    'has nothing at %s',
    async (path) => {
      const target = await live();
      const { status } = await send(target.pageUrl.slice(0, -1) + path);
      expect(status).toBe(404);
    },
  );

  it('changes nothing: GET and HEAD alone', async () => {
    const target = await live();
    const answer = await send(at(target, '/api/answer'), { method: 'POST' });
    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD']);
  });

  it.each<[string, Record<string, string>, number]>([
    ['/api/answer', { host: 'evil.example' }, 403],
    ['/', { host: 'evil.example', 'sec-fetch-mode': 'navigate' }, 403],
    ['/api/answer', { origin: 'http://localhost:3000' }, 403],
    ['/api/stream', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' }, 403],
    ['/api/answer', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate' }, 403],
    ['/page.js', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }, 403],
    ['/', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' }, 403],
    // A link elsewhere may lead to the page.
    ['/', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, 200],
    ['/api/answer', { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }, 200],
    ['/api/answer', { 'sec-fetch-site': 'none' }, 200],
  ])('%s with %j: %i', async (path, headers, status) => {
    const target = await live();
    const answer = await send(at(target, path), { headers });
    expect(answer.status).toBe(status);
    if (status === 403) expect(JSON.parse(answer.text)).toHaveProperty('error');
  });

  it('of its own origin may ask', async () => {
    const target = await live();
    const { origin } = new URL(target.pageUrl);
    expect((await send(at(target, '/api/answer'), { headers: { origin } })).status).toBe(200);
  });
});

describe('an answer', () => {
  it('is JSON that nobody keeps', async () => {
    const target = await live();
    const answer = await send(at(target, '/api/answer?view=models'));
    expect(JSON.parse(answer.text)).toMatchObject({ shown: { title: 'models' } });
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['content-type']).toContain('application/json');
  });

  it('is computed once for all who ask the same, until something comes in', async () => {
    const target = await live();
    const ask = (view: string) => send(at(target, `/api/answer?view=${view}`));
    await Promise.all([ask('a'), ask('a'), ask('a')]);
    expect(target.computed()).toBe(1);
    await ask('b');
    expect(target.computed()).toBe(2);
    await post(target, REQUEST);
    await ask('a');
    expect(target.computed()).toBe(3);
  });

  it('400 with the reason where what is asked for makes no sense', async () => {
    const target = await live();
    const answer = await send(at(target, '/api/answer?view=nonsense'));
    expect([answer.status, answer.text]).toEqual([
      400,
      '{"error":"there is no view \\"nonsense\\""}',
    ]);
  });

  it('500 where it cannot be made, and the server goes on', async () => {
    const answer = () => {
      throw new Error('a fault');
    };
    const target = await live({}, { answer });
    const failed = await send(at(target, '/api/answer'));
    expect([failed.status, failed.text]).toEqual([
      500,
      '{"error":"the answer could not be made: a fault"}',
    ]);
    expect((await send(at(target, '/api/stream'))).status).toBe(500);
    expect((await send(at(target, '/api/health'))).status).toBe(200);
  });
});

describe('a stream', () => {
  it('begins with an answer, and goes on when something has come in', async () => {
    const target = await live();
    const listener = await listenTo(at(target, '/api/stream?view=models'));
    expect(listener.response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(listener.response.headers['cache-control']).toBe('no-store');
    await until('an answer', () => listener.answers().length === 1);
    expect(listener.text()).toMatch(/^retry: \d+\nid: \S+\ndata: \{.*\}\n\n$/);
    await post(target, REQUEST);
    await post(target, REQUEST, { host: 'evil.example' });
    await until('another', () => listener.answers().length === 2);
    expect(listener.answers()[1]).toMatchObject({
      shown: { title: 'models' },
      history: { refused: { 'foreign host or origin': 1 } },
    });
  });

  it('is computed once for all who ask the same', async () => {
    const target = await live();
    const listeners: Listener[] = [];
    for (let i = 0; i < 5; i++) listeners.push(await listenTo(at(target, '/api/stream')));
    await until('an answer each', () => listeners.every((it) => it.answers().length === 1));
    expect(target.computed()).toBe(1);
    await post(target, REQUEST);
    await until('another each', () => listeners.every((it) => it.answers().length === 2));
    expect(target.computed()).toBe(2);
  });

  it('ends when its client goes', async () => {
    const target = await live();
    const listener = await listenTo(at(target, '/api/stream'));
    await until('an answer', () => listener.answers().length === 1);
    listener.response.destroy();
    await post(target, REQUEST);
    // Another stream is answered in the same turn as the one that is gone would be.
    const other = await listenTo(at(target, '/api/stream?view=b'));
    await post(target, REQUEST);
    await until('a second answer', () => other.answers().length >= 2);
    expect(target.computed()).toBe(1 + other.answers().length);
  });

  it('has a bound: many at a time, and many different ones', async () => {
    const target = await live();
    for (let i = 0; i < 16; i++) await listenTo(at(target, `/api/stream?view=v${i}`));
    const refused = await send(at(target, '/api/stream?view=one-more'));
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5']);
    for (let i = 0; i < 48; i++) await listenTo(at(target, '/api/stream?view=v0'));
    expect((await send(at(target, '/api/stream?view=v0'))).status).toBe(503);
  });

  it('skips answers for a client that does not read, and queues none', async () => {
    const title = 'x'.repeat(4 * 1024 * 1024);
    let computed = 0;
    const target = await live(
      {},
      {
        answer: () => {
          computed += 1;
          return { title } as unknown as Answer;
        },
      },
    );
    const { port } = new URL(target.pageUrl);
    const socket = connect(Number(port), '127.0.0.1');
    open.push({ close: () => void socket.destroy() });
    socket.write(`GET /api/stream HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`);
    await until('the first answer', () => computed === 1);
    for (let i = 0; i < 3; i++) {
      await post(target, REQUEST);
      await new Promise((resolve) => setTimeout(resolve, 1_100));
    }
    // The first one fills what the system keeps for the socket: none is computed for nobody.
    expect(computed).toBe(1);
    expect((await send(at(target, '/api/health'))).status).toBe(200);
  });
});

describe('with a token', () => {
  const token = 'a-token-of-a-test';

  it('the address brings it once, and a cookie from then on', async () => {
    const target = await live({ token });
    expect(target.pageUrl).toMatch(/\/\?token=a-token-of-a-test$/);
    const entered = await send(`${target.pageUrl}&view=models`);
    expect([entered.status, entered.headers.location]).toEqual([303, '/?view=models']);
    const [cookie = ''] = entered.headers['set-cookie'] ?? [];
    const name = `meterbook_live_${new URL(target.pageUrl).port}`;
    expect(cookie).toBe(`${name}=${token}; Path=/; HttpOnly; SameSite=Strict`);
    const headers = { cookie: `other=1; ${cookie.split(';')[0]}` };
    expect((await send(at(target, '/'), { headers })).status).toBe(200);
    expect((await send(at(target, '/api/answer'), { headers })).status).toBe(200);
  });

  it('each of two on one host has a cookie of its own', async () => {
    const all = [await live({ token }), await live({ token: 'a-token-of-another' })];
    const entered = await Promise.all(all.map(({ pageUrl }) => send(pageUrl)));
    const cookie = entered
      .map(({ headers }) => headers['set-cookie']?.[0]?.split(';')[0])
      .join('; ');
    for (const target of all) {
      expect((await send(at(target, '/api/answer'), { headers: { cookie } })).status).toBe(200);
    }
  });

  it('nothing is served without it', async () => {
    const target = await live({ token });
    for (const path of ['/', '/page.js', '/api/answer', '/api/stream', '/api/health']) {
      expect((await send(at(target, path))).status).toBe(401);
    }
    expect((await send(at(target, '/?token=wrong-wrong-wrong-wrong'))).status).toBe(401);
    const { port } = new URL(target.pageUrl);
    const other = await live({ token: 'a-token-of-another' });
    const { port: otherPort } = new URL(other.pageUrl);
    for (const cookie of [`meterbook_live_${port}=wrong`, `meterbook_live_${otherPort}=${token}`]) {
      expect((await send(at(target, '/api/answer'), { headers: { cookie } })).status).toBe(401);
    }
    // Anywhere else an address with it would end up in logs.
    expect((await send(at(target, `/api/answer?token=${token}`))).status).toBe(401);
  });

  it('is taken as a header, by whoever is no browser', async () => {
    const target = await live({ token });
    const headers = { authorization: `Bearer ${token}`, host: 'box.internal:4319' };
    expect((await send(at(target, '/api/answer'), { headers })).status).toBe(200);
  });
});
