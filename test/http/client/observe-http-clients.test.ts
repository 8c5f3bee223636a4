import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { get } from 'node:http';
import { context, createContextKey } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { suppressTracing } from '@opentelemetry/core';
import { describe, expect, it } from 'vitest';
import { startReceiver } from '../../../demo/receiver.js';
import { agentMetrics } from '../../../src/agent/index.js';
import { MeterbookError } from '../../../src/errors.js';
import { observeHttpClients } from '../../../src/http/index.js';
import { counter, defineRegistry } from '../../../src/index.js';
import { testRegistry, watchRegistry } from '../../../src/testing/index.js';
import { usePipelines } from '../../support/pipeline.js';
import { makeServer, useClients } from './support.js';

const pipelines = usePipelines();
const clients = useClients(false);

async function start() {
  const it = await clients();
  const port = await it.listen(makeServer());
  const url = `http://127.0.0.1:${port}/ok`;
  return { ...it, url, ask: async () => void (await (await fetch(url)).text()) };
}

const ask = (url: string) =>
  new Promise<void>((resolve) => {
    get(url, { agent: false }, (it) => it.resume()).on('close', resolve);
  });

describe('an observation of clients', () => {
  it('ends with stop(), or with its scope, and can begin again', async () => {
    const { url, registry, lines } = await start();
    const first = observeHttpClients({ registry });
    await ask(url);
    first.stop();
    first.stop();
    await ask(url);
    expect(await lines()).toHaveLength(1);
    const second = observeHttpClients({ registry });
    await ask(url);
    second[Symbol.dispose]();
    await ask(url);
    expect(await lines()).toHaveLength(2);
  });

  it('of one registry counts once however often it is begun, until all have stopped', async () => {
    const { url, registry, settled, lines, ask: byFetch } = await start();
    const first = observeHttpClients({ registry });
    const second = observeHttpClients({ registry });
    await ask(url);
    await byFetch();
    expect(await settled(2)).toHaveLength(2);
    first.stop();
    await ask(url);
    expect(await lines()).toHaveLength(3);
    second.stop();
    await ask(url);
    expect(await lines()).toHaveLength(3);
  });

  it('of several registries counts in each', async () => {
    const { url, registry, lines } = await start();
    const other = testRegistry(agentMetrics);
    const observations = [
      observeHttpClients({ registry }),
      observeHttpClients({ registry: other }),
    ];
    await ask(url);
    for (const it of observations) it.stop();
    expect(await lines()).toHaveLength(1);
    expect(await other.httpClientRequestDuration.total()).toBe(1);
  });

  it('is of the standard registry by default', async () => {
    const { url, onEnd } = await start();
    const watched = watchRegistry(agentMetrics);
    onEnd(() => watched.stopWatching());
    const observation = observeHttpClients();
    await ask(url);
    observation.stop();
    expect(await watched.httpClientRequestDuration.total()).toBe(1);
  });

  it('leaves out what it is told to, and is not hurt by a test that throws', async () => {
    const { url, registry, lines, settled, ask: byFetch } = await start();
    const asked: unknown[] = [];
    const ignoring = observeHttpClients({
      registry,
      ignore: (request) => {
        asked.push(request);
        return true;
      },
    });
    await ask(url);
    await byFetch();
    ignoring.stop();
    const port = Number(new URL(url).port);
    const expected = { method: 'GET', address: '127.0.0.1', port, scheme: 'http' };
    expect(asked).toEqual([expected, expected]);
    expect(await lines()).toEqual([]);
    const throwing = observeHttpClients({
      registry,
      ignore: () => {
        throw new Error('of the application');
      },
    });
    await ask(url);
    await byFetch();
    expect(await settled(2)).toHaveLength(2);
    throwing.stop();
  });

  it('refuses what it cannot use', () => {
    const without = defineRegistry({
      scope: { name: 'without' },
      instruments: { c: counter({ name: 'c', unit: '1' }) },
    });
    expect(() => observeHttpClients({ ignore: 'all' as never })).toThrow(MeterbookError);
    expect(() => observeHttpClients({ ignore: 'all' as never })).toThrow('INVALID_SETUP');
    expect(() => observeHttpClients({ registry: without as never })).toThrow('INVALID_REGISTRY');
  });

  it('lets nothing of its own reach the application', async () => {
    const { url, onEnd, ask: byFetch } = await start();
    // Strict, and without the attributes: each record call throws.
    const broken = {
      declaration: agentMetrics.httpClientRequestDuration.declaration,
      record: () => {
        throw new Error('of a recorder');
      },
    };
    const registry = Object.create(agentMetrics, {
      httpClientRequestDuration: { value: broken, enumerable: true },
    }) as typeof agentMetrics;
    const uncaught: unknown[] = [];
    const listener = (error: unknown) => void uncaught.push(error);
    process.on('uncaughtException', listener);
    onEnd(() => process.off('uncaughtException', listener));
    const observation = observeHttpClients({ registry });
    await ask(url);
    await byFetch();
    await new Promise((resolve) => setTimeout(resolve, 20));
    observation.stop();
    expect(uncaught).toEqual([]);
  });

  it('leaves no subscriber behind', async () => {
    const { registry } = await start();
    const names = ['http.client.request.start', 'undici:request:create'];
    const { channel } = await import('node:diagnostics_channel');
    // Somebody else's stays.
    const other = (): void => undefined;
    subscribe('undici:request:create', other);
    observeHttpClients({ registry }).stop();
    expect(names.map((name) => channel(name).hasSubscribers)).toEqual([false, true]);
    unsubscribe('undici:request:create', other);
    expect(channel('undici:request:create').hasSubscribers).toBe(false);
  });
});

describe('requests that are not the application’s', () => {
  it('are those of meterbook’s own exporter', async () => {
    const { registry, url, lines, onEnd } = await start();
    const observation = observeHttpClients({ registry });
    onEnd(() => observation.stop());
    const receiver = await startReceiver();
    onEnd(() => receiver.close());
    const metrics = defineRegistry({
      scope: { name: 'own' },
      instruments: { c: counter({ name: 'c', unit: '1' }) },
    });
    const telemetry = pipelines.setup({ registries: [metrics], otlp: { url: receiver.url } });
    metrics.c.add(1);
    await telemetry.forceFlush();
    metrics.c.add(1);
    await telemetry.shutdown();
    await ask(url);
    expect(receiver.requests.length).toBeGreaterThanOrEqual(2);
    expect(await lines()).toEqual(['GET http 127.0.0.1 200']);
  });

  it('are those that OpenTelemetry’s exporters make, where a context manager tells', async () => {
    const { registry, url, lines, onEnd, ask: byFetch } = await start();
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    onEnd(() => context.disable());
    const observation = observeHttpClients({ registry });
    onEnd(() => observation.stop());
    await context.with(suppressTracing(context.active()), async () => {
      await ask(url);
      await byFetch();
    });
    const other = context.active().setValue(createContextKey('other'), true);
    await context.with(other, () => ask(url));
    expect(await lines()).toHaveLength(1);
  });
});
