import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startLive } from '../../../src/live/index.js';
import type { Answer, InstrumentView } from '../../../src/live/protocol.js';
import { post, send } from '../support/assembled.js';
import { encodeRequest } from '../support/otlp.js';

const BOUNDS = [0.5, 2];
const SECONDS = 2_400;
/** Takes a history of the seconds only if it is kept coarser. */
const MEMORY_BYTES = 60_000;

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
      histogram: {
        aggregationTemporality: 1,
        dataPoints: [{ ...at, count: 3, sum: 4, bucketCounts: [1, 2, 0], explicitBounds: BOUNDS }],
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
    const to = Math.floor(Date.now() / 1_000) * 1_000;
    const begin = to - SECONDS * 1_000;
    const ask = async (pageUrl: string, instrument: string) => {
      const query = `view=instrument&instrument=${instrument}&range=${SECONDS}&to=${to}`;
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
