import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { Forwarder, startPage } from '../../demo/live-page.js';
import type { Answer } from '../../src/live/protocol.js';
import { until } from '../support/pipeline.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

it('the demo shows what its receiver took on the page of the live view, and ends', async () => {
  const args = ['--import', 'tsx', 'demo/main.ts', '--duration', '6', '--rate', '20', '--no-open'];
  const child = spawn(process.execPath, args, { cwd: ROOT });
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const address = () => /^Page: (http:\/\/127\.0\.0\.1:\d+\/)\?range=60$/m.exec(stdout)?.[1];
  await until('the page has an address', () => address() !== undefined, 20_000);
  const page = address() as string;
  expect(await (await fetch(page)).text()).toContain('<script type="module" src="/page.js">');
  let answer: Answer | undefined;
  await until(
    'the page has tables',
    async () => {
      answer = (await (await fetch(`${page}api/answer`)).json()) as Answer;
      return answer.shown.kind === 'overview' && answer.shown.tables.length > 0;
    },
    20_000,
  );
  const overview = answer?.shown as Extract<Answer['shown'], { readonly kind: 'overview' }>;
  expect(overview.slos.map(({ name }) => name)).toEqual(['firstTokenInTime', 'lookupsInTime']);
  expect(await ended).toBe(0);
  expect(stdout).toContain('balanced');
  // Nobody is there to look at it: it is closed.
  await expect(fetch(page)).rejects.toThrow();
}, 90_000);

it('counts what could not be handed on', async () => {
  const page = await startPage();
  const forwarder = new Forwarder(page.receiverUrl);
  forwarder.send(new Uint8Array([0xff, 0xff]));
  await forwarder.settled();
  expect(forwarder.failed).toBe(1);
  await page.close();
  forwarder.send(new Uint8Array());
  await forwarder.settled();
  expect(forwarder.failed).toBe(2);
});
