import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChild } from '../support/child.js';

let folder: string;
let url: string;

beforeAll(async () => {
  const cache = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));
  mkdirSync(cache, { recursive: true });
  folder = mkdtempSync(join(cache, 'meterbook-jobs-'));
  const outfile = join(folder, 'jobs.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('../../src/jobs/index.ts', import.meta.url))],
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outfile,
  });
  url = pathToFileURL(outfile).href;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A process with a database that refuses, and nothing that would hold it. */
const program = (rest: string) => `
  const { createJobTimings } = await import(${JSON.stringify(url)});
  const store = {
    write: async () => { throw new Error('down'); },
    close: async () => console.log('store closed'),
  };
  const timings = createJobTimings({ store, flushInterval: 0, logger: { warn() {}, error() {} } });
  await timings.run({ organizationId: 'o' }, (job) => job.firstToken());
  ${rest}
  console.log('end');`;

describe('a process', () => {
  it('is not held by rows that wait', async () => {
    const ended = await startChild(program('')).ended;
    expect(ended).toMatchObject({ code: 0, stdout: ['end'], stderr: '' });
    expect(ended.lingered).toBeLessThan(1_000);
  });

  it('lives until close() is done, while nothing else holds it', async () => {
    const close =
      'await timings.close({ timeout: 300 }); console.log(timings.health().dropped.shutdown);';
    const ended = await startChild(program(close)).ended;
    expect(ended).toMatchObject({ code: 0, stdout: ['store closed', '1', 'end'], stderr: '' });
  });
});
