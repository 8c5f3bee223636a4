import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReceiverAnswer } from '../../demo/receiver.js';
import { counter, defineRegistry, type SetupOptions } from '../../src/index.js';
import { type Built, buildPackage } from '../support/build.js';
import { startChild } from '../support/child.js';
import { metricsNamed, until, usePipelines, valuesOf } from '../support/pipeline.js';
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

describe('process.exit() during a collection', () => {
  /** Series of which a collection takes many slices. */
  const SERIES = 40_000;

  /** What arrives of a process that begins a collection, records 5 more, and ends itself some time later. */
  async function exits(when: string, others = '') {
    const directory = folder();
    const child = startChild(
      `
      import { attr, counter, defineRegistry, observableGauge, setupMetrics } from ${JSON.stringify(built.esm)};
      const metrics = defineRegistry({
        scope: { name: 'spool' },
        instruments: {
          many: counter({
            name: 'many', unit: '1', attributes: { id: attr.int() }, maxSeries: ${SERIES + 1},
          }),
          c: counter({ name: 'c', unit: '1' }),
        },
      });
      const others = defineRegistry({
        scope: { name: 'others' },
        instruments: { g: observableGauge({ name: 'g', unit: '1' }) },
      });
      ${others}
      const telemetry = setupMetrics({
        serviceName: 'child', registries: [metrics, others], temporality: 'delta', selfMetrics: false,
        otlp: { url: process.env.URL }, spool: { directory: process.env.SPOOL },
      });
      for (let id = 0; id < ${SERIES}; id++) metrics.many.add(1, { id });
      metrics.c.add(1);
      void telemetry.forceFlush();
      const end = () => {
        metrics.c.add(5);
        metrics.many.add(5, { id: 0 });
        process.exit(3);
      };
      ${when}`,
      { URL: await refusingUrl(), SPOOL: directory },
    );
    expect(await child.ended).toMatchObject({ code: 3 });
    const receiver = await pipelines.receiver();
    const { telemetry } = await open(directory, receiver.url);
    await until('all has been sent', () => entriesIn(directory).length <= 1);
    await telemetry.forceFlush();
    return { c: sum(valuesOf(receiver, 'c')), many: sum(valuesOf(receiver, 'many')) };
  }

  it.each([1, 2, 3, 5, 8, 13, 40])(
    'loses nothing that has been read: after %i slices',
    async (n) => {
      const after = `
      let left = ${n};
      const next = () => (--left < 0 ? end() : setImmediate(next));
      setImmediate(next);`;
      expect(await exits(after)).toEqual({ c: 6, many: SERIES + 5 });
    },
  );

  it('loses nothing that has been read while the callbacks of others take their time', async () => {
    const hanging = `others.g.addCallback(() => new Promise(() => {}));`;
    const after = `setTimeout(end, 1_000);`;
    expect(await exits(after, hanging)).toEqual({ c: 6, many: SERIES + 5 });
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
