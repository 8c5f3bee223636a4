import { describe, expect, it } from 'vitest';
import { counter, defineRegistry, observableGauge, type SetupOptions } from '../../src/index.js';
import { took, until, usePipelines, valuesOf } from '../support/pipeline.js';
import { refusingUrl, startDrippingServer, startHungServer } from '../support/servers.js';

const pipelines = usePipelines();

/** A registry with one counter, at 1. */
function counted() {
  const registry = defineRegistry({
    scope: { name: 'ends' },
    instruments: {
      c: counter({ name: 'c', unit: '1' }),
      o: observableGauge({ name: 'o', unit: '1' }),
    },
  });
  registry.c.add(1);
  return registry;
}

function setup(url: string, options: SetupOptions = {}) {
  const registry = counted();
  const telemetry = pipelines.setup({
    registries: [registry],
    temporality: 'delta',
    otlp: { url },
    ...options,
  });
  return { registry, telemetry, otlp: () => telemetry.health().exporters[0] };
}

describe('forceFlush', () => {
  it('sends once what was recorded before it, however often it is called at once', async () => {
    const receiver = await pipelines.receiver();
    const { registry, telemetry } = setup(receiver.url);
    await Promise.all([telemetry.forceFlush(), telemetry.forceFlush(), telemetry.forceFlush()]);
    expect(valuesOf(receiver, 'c')).toEqual([1]);
    registry.c.add(10);
    const first = telemetry.forceFlush();
    registry.c.add(100);
    await Promise.all([first, telemetry.forceFlush()]);
    expect(valuesOf(receiver, 'c').reduce((a, b) => a + b)).toBe(111);
  });

  it('sends nothing when there is nothing', async () => {
    const receiver = await pipelines.receiver();
    const telemetry = pipelines.setup({ otlp: { url: receiver.url } });
    await telemetry.forceFlush();
    expect(receiver.requests).toEqual([]);
    expect(telemetry.health()).toMatchObject({ status: 'running', exporters: [{ attempts: 0 }] });
  });

  it('waits for the end, and does nothing, once the pipeline is shutting down', async () => {
    const receiver = await pipelines.receiver();
    const { telemetry } = setup(receiver.url);
    void telemetry.shutdown();
    await telemetry.forceFlush();
    expect(valuesOf(receiver, 'c')).toEqual([1]);
    await telemetry.forceFlush();
    expect(receiver.requests).toHaveLength(1);
  });
});

describe('shutdown', () => {
  it('sends once what was recorded before it, however often it is called', async () => {
    const receiver = await pipelines.receiver();
    const { telemetry } = setup(receiver.url);
    await Promise.all([telemetry.shutdown(), telemetry.forceFlush(), telemetry.shutdown()]);
    await telemetry.shutdown();
    expect(valuesOf(receiver, 'c')).toEqual([1]);
    expect(telemetry.health().status).toBe('shut down');
    expect(pipelines.lines).toEqual([]);
  });

  it('sends once what a flush has begun to send', async () => {
    const receiver = await pipelines.receiver();
    const { registry, telemetry } = setup(receiver.url);
    const flush = telemetry.forceFlush();
    registry.c.add(10);
    await Promise.all([telemetry.shutdown(), flush]);
    expect(valuesOf(receiver, 'c').reduce((a, b) => a + b)).toBe(11);
  });

  it('sends the rest when a callback hangs', async () => {
    const receiver = await pipelines.receiver();
    const { registry, telemetry } = setup(receiver.url);
    registry.o.addCallback(() => new Promise(() => undefined));
    await telemetry.shutdown();
    expect(valuesOf(receiver, 'c')).toEqual([1]);
  });
});

describe('a server that never answers', () => {
  it('costs a flush no more than the timeout, and health() says what is the matter', async () => {
    const server = await startHungServer();
    pipelines.onEnd(server.close);
    const { telemetry, otlp } = setup(server.url, { exportTimeoutMillis: 200 });
    expect(await took(telemetry.forceFlush())).toBeLessThan(2_000);
    expect(otlp()).toMatchObject({
      attempts: 1,
      lastSuccess: undefined,
      consecutiveFailures: 1,
      lastError: 'there was no complete answer within 200 ms',
    });
    expect(telemetry.health().status).toBe('failing');
    expect(pipelines.lines).toEqual([
      `Exporting to ${server.url} failed (1 in a row): there was no complete answer within 200 ms. It may have arrived or not, and is sent again as it was.`,
    ]);
  });

  it('costs a shutdown no more than its own timeout, also when an export is under way', async () => {
    const server = await startHungServer();
    pipelines.onEnd(server.close);
    const { registry, telemetry } = setup(server.url, { shutdownTimeoutMillis: 300 });
    void telemetry.forceFlush();
    await until('the export is under way', () => server.bytes > 0);
    registry.c.add(1);
    const [first, second] = [telemetry.shutdown(), telemetry.shutdown()];
    expect(await took(Promise.all([first, second, telemetry.forceFlush()]))).toBeLessThan(3_000);
    expect(pipelines.lines).toContain(
      'The shutdown did not end within 300 ms; the last interval may not have arrived.',
    );
  });

  it.each([
    ['never', startHungServer],
    ['without an end', startDrippingServer],
  ])('and one that answers %s is not left with requests that pile up', async (_, startServer) => {
    const server = await startServer();
    pipelines.onEnd(server.close);
    const { telemetry, otlp } = setup(server.url, {
      temporality: 'cumulative',
      exportIntervalMillis: 50,
    });
    let most = 0;
    await until('three exports have been tried', () => {
      most = Math.max(most, server.open);
      return (otlp()?.attempts ?? 0) >= 3;
    });
    // The next one may begin before the server has heard of the end of the one before it.
    expect(most).toBeLessThanOrEqual(2);
    await telemetry.shutdown();
    await until('the last connection is closed', () => server.open === 0);
  });
});

describe('a server that answers a byte at a time, without end', () => {
  it('costs a flush no more than the timeout', async () => {
    const server = await startDrippingServer();
    pipelines.onEnd(server.close);
    const { telemetry, otlp } = setup(server.url, { exportTimeoutMillis: 300 });
    expect(await took(telemetry.forceFlush())).toBeLessThan(3_000);
    // Its status has said that it has the export.
    expect(otlp()).toMatchObject({ lastError: undefined, lastSuccess: expect.any(Date), held: 0 });
  });

  it('costs a shutdown no more than its own timeout', async () => {
    const server = await startDrippingServer();
    pipelines.onEnd(server.close);
    const { telemetry } = setup(server.url, { shutdownTimeoutMillis: 300 });
    expect(await took(telemetry.shutdown())).toBeLessThan(3_000);
  });
});

describe('a server that refuses the connection', () => {
  it('is told in health(), and costs a shutdown no more than its own timeout', async () => {
    const { telemetry, otlp } = setup(await refusingUrl(), {
      exportTimeoutMillis: 500,
      shutdownTimeoutMillis: 500,
    });
    expect(await took(telemetry.forceFlush())).toBeLessThan(3_000);
    expect(otlp()).toMatchObject({
      consecutiveFailures: 1,
      lastError: expect.stringContaining('ECONNREFUSED'),
    });
    expect(await took(telemetry.shutdown())).toBeLessThan(3_000);
  });
});

describe('a server that fails', () => {
  it.each([
    [500, undefined, 'Internal Server Error (500): answered with 500 on purpose'],
    [400, 'the unit is unknown', 'Bad Request (400): the unit is unknown'],
    [403, '<h1>\n  go\taway\n</h1>', 'Forbidden (403): <h1> go away </h1>'],
    [413, 'x'.repeat(1_000), `Payload Too Large (413): ${'x'.repeat(200)}`],
  ])('with %i is told in health() with its own words', async (status, body, lastError) => {
    const answer = body === undefined ? { status } : { status, body };
    const receiver = await pipelines.receiver({ respond: () => answer });
    const { telemetry, otlp } = setup(receiver.url);
    await telemetry.forceFlush();
    expect(otlp()).toMatchObject({ consecutiveFailures: 1, lastSuccess: undefined, lastError });
  });

  it('with 503 to every attempt is told in health()', async () => {
    const receiver = await pipelines.receiver({ respond: () => ({ status: 503 }) });
    const { telemetry, otlp } = setup(receiver.url, { exportTimeoutMillis: 300 });
    await telemetry.forceFlush();
    expect(otlp()).toMatchObject({ attempts: 1, consecutiveFailures: 1 });
    expect(telemetry.health().status).toBe('failing');
  });

  it('is forgotten once it has recovered', async () => {
    let isDown = true;
    const respond = () => (isDown ? { status: 500 } : undefined);
    const receiver = await pipelines.receiver({ respond });
    const { registry, telemetry, otlp } = setup(receiver.url);
    for (const failures of [1, 2]) {
      await telemetry.forceFlush();
      expect(otlp()?.consecutiveFailures).toBe(failures);
      registry.c.add(1);
    }
    // Once a minute is enough.
    expect(pipelines.lines).toHaveLength(1);
    isDown = false;
    await telemetry.forceFlush();
    expect(otlp()).toMatchObject({
      attempts: 3,
      consecutiveFailures: 0,
      lastSuccess: expect.any(Date),
      lastError: 'Internal Server Error (500): answered with 500 on purpose',
    });
    expect(telemetry.health().status).toBe('running');
  });

  it('is told of once more when the pipeline ends', async () => {
    const receiver = await pipelines.receiver({ respond: () => ({ status: 500 }) });
    const { registry, telemetry } = setup(receiver.url);
    await telemetry.forceFlush();
    registry.c.add(1);
    await telemetry.shutdown();
    expect(pipelines.lines).toEqual([
      expect.stringContaining('failed (1 in a row): Internal Server Error (500)'),
      expect.stringContaining('failed (2 in a row): Internal Server Error (500)'),
    ]);
  });
});
