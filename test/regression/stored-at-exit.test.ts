import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { counter, defineRegistry } from '../../src/index.js';
import { type Built, buildPackage } from '../support/build.js';
import { startChild } from '../support/child.js';
import { usePipelines, valuesOf } from '../support/pipeline.js';
import { refusingUrl } from '../support/servers.js';

/*
 * A batch that was on its way to the disk at process.exit() was written once more by the end of the
 * pipeline. Where the first write had done its rename, there were two files, and both were sent.
 */

const pipelines = usePipelines();
let built: Built;
beforeAll(async () => {
  built = await buildPackage();
});
afterAll(() => built.remove());

/** Ends the process as soon as the disk has done one of the steps of a write, before anybody knows of it. */
const EXIT_AT = (step: 'open' | 'rename', done: string) => `
  import fs, { existsSync, readdirSync } from 'node:fs';
  import { syncBuiltinESMExports } from 'node:module';
  const promises = fs.promises;
  const real = promises.${step};
  promises.${step} = (...args) => {
    const path = String(args.at(${step === 'open' ? '0' : '1'}));
    const result = real(...args);
    if (/\\.(tmp|otlp1)$/.test(path)) {
      while (!existsSync(path));
      ${done}
    }
    return result;
  };
  syncBuiltinESMExports();`;

/** What arrives of a process that writes ahead and ends itself while it does. */
async function arrivedOf(exit: string, then: string): Promise<readonly number[]> {
  const folder = mkdtempSync(join(tmpdir(), 'meterbook-exit-'));
  pipelines.onEnd(() => rmSync(folder, { recursive: true, force: true }));
  const directory = join(folder, 'spool');
  const child = startChild(
    `
    ${exit}
    import { counter, defineRegistry, setupMetrics } from ${JSON.stringify(built.esm)};
    const metrics = defineRegistry({
      scope: { name: 'exit' },
      instruments: { c: counter({ name: 'c', unit: '1' }) },
    });
    const telemetry = setupMetrics({
      serviceName: 'child', registries: [metrics], temporality: 'delta', selfMetrics: false,
      otlp: { url: process.env.URL }, spool: { directory: process.env.SPOOL, writeAhead: true },
      logger: { warn: (line) => console.error(line), error: (line) => console.error(line) },
    });
    metrics.c.add(5);
    ${then}`,
    { URL: await refusingUrl(), SPOOL: directory },
  );
  expect(await child.ended).toMatchObject({ code: 3, stderr: '' });
  const receiver = await pipelines.receiver();
  const registry = defineRegistry({
    scope: { name: 'next' },
    instruments: { next: counter({ name: 'next', unit: '1' }) },
  });
  const telemetry = pipelines.setup({
    registries: [registry],
    otlp: { url: receiver.url },
    spool: { directory },
  });
  await telemetry.forceFlush();
  await telemetry.shutdown();
  expect(readdirSync(directory).filter((name) => name.endsWith('.otlp1'))).toEqual([]);
  return valuesOf(receiver, 'c');
}

describe('process.exit() while a batch is written ahead', () => {
  it.each([
    ['before its file is there', EXIT_AT('open', 'process.exit(3);')],
    ['after its file has got its name', EXIT_AT('rename', 'process.exit(3);')],
  ])('stores it once: %s', async (_, exit) => {
    expect(await arrivedOf(exit, 'await telemetry.forceFlush();')).toEqual([5]);
  });
});
