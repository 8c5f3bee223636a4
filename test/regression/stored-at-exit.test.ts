import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { counter, defineRegistry } from '../../src/index.js';
import { type Built, buildPackage } from '../support/build.js';
import { lastNumber, startCounting } from '../support/counting-child.js';
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
const EXIT_AT = (step: 'open' | 'rename') => `
  const { default: fs, existsSync } = await import('node:fs');
  const { syncBuiltinESMExports } = await import('node:module');
  const promises = fs.promises;
  const real = promises.${step};
  promises.${step} = (...args) => {
    const path = String(args.at(${step === 'open' ? '0' : '1'}));
    const result = real(...args);
    if (/\\.(tmp|otlp1)$/.test(path)) {
      while (!existsSync(path));
      process.exit(3);
    }
    return result;
  };
  syncBuiltinESMExports();`;

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'meterbook-exit-'));
  pipelines.onEnd(() => rmSync(path, { recursive: true, force: true }));
  return join(path, 'spool');
}

/** A process that writes ahead to a collector that is not there, with a counter at 1, and goes on as the text says. */
const start = async (directory: string, then: string) =>
  startCounting(
    built.esm,
    await refusingUrl(),
    then,
    `spool: { directory: ${JSON.stringify(directory)}, writeAhead: true },`,
  );

/** What the next process on a spool sends. */
async function arrivedFrom(directory: string): Promise<readonly number[]> {
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
    ['before its file is there', EXIT_AT('open')],
    ['after its file has got its name', EXIT_AT('rename')],
  ])('stores it once: %s', async (_, exit) => {
    const directory = folder();
    const child = await start(directory, `${exit} await setup().forceFlush();`);
    expect(await child.ended).toMatchObject({ code: 3, stderr: '' });
    expect(await arrivedFrom(directory)).toEqual([1]);
    // Nor is anything left that looks half written.
    expect(readdirSync(directory)).toEqual([]);
  });

  it('at any moment delivers what was recorded, and nothing twice', async () => {
    for (let i = 0; i < 15; i++) {
      const directory = folder();
      const child = await start(
        directory,
        `
        const telemetry = setup();
        let count = 1;
        setInterval(() => {
          metrics.c.add(10);
          count += 10;
          say(String(count));
        }, 1);
        setTimeout(() => process.exit(3), ${20 + 4 * i});
        for (;;) {
          await telemetry.forceFlush();
          await new Promise((resolve) => setImmediate(resolve));
        }`,
      );
      const { code, stdout } = await child.ended;
      expect(code).toBe(3);
      const arrived = (await arrivedFrom(directory)).reduce((sum, value) => sum + value, 0);
      expect(arrived).toBe(lastNumber(stdout));
    }
  });
});
