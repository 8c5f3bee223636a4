import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { counter, defineRegistry, flushAfter, healthCheck } from '../../src/index.js';
import { type Built, buildPackage } from '../support/build.js';
import { startChild } from '../support/child.js';
import { accepted, usePipelines, valuesOf } from '../support/pipeline.js';
import { startHungServer } from '../support/servers.js';

const pipelines = usePipelines();

let built: Built;
beforeAll(async () => {
  built = await buildPackage();
});
afterAll(() => built.remove());

function counted() {
  return defineRegistry({
    scope: { name: 'platforms' },
    instruments: { c: counter({ name: 'c', unit: '1' }) },
  });
}

describe('flushAfter', () => {
  it('has everything sent before a handler is over, result and error its own', async () => {
    const receiver = await pipelines.receiver();
    const registry = counted();
    pipelines.setup({ registries: [registry], temporality: 'delta', otlp: { url: receiver.url } });
    const handler = flushAfter((value: number) => {
      registry.c.add(value);
      if (value > 5) throw new Error('too much');
      return value * 2;
    });
    expect(await handler(2)).toBe(4);
    expect(valuesOf(receiver, 'c')).toEqual([2]);
    await expect(handler(7)).rejects.toThrow('too much');
    expect(valuesOf(receiver, 'c')).toEqual([2, 7]);
    const later = flushAfter(async (value: number) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      registry.c.add(value);
      return 'done';
    });
    expect(await Promise.all([later(1), later(1), later(1)])).toEqual(['done', 'done', 'done']);
    expect(valuesOf(receiver, 'c').reduce((a, b) => a + b)).toBe(12);
  });

  it('keeps what does not arrive within the deadline for the next call', async () => {
    const server = await startHungServer();
    pipelines.onEnd(server.close);
    const registry = counted();
    const telemetry = pipelines.setup({
      registries: [registry],
      temporality: 'delta',
      otlp: { url: server.url },
    });
    await flushAfter(() => registry.c.add(1), { timeoutMillis: 50 })();
    expect(telemetry.health().exporters[0]?.held).toBe(1);
  });

  it('only calls where there is no pipeline', async () => {
    expect(await flushAfter(() => 7)()).toBe(7);
  });

  it.each([
    ['what is no function', () => flushAfter(7 as never)],
    ['a timeout that is none', () => flushAfter(() => 7, { timeoutMillis: -1 })],
  ])('refuses %s', (_, make) => {
    expect(make).toThrow(/^\[INVALID_SETUP\] flushAfter\(\) was given/);
  });
});

describe('healthCheck', () => {
  it('says at once what it was not given', () => {
    expect(() => healthCheck(undefined as never)).toThrow(/healthCheck\(\) was given undefined/);
  });

  it.each([
    [undefined, 200],
    [500, 500],
  ])('answers with the health, and %o while exports fail', async (failingStatus, expected) => {
    const receiver = await pipelines.receiver({ respond: () => ({ status: 400 }) });
    const registry = counted();
    const telemetry = pipelines.setup({
      registries: [registry],
      otlp: { url: receiver.url, headers: { authorization: 'S3CRET' } },
    });
    const options = failingStatus === undefined ? undefined : { failingStatus };
    const server = createServer(healthCheck(telemetry, options));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    pipelines.onEnd(() => server.close());
    const ask = async () => {
      const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      const text = await response.text();
      expect(text).not.toContain('S3CRET');
      return [response.status, JSON.parse(text).status];
    };
    expect(await ask()).toEqual([200, 'running']);
    registry.c.add(1);
    await telemetry.forceFlush();
    expect(await ask()).toEqual([expected, 'failing']);
    await telemetry.shutdown();
    expect(await ask()).toEqual([503, 'shut down']);
  });
});

const program = (body: string): string => `
  import { counter, defineRegistry, setupMetrics } from ${JSON.stringify(built.esm)};
  const metrics = defineRegistry({
    scope: { name: 'writers' },
    instruments: { c: counter({ name: 'c', unit: '1' }) },
  });
  const setup = () => setupMetrics({
    serviceName: 'writers', registries: [metrics], temporality: 'delta', selfMetrics: false,
    otlp: { url: process.env.URL },
  });
  ${body}`;

describe('several writers of one service', () => {
  it('in worker threads each have an identity of their own, and lose nothing', async () => {
    const receiver = await pipelines.receiver();
    const worker = program(`
      const telemetry = setup();
      for (let i = 0; i < 1_000; i++) metrics.c.add(1);
      await telemetry.shutdown();`);
    const main = program(`
      import { Worker } from 'node:worker_threads';
      setup();
      metrics.c.add(5);
      const source = new URL('data:text/javascript,' + encodeURIComponent(${JSON.stringify(worker)}));
      for (let i = 0; i < 3; i++) new Worker(source);`);
    expect(await startChild(main, { URL: receiver.url }).ended).toMatchObject({
      code: 0,
      stderr: '',
    });
    const byInstance = new Map<unknown, number>();
    for (const { resource, scopes } of accepted(receiver)) {
      const id = resource['service.instance.id'];
      for (const { metrics } of scopes) {
        for (const { points } of metrics) {
          for (const point of points as readonly { value: number }[])
            byInstance.set(id, (byInstance.get(id) ?? 0) + point.value);
        }
      }
    }
    expect([...byInstance.values()].sort((a, b) => a - b)).toEqual([5, 1_000, 1_000, 1_000]);
  });

  it('in a cluster each have an identity of their own, and lose nothing', async () => {
    const receiver = await pipelines.receiver();
    const main = program(`
      import cluster from 'node:cluster';
      if (cluster.isPrimary) {
        for (let i = 0; i < 3; i++) cluster.fork();
      } else {
        setup();
        metrics.c.add(100);
        cluster.worker.disconnect();
      }`);
    // A cluster starts its own file again.
    const { writeFileSync, mkdtempSync, rmSync } = await import('node:fs');
    const { join } = await import('node:path');
    const folder = mkdtempSync(join(built.cjs, '..', 'cluster-'));
    pipelines.onEnd(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'main.mjs');
    writeFileSync(file, main);
    const { spawn } = await import('node:child_process');
    const child = spawn(process.execPath, [file], {
      env: { ...process.env, URL: receiver.url },
      stdio: 'inherit',
    });
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
    const ids = accepted(receiver).map(({ resource }) => resource['service.instance.id']);
    expect(new Set(ids).size).toBe(3);
    expect(valuesOf(receiver, 'c')).toEqual([100, 100, 100]);
  });
});
