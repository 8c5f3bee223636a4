import type { ExporterName } from './exporter-names.js';
import { NEVER, startExporting } from './exporting.js';
import { cpuMillisSince } from './timing.js';

const WARMUPS = 5;

/** CPU time, milliseconds, of each of so many exports of so many histogram series, sending included. */
export async function timeExports(
  subject: ExporterName,
  series: number,
  count: number,
): Promise<readonly number[]> {
  const exporting = await startExporting(subject, { series, intervalMillis: NEVER });
  const millis: number[] = [];
  for (let i = 0; i < WARMUPS + count; i++) {
    for (let id = 0; id < series; id++) exporting.record(id % 7, id);
    // Each starts without the garbage of the one before, as with a minute between them.
    globalThis.gc?.();
    const start = process.cpuUsage();
    await exporting.export();
    if (i >= WARMUPS) millis.push(cpuMillisSince(start));
  }
  exporting.stop();
  return millis;
}
