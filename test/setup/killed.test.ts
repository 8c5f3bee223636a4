import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Built, buildPackage } from '../support/build.js';
import {
  inPairs,
  lastNumber,
  RECORDING,
  randomMoment,
  startCounting,
} from '../support/counting-child.js';
import {
  answering,
  type Behaviour,
  behaviours,
  type FaultyReceiver,
  startFaultyReceiver,
} from '../support/faulty-receiver.js';
import { until, usePipelines } from '../support/pipeline.js';

const pipelines = usePipelines();
let built: Built;

beforeAll(async () => {
  built = await buildPackage();
});
afterAll(() => built.remove());

/** Says at the beginning of each collection how many records there are, all of which it will have. */
const SAY_COLLECTED = `
  const collections = defineRegistry({
    scope: { name: 'collections' },
    instruments: { g: observableGauge({ name: 'g', unit: '1' }) },
  });
  collections.g.addCallback(() => say('collected ' + count));
  let count = 1;`;

/** What the collector is doing when the process is killed. */
const MEANWHILE: readonly Behaviour[] = [
  behaviours.accept,
  behaviours.refuse,
  behaviours.hang,
  answering(503),
  behaviours.resetAfterBody,
];

/** Records of one process that the receiver has taken. */
function arrivedFrom({ ledger }: FaultyReceiver, instance: string): number {
  const found = ledger.taken.series('c').find((series) => series.instance === instance);
  return (found?.total as number | undefined) ?? 0;
}

describe('fifty processes that write ahead and are killed at random moments', () => {
  it('lose only what had not been collected', { timeout: 180_000 }, async () => {
    let recorded = 0;
    let arrived = 0;
    await inPairs(50, async (index) => {
      const directory = mkdtempSync(join(tmpdir(), 'meterbook-killed-'));
      const receiver = await startFaultyReceiver();
      pipelines.onEnd(() =>
        Promise.all([receiver.close(), rmSync(directory, { recursive: true })]),
      );
      const options = (instance: string) => `
        spool: { directory: ${JSON.stringify(directory)}, maxBytes: 10_000_000, writeAhead: true },
        resource: { 'service.instance.id': '${instance}' },
        exportTimeoutMillis: 100,`;

      const recording = RECORDING.replace('let count = 1;', '');
      const child = startCounting(
        built.esm,
        receiver.url,
        `${SAY_COLLECTED} const telemetry = setup(); ${recording}`,
        `${options('killed')} registries: [collections, metrics],`,
      );
      await child.said(/^ready$/);
      await receiver.behave(MEANWHILE[index % MEANWHILE.length] as Behaviour);
      await randomMoment();
      child.process.kill('SIGKILL');
      const { stdout, signal } = await child.ended;
      expect(signal).toBe('SIGKILL');
      await receiver.behave(behaviours.accept);

      // The last collection may have been under way; the one before it is on disk, or was sent.
      const collected = stdout.filter((line) => line.startsWith('collected '));
      const safe = Number(collected.at(-2)?.slice('collected '.length) ?? 0);
      const second = startCounting(
        built.esm,
        receiver.url,
        `setup(); stay(); say('ready');`,
        options('second'),
      );
      await second.said(/^ready$/);
      await until('what was collected has come', () => arrivedFrom(receiver, 'killed') >= safe);
      second.process.kill('SIGTERM');
      await second.ended;
      const came = arrivedFrom(receiver, 'killed');
      expect(came).toBeLessThanOrEqual(lastNumber(stdout));
      expect(arrivedFrom(receiver, 'second')).toBe(1);
      recorded += lastNumber(stdout);
      arrived += came;
    });
    expect(arrived).toBeGreaterThan(500);
    expect(arrived).toBeLessThanOrEqual(recorded);
  });
});
