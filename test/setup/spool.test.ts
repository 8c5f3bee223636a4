import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReceiverAnswer } from '../../demo/receiver.js';
import { counter, defineRegistry, type SetupOptions } from '../../src/index.js';
import { type Built, buildPackage } from '../support/build.js';
import { startChild } from '../support/child.js';
import { metricsNamed, usePipelines, valuesOf } from '../support/pipeline.js';
import { refusingUrl } from '../support/servers.js';

const pipelines = usePipelines();

let built: Built;
beforeAll(async () => {
  built = await buildPackage();
});
afterAll(() => built.remove());

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'meterbook-spool-'));
  pipelines.onEnd(() => rmSync(path, { recursive: true, force: true }));
  return join(path, 'spool');
}

const entriesIn = (directory: string): readonly string[] =>
  readdirSync(directory).filter((name) => name.endsWith('.entry') || /\d/.test(name));

async function open(directory: string, url: string, options: SetupOptions = {}) {
  const registry = defineRegistry({
    scope: { name: 'spool' },
    instruments: { c: counter({ name: 'c', unit: '1' }) },
  });
  const telemetry = pipelines.setup({
    registries: [registry],
    temporality: 'delta',
    otlp: { url },
    spool: { directory },
    ...options,
  });
  return { registry, telemetry, otlp: () => telemetry.health().exporters[0] };
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

describe('what is unsent at the end of a pipeline', () => {
  it('is sent at the next start, ahead of what is new, as it was', async () => {
    const directory = folder();
    const first = await open(directory, await refusingUrl());
    first.registry.c.add(1);
    await first.telemetry.forceFlush();
    first.registry.c.add(2);
    const ended = Date.now();
    await first.telemetry.shutdown();
    expect(first.otlp()).toMatchObject({ held: 0, spooled: 1, dropped: {} });

    const receiver = await pipelines.receiver();
    const second = await open(directory, receiver.url);
    second.registry.c.add(10);
    await second.telemetry.forceFlush();
    expect(valuesOf(receiver, 'c')).toEqual([3, 10]);
    const [old] = metricsNamed(receiver, 'c');
    const [point] = old?.kind === 'sum' ? old.points : [];
    expect(Number(point?.time) / 1e6).toBeLessThanOrEqual(ended + 2);
    expect(second.otlp()).toMatchObject({ held: 0, spooled: 0, dropped: {} });
    // And no third time.
    await second.telemetry.shutdown();
    const third = await open(directory, receiver.url);
    await third.telemetry.forceFlush();
    expect(sum(valuesOf(receiver, 'c'))).toBe(13);
  });

  it('is given up and counted without a spool', async () => {
    const { registry, telemetry, otlp } = await open('', await refusingUrl(), {
      spool: undefined,
    } as never);
    registry.c.add(1);
    await telemetry.shutdown();
    expect(otlp()).toMatchObject({ dropped: { shutdown: 1 }, held: 0 });
    expect(pipelines.lines.at(-1)).toContain('Set spool: { directory }');
  });

  it('is spooled at once by process.exit()', async () => {
    const directory = folder();
    const child = startChild(
      `
      import { counter, defineRegistry, setupMetrics } from ${JSON.stringify(built.esm)};
      const metrics = defineRegistry({
        scope: { name: 'spool' },
        instruments: { c: counter({ name: 'c', unit: '1' }) },
      });
      setupMetrics({
        serviceName: 'child', registries: [metrics], temporality: 'delta', selfMetrics: false,
        otlp: { url: process.env.URL }, spool: { directory: process.env.SPOOL },
      });
      metrics.c.add(5);
      process.exit(3);`,
      { URL: await refusingUrl(), SPOOL: directory },
    );
    expect(await child.ended).toMatchObject({ code: 3, stderr: '' });
    const receiver = await pipelines.receiver();
    const { telemetry } = await open(directory, receiver.url);
    await telemetry.forceFlush();
    expect(valuesOf(receiver, 'c')).toEqual([5]);
  });
});

describe('a spool that is written ahead', () => {
  it('holds the outage on the disk instead of in memory, batch by batch', async () => {
    const directory = folder();
    let answer: ReceiverAnswer | undefined = { status: 503 };
    const receiver = await pipelines.receiver({ respond: () => answer });
    const { registry, telemetry, otlp } = await open(directory, receiver.url, {
      spool: { directory, writeAhead: true },
    });
    registry.c.add(1);
    await telemetry.forceFlush();
    expect(otlp()).toMatchObject({ held: 0, spooled: 1 });
    await new Promise((resolve) => setTimeout(resolve, 1_250));
    answer = undefined;
    registry.c.add(2);
    await telemetry.forceFlush();
    expect(valuesOf(receiver, 'c')).toEqual([1, 2]);
    expect(otlp()).toMatchObject({ held: 0, spooled: 0, dropped: {} });
    await telemetry.shutdown();
    expect(entriesIn(directory)).toEqual([]);
  });
});

describe('a spool that cannot be had', () => {
  it.each([
    ['a folder that others may write to', (path: string) => chmodSync(join(path, '..'), 0o777)],
  ])('is said so, and the rest goes on: %s', async (_, spoil) => {
    const directory = folder();
    spoil(directory);
    const receiver = await pipelines.receiver();
    const { registry, telemetry } = await open(join(directory, '..'), receiver.url);
    registry.c.add(1);
    await telemetry.forceFlush();
    expect(valuesOf(receiver, 'c')).toEqual([1]);
    expect(pipelines.lines).toEqual([expect.stringMatching(/spool/i)]);
  });

  it.each([
    [{ directory: '' }, 'spool.directory is ""'],
    [{ directory: 7 as never }, 'spool.directory is 7'],
  ])('is a problem at setup: %o', async (spool, problem) => {
    const receiver = await pipelines.receiver();
    const { registry, telemetry } = await open('', receiver.url, { spool });
    registry.c.add(1);
    await telemetry.forceFlush();
    expect(telemetry.health().problems).toEqual([expect.stringContaining(problem)]);
    expect(valuesOf(receiver, 'c')).toEqual([1]);
  });
});
