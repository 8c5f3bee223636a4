import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startLive } from '../../../src/live/index.js';
import type { Answer, InstrumentView } from '../../../src/live/protocol.js';
import { post, send } from '../support/assembled.js';
import { encodeRequest } from '../support/otlp.js';

const SECONDS = 2_400;
/** Base-2 buckets, few bytes in a request and many in memory. */
const COUNTS = [1, ...new Array<number>(79).fill(0), 2];
/** For a sixth of the seconds, and four times as much on the disk: for all of them. */
const MEMORY_BYTES = 288_000;

/** One second of a service, in the past: three measurements, a counter that goes on, a level. */
function request(begin: number, second: number): Uint8Array {
  const at = {
    startTimeUnixNano: `${begin + (second - 1) * 1_000}000000`,
    timeUnixNano: `${begin + second * 1_000}000000`,
  };
  const whole = { startTimeUnixNano: `${begin}000000`, timeUnixNano: at.timeUnixNano };
  const metrics = [
    {
      name: 'waits',
      unit: 's',
      exponentialHistogram: {
        aggregationTemporality: 1,
        dataPoints: [{ ...at, count: 3, sum: 4, scale: 3, positive: { bucketCounts: COUNTS } }],
      },
    },
    {
      name: 'orders',
      sum: {
        aggregationTemporality: 2,
        isMonotonic: true,
        dataPoints: [{ ...whole, asInt: second * 2 }],
      },
    },
    { name: 'queue', gauge: { dataPoints: [{ ...at, asDouble: 5 }] } },
  ];
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'kept' } }] };
  return encodeRequest({ resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] });
}

describe('what is read back from a folder', { timeout: 60_000 }, () => {
  it('is coarser where memory is short, and amounts to the same', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'meterbook-restored-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const start = async () => {
      const live = await startLive({
        port: 0,
        pagePort: 0,
        page: false,
        keep: folder,
        memoryBytes: MEMORY_BYTES,
      });
      onTestFinished(() => live.close());
      return live;
    };
    const begin = Math.floor(Date.now() / 1_000 - SECONDS) * 1_000;
    /** About ten minutes of the old part. */
    const ask = async (pageUrl: string, instrument: string) => {
      const query = `view=instrument&instrument=${instrument}&range=600&to=${begin + 900_000}`;
      const { text } = await send(`${pageUrl}api/answer?${query}`);
      return JSON.parse(text) as Answer & { readonly shown: InstrumentView };
    };
    /** The lines of an instrument's graphs without the first and the last step, which lie partly outside. */
    const linesOf = async (pageUrl: string, instrument: string) => {
      const { shown } = await ask(pageUrl, instrument);
      return shown.rows
        .flatMap(({ panels }) => panels)
        .flatMap((panel) => ('lines' in panel ? panel.lines : []))
        .map(({ name, values }) => ({ name, values: [...new Set(values.slice(1, -1))] }));
    };

    const first = await start();
    for (let second = 1; second <= SECONDS; second++) {
      expect((await post(first, request(begin, second))).status).toBe(200);
    }
    await first.close();
    const second = await start();
    expect(second.restoredPoints).toBe(SECONDS * 3);
    const { history, note } = await ask(second.pageUrl, 'waits');
    expect(history.bytes).toBeLessThanOrEqual(MEMORY_BYTES);
    expect(history.dropped).toEqual({});
    expect(history.oldest).toBeLessThanOrEqual(begin + 1_000);
    expect(note).toMatch(/^A point for every \d+ s: older history is kept coarser\.$/);
    // The same in each step as in each second.
    const waits = await linesOf(second.pageUrl, 'waits');
    expect(waits.length).toBeGreaterThan(2);
    for (const { name, values } of waits) expect(values, name).toHaveLength(1);
    expect(waits.flatMap(({ values }) => values)).toContain(3);
    for (const { values } of await linesOf(second.pageUrl, 'orders')) expect(values).toEqual([2]);
    for (const { values } of await linesOf(second.pageUrl, 'queue')) expect(values).toEqual([5]);
  });
});
