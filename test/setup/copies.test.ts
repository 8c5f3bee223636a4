import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Built, buildPackage } from '../support/build.js';
import { startChild } from '../support/child.js';
import { accepted, usePipelines, valuesOf } from '../support/pipeline.js';

const pipelines = usePipelines();
let built: Built;

beforeAll(async () => {
  built = await buildPackage();
});
afterAll(() => built.remove());

describe('the ES module and the CommonJS module in one process', () => {
  it('share one pipeline, and export the registries of either', async () => {
    const receiver = await pipelines.receiver();
    const { code, stdout, stderr } = await startChild(
      `
      import { createRequire } from 'node:module';
      import * as esm from ${JSON.stringify(built.esm)};
      const cjs = createRequire(import.meta.url)(${JSON.stringify(built.cjs)});
      const registries = [esm, cjs].map(({ counter, defineRegistry }, i) =>
        defineRegistry({
          scope: { name: 'copy ' + i },
          instruments: { c: counter({ name: 'c', unit: '1' }) },
        }),
      );
      const warn = (line) => console.log(line);
      const options = { serviceName: 'copies', registries, logger: { warn, error: warn } };
      console.log(esm.setupMetrics === cjs.setupMetrics);
      const first = esm.setupMetrics({ ...options, otlp: { url: process.env.URL } });
      const second = cjs.setupMetrics(options);
      console.log(first === second);
      registries[0].c.add(1);
      registries[1].c.add(2);
      cjs.withAttributes({ a: 1 }, () => console.log(JSON.stringify(esm.getAttributes())));
      await second.shutdown();
      console.log(first.health().status);`,
      { URL: receiver.url },
    ).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toEqual([
      'false',
      expect.stringContaining('setupMetrics() was called a second time'),
      'true',
      '{"a":1}',
      'shut down',
    ]);
    expect(receiver.requests).toHaveLength(1);
    expect(valuesOf(receiver, 'c')).toEqual([1, 2]);
  });
});

describe('a copy that records and that nobody exports', () => {
  /** Runs a program with two copies, each with a registry, and gives what was logged about copies. */
  async function logged(body: string): Promise<readonly string[]> {
    const receiver = await pipelines.receiver();
    const { code, stdout, stderr } = await startChild(
      `
      import { createRequire } from 'node:module';
      import * as esm from ${JSON.stringify(built.esm)};
      const cjs = createRequire(import.meta.url)(${JSON.stringify(built.cjs)});
      const define = ({ counter, defineRegistry }, name) =>
        defineRegistry({
          scope: { name },
          instruments: {
            calls: counter({ name: name + '.calls', unit: '1' }),
            seeded: counter({ name: name + '.seeded', unit: '1', seedZero: true }),
          },
        });
      const [ours, theirs] = [define(esm, 'ours'), define(cjs, 'theirs')];
      const log = (line) => console.log('logged: ' + line);
      const setup = (options) =>
        esm.setupMetrics({
          serviceName: 'copies',
          registries: [ours],
          otlp: { url: process.env.URL },
          logger: { warn: log, error: log },
          ...options,
        });
      ${body}`,
      { URL: receiver.url },
    ).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout.filter((line) => line.startsWith('logged: '));
  }

  const once = [expect.stringMatching(/"theirs\.calls" is recorded in another copy.* Fix: .*Next/)];

  it('is told of at the setup, once', async () => {
    const lines = await logged(`
      theirs.calls.add(1);
      const telemetry = setup();
      await telemetry.forceFlush();
      await telemetry.shutdown();`);
    expect(lines).toEqual(once);
    expect(lines[0]).toContain("serverExternalPackages: ['meterbook']");
    expect(lines[0]).toContain('globalThis');
    expect(lines[0]).toContain('docs/endpoints.md#nextjs');
  });

  it.each([
    ['OTLP', '', 'await telemetry.forceFlush();'],
    ['the console', 'otlp: false, console: true', 'await telemetry.forceFlush();'],
    [
      'Prometheus',
      'otlp: false, prometheus: { port: 0 }',
      `var endpoint = () => telemetry.health().exporters[0].endpoint;
      while (new URL(endpoint()).port === '0') await new Promise((resolve) => setTimeout(resolve, 5));
      await (await fetch(endpoint())).text();`,
    ],
  ])('is told of at a later collection for %s, once', async (_, options, collect) => {
    const lines = await logged(`
      const telemetry = setup({ ${options} });
      ours.calls.add(1);
      ${collect}
      log('not before this line');
      theirs.calls.add(1);
      ${collect}
      ${collect}
      await telemetry.shutdown();`);
    expect(lines).toEqual(['logged: not before this line', ...once]);
  });

  it.each([
    ['records nothing', ''],
    ['has a registry of which another reader knows', 'theirs.producer(); theirs.calls.add(1);'],
    [
      'has another registry that is exported',
      "const other = define(cjs, 'other'); other.calls.add(1);",
      'registries: [ours, theirs]',
    ],
    [
      'is the one that is set up',
      "const other = define(esm, 'other'); other.calls.add(1);",
      'registries: [], selfMetrics: false',
    ],
    ['records where nothing is exported at all', 'theirs.calls.add(1);', 'otlp: false'],
  ])('is not told of where it %s', async (_, before, options = '') => {
    const lines = await logged(`
      ${before}
      const telemetry = setup({ ${options} });
      ours.calls.add(1);
      await telemetry.forceFlush();
      await telemetry.shutdown();`);
    expect(lines).toEqual([]);
  });

  it('is not told of where it is the one of a test kit that was loaded again', async () => {
    vi.resetModules();
    const [{ counter, defineRegistry }, { testRegistry }] = await Promise.all([
      import('../../src/index.js'),
      import('../../src/testing/index.js'),
    ]);
    const instruments = { calls: counter({ name: 'test.calls', unit: '1' }) };
    const registry = defineRegistry({ scope: { name: 'test' }, instruments });
    testRegistry(registry).calls.add(1);
    registry.calls.add(1);
    const { url } = await pipelines.receiver();
    await pipelines.setup({ otlp: { url } }).forceFlush();
    expect(pipelines.lines).toEqual([]);
  });

  it('leaves nothing in the process before it records', async () => {
    const { code, stdout } = await startChild(`
      const { counter, defineRegistry } = await import(${JSON.stringify(built.esm)});
      const registry = defineRegistry({
        scope: { name: 's' },
        instruments: { c: counter({ name: 'c', unit: '1', seedZero: true }), d: counter({ name: 'd', unit: '1' }) },
      });
      const isNoted = () => Object.getOwnPropertySymbols(globalThis)
        .some(({ description }) => description.startsWith('meterbook.copies'));
      console.log(isNoted());
      registry.c.add(1, { undeclared: true });
      console.log(isNoted());
      registry.d.add(1);
      console.log(isNoted());`).ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: ['false', 'false', 'true'] });
  });
});

describe('threads and processes of one service', () => {
  it('each have a pipeline that ends with them, and a service.instance.id of their own', async () => {
    const receiver = await pipelines.receiver();
    const program = `
      import { isMainThread, Worker } from 'node:worker_threads';
      import { counter, defineRegistry, setupMetrics } from ${JSON.stringify(built.esm)};
      const metrics = defineRegistry({
        scope: { name: 'threads' },
        instruments: { c: counter({ name: 'c', unit: '1' }) },
      });
      const url = process.env.URL;
      setupMetrics({ serviceName: 's', registries: [metrics], otlp: { url } });
      metrics.c.add(1);
      if (isMainThread) {
        const code = new URL('data:text/javascript,' + encodeURIComponent(process.env.PROGRAM));
        await new Promise((resolve) => new Worker(code).once('exit', resolve));
      }`;
    const ends = await Promise.all(
      [1, 2].map(() => startChild(program, { URL: receiver.url, PROGRAM: program }).ended),
    );
    for (const { code, stderr } of ends) expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(valuesOf(receiver, 'c')).toEqual([1, 1, 1, 1]);
    const ids = accepted(receiver).map(({ resource }) => resource['service.instance.id']);
    expect(new Set(ids).size).toBe(4);
  });
});
