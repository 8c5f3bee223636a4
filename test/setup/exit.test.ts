import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Built, buildPackage } from '../support/build.js';
import type { Child } from '../support/child.js';
import {
  inPairs,
  lastNumber,
  RECORDING,
  randomMoment,
  startCounting,
} from '../support/counting-child.js';
import { until, usePipelines, valuesOf } from '../support/pipeline.js';
import { refusingUrl, startDrippingServer, startHungServer } from '../support/servers.js';

const pipelines = usePipelines();
let built: Built;

beforeAll(async () => {
  built = await buildPackage();
});
afterAll(() => built.remove());

/** A process that lingers for less than this does not wait for a timeout of its exporter. */
const AT_ONCE = 2_500;

const start = (url: string, then: string, options?: string): Child =>
  startCounting(built.esm, url, then, options);

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

describe('a process that comes to its natural end', () => {
  it('has sent everything, and ends with its own exit code', async () => {
    const receiver = await pipelines.receiver();
    const child = start(receiver.url, `setup(); metrics.c.add(2); process.exitCode = 3;`);
    expect(await child.ended).toMatchObject({ code: 3, signal: null, stderr: '' });
    expect(valuesOf(receiver, 'c')).toEqual([3]);
  });

  it.each([
    ['has nothing to send', ''],
    ['has sent what there is', 'await telemetry.forceFlush();'],
    ['has been shut down', 'await telemetry.shutdown();'],
  ])('is not held open when it %s', async (_, then) => {
    const receiver = await pipelines.receiver();
    const registries = then === '' ? 'registries: [],' : '';
    const child = start(
      receiver.url,
      `const telemetry = setup(); ${then} say('idle');`,
      registries,
    );
    const { code, lingered } = await child.ended;
    expect(code).toBe(0);
    expect(lingered).toBeLessThan(AT_ONCE);
    expect(receiver.requests).toHaveLength(then === '' ? 0 : 1);
  });

  it('is not held open by a scraper that keeps its connection', async () => {
    const child = start(
      'http://127.0.0.1:9/',
      `const telemetry = setup();
      const timer = setInterval(() => {
        const { endpoint } = telemetry.health().exporters[0];
        if (endpoint.includes(':0/')) return;
        clearInterval(timer);
        say(endpoint);
        setTimeout(() => say('idle'), 500);
      }, 1);`,
      'otlp: false, prometheus: { port: 0 },',
    );
    const url = await child.said(/^http/);
    let scrapes = 0;
    let isOver = false;
    const scraping = (async () => {
      // Keeps its connection: there is always one open.
      while (!isOver) scrapes += (await fetch(url).catch(() => undefined))?.ok ? 1 : 0;
    })();
    const { code, lingered } = await child.ended;
    isOver = true;
    await scraping;
    expect(code).toBe(0);
    expect(lingered).toBeLessThan(AT_ONCE);
    expect(scrapes).toBeGreaterThan(0);
  });

  it.each([
    ['throws', `throw new Error('boom');`],
    ['throws later', `setTimeout(() => { throw new Error('boom'); }, 10); stay();`],
    ['rejects', `void Promise.reject(new Error('boom')); stay();`],
  ])(
    'has sent everything when it %s what nobody catches, and ends as without a pipeline',
    async (_, how) => {
      const receiver = await pipelines.receiver();
      const { code, stderr } = await start(receiver.url, `setup(); metrics.c.add(2); ${how}`).ended;
      expect(code).toBe(1);
      expect(stderr).toMatch(/Error: boom\n {4}at /);
      expect(valuesOf(receiver, 'c')).toEqual([3]);
    },
  );

  it('leaves an error to the application that listens for it', async () => {
    const receiver = await pipelines.receiver();
    const child = start(
      receiver.url,
      `setup();
      process.on('uncaughtException', () => say('mine'));
      setTimeout(() => { throw new Error('boom'); }, 10);
      setTimeout(() => { process.exitCode = 4; }, 300);`,
    );
    expect(await child.ended).toMatchObject({ code: 4, stdout: ['mine'], stderr: '' });
    expect(sum(valuesOf(receiver, 'c'))).toBe(1);
  });
});

describe.each(['SIGTERM', 'SIGINT'] as const)('a process that gets %s', (signal) => {
  it('sends everything and ends by the signal, without a listener of its own', async () => {
    const receiver = await pipelines.receiver();
    const child = start(receiver.url, `setup(); metrics.c.add(2); stay(); say('ready');`);
    await child.said(/^ready$/);
    child.process.kill(signal);
    expect(await child.ended).toMatchObject({ code: null, signal, stderr: '' });
    expect(valuesOf(receiver, 'c')).toEqual([3]);
  });

  it.each([
    ['process.on', 'before'],
    ['process.on', 'after'],
    ['process.once', 'before'],
    ['process.once', 'after'],
  ])('sends what there is and leaves the end to %s, called %s the setup', async (on, when) => {
    const receiver = await pipelines.receiver();
    const listener = `${on}('${signal}', async () => {
      say('mine');
      await new Promise((resolve) => setTimeout(resolve, 300));
      metrics.c.add(10);
      await telemetry.shutdown();
      process.exit(7);
    });`;
    const child = start(
      receiver.url,
      `let telemetry;
      ${when === 'before' ? listener : ''}
      telemetry = setup();
      ${when === 'after' ? listener : ''}
      stay();
      say('ready');`,
    );
    await child.said(/^ready$/);
    child.process.kill(signal);
    await child.said(/^mine$/);
    await until('the flush has come', () => receiver.requests.length > 0);
    expect(await child.ended).toMatchObject({ code: 7, signal: null });
    expect(valuesOf(receiver, 'c')).toEqual([1, 10]);
  });

  it('twice, as from a terminal and from npm, still sends everything first', async () => {
    const receiver = await pipelines.receiver({
      respond: () => new Promise((resolve) => setTimeout(resolve, 300, undefined)),
    });
    const child = start(receiver.url, `setup(); stay(); say('ready');`);
    await child.said(/^ready$/);
    child.process.kill(signal);
    await until('the flush has begun', () => child.process.kill(0));
    child.process.kill(signal);
    expect(await child.ended).toMatchObject({ code: null, signal });
    expect(valuesOf(receiver, 'c')).toEqual([1]);
  });

  it('ends at once, and sends nothing, with flushAtExit: false', async () => {
    const receiver = await pipelines.receiver();
    const child = start(receiver.url, `setup(); stay(); say('ready');`, 'flushAtExit: false,');
    await child.said(/^ready$/);
    child.process.kill(signal);
    expect(await child.ended).toMatchObject({ code: null, signal });
    expect(receiver.requests).toEqual([]);
  });
});

/** Servers that would keep an exporter busy for its ten seconds. */
const BAD_SERVERS: readonly (readonly [string, () => Promise<string>])[] = [
  [
    'never answers',
    async () => {
      const server = await startHungServer();
      pipelines.onEnd(server.close);
      return server.url;
    },
  ],
  [
    'answers without an end',
    async () => {
      const server = await startDrippingServer();
      pipelines.onEnd(server.close);
      return server.url;
    },
  ],
  [
    'asks to be tried again in 8 s',
    async () => {
      const answer = { status: 503, headers: { 'retry-after': '8' } };
      return (await pipelines.receiver({ respond: () => answer })).url;
    },
  ],
  ['refuses the connection', refusingUrl],
];

describe.each(BAD_SERVERS)('with a server that %s, a process', (_, serverUrl) => {
  const options = 'shutdownTimeoutMillis: 400,';

  it('ends by itself within the timeout of the shutdown', async () => {
    const child = start(await serverUrl(), `setup(); say('idle');`, options);
    const { code, lingered } = await child.ended;
    expect(code).toBe(0);
    expect(lingered).toBeLessThan(AT_ONCE);
  });

  it('does not linger after shutdown()', async () => {
    const then = `const telemetry = setup(); await telemetry.shutdown(); say('shut down');`;
    const { code, stdout, lingered } = await start(await serverUrl(), then, options).ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: ['shut down'] });
    expect(lingered).toBeLessThan(AT_ONCE);
  });

  it('ends by a signal within the timeout of the shutdown', async () => {
    const child = start(await serverUrl(), `setup(); stay(); say('ready');`, options);
    await child.said(/^ready$/);
    child.process.kill('SIGTERM');
    const { signal, lingered } = await child.ended;
    expect(signal).toBe('SIGTERM');
    expect(lingered).toBeLessThan(AT_ONCE);
  });
});

describe('with an export under way, a process', () => {
  /** Begins an export, and shuts down while it goes on. */
  const then = `const telemetry = setup();
    void telemetry.forceFlush();
    await new Promise((resolve) => setTimeout(resolve, 200));
    await telemetry.shutdown();
    say('shut down');`;

  it('does not linger after shutdown() when it never ends', async () => {
    const server = await startHungServer();
    pipelines.onEnd(server.close);
    const child = start(server.url, then, 'shutdownTimeoutMillis: 400,');
    const { code, lingered } = await child.ended;
    expect(code).toBe(0);
    expect(lingered).toBeLessThan(AT_ONCE);
    expect(server.connections).toBe(1);
  });

  it('is tried once more at the end, whatever the server asks for, and then not again', async () => {
    const answer = { status: 503, headers: { 'retry-after': '1' } };
    const receiver = await pipelines.receiver({ respond: () => answer });
    const child = start(receiver.url, then, 'shutdownTimeoutMillis: 400,');
    await child.said(/^shut down$/);
    expect(receiver.requests).toHaveLength(2);
    expect(await child.ended).toMatchObject({ code: 0, stderr: '' });
    expect(receiver.requests).toHaveLength(2);
  });
});

describe('a hundred processes that record until they get SIGTERM', () => {
  it('lose nothing, and keep their exit codes', { timeout: 120_000 }, async () => {
    const receiver = await pipelines.receiver();
    let recorded = 0;
    await inPairs(100, async (index) => {
      // Every other one ends itself, by a code of its own.
      const code = index % 2 === 0 ? undefined : index;
      const listener = `process.once('SIGTERM', async () => {
        await telemetry.shutdown();
        process.exit(${code});
      });`;
      const child = start(
        receiver.url,
        `const telemetry = setup(); ${code === undefined ? '' : listener} ${RECORDING}`,
      );
      await child.said(/^ready$/);
      await randomMoment();
      child.process.kill('SIGTERM');
      const ended = await child.ended;
      expect(ended).toMatchObject(
        code === undefined ? { code: null, signal: 'SIGTERM' } : { code, signal: null },
      );
      recorded += lastNumber(ended.stdout);
    });
    expect(recorded).toBeGreaterThan(1_000);
    expect(sum(valuesOf(receiver, 'c'))).toBe(recorded);
  });
});
