import type { ExporterName } from './exporter-names.js';
import { type Exporting, exportingBytes, exportingTo } from './exporting.js';
import { cpuMillisSince } from './timing.js';

const WARMUPS = 5;

/** How far an export goes: to the bytes of its request, or to the server's answer. */
export type Reach = 'encoded' | 'sent';

/**
 * CPU time, milliseconds, of each of so many exports of so many histogram series; where they end at the bytes, these
 * must hold every series.
 */
export async function timeExports(
  subject: ExporterName,
  series: number,
  reach: Reach,
  count: number,
): Promise<readonly number[]> {
  if (reach === 'encoded') {
    const exporting = exportingBytes(subject, series);
    const millis = await timed(exporting, series, count);
    const points = await exporting.exportedPoints();
    if (points === series) return millis;
    throw new Error(`${series} series were recorded into, ${points} points were exported`);
  }
  const exporting = await exportingTo(subject, series);
  const millis = await timed(exporting, series, count);
  exporting.stop();
  return millis;
}

async function timed(
  exporting: Exporting,
  series: number,
  count: number,
): Promise<readonly number[]> {
  const millis: number[] = [];
  for (let i = 0; i < WARMUPS + count; i++) {
    for (let id = 0; id < series; id++) exporting.record(id % 7, id);
    // Each starts without the garbage of the one before, as with a minute between them.
    globalThis.gc?.();
    const start = process.cpuUsage();
    await exporting.export();
    if (i >= WARMUPS) millis.push(cpuMillisSince(start));
  }
  return millis;
}
