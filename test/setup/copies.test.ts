import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
