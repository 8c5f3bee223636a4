import type { ExporterName } from './exporter-names.js';
import { exportingBytes, exportingTo } from './exporting.js';
import { cpuMillisSince } from './timing.js';

const WARMUPS = 5;

/** How far an export goes: to the bytes of its request, or to the server's answer. */
export type Reach = 'encoded' | 'sent';

/** CPU time, milliseconds, of each of so many exports of so many histogram series. */
export async function timeExports(
  subject: ExporterName,
  series: number,
  reach: Reach,
  count: number,
): Promise<readonly number[]> {
  const sending = reach === 'sent' ? await exportingTo(subject, series) : undefined;
  const exporting = sending ?? exportingBytes(subject, series);
  const millis: number[] = [];
  for (let i = 0; i < WARMUPS + count; i++) {
    for (let id = 0; id < series; id++) exporting.record(id % 7, id);
    // Each starts without the garbage of the one before, as with a minute between them.
    globalThis.gc?.();
    const start = process.cpuUsage();
    await exporting.export();
    if (i >= WARMUPS) millis.push(cpuMillisSince(start));
  }
  sending?.stop();
  return millis;
}
