import type { ExporterName } from './exporter-names.js';
import { exportingTo } from './exporting.js';

const WARMUPS = 10;

/**
 * The longest time, milliseconds, that the event loop had no turn during each of so many exports of
 * so many histogram series, after a few that do not count.
 */
export async function timeStalls(
  subject: ExporterName,
  series: number,
  count: number,
): Promise<readonly number[]> {
  const exporting = await exportingTo(subject, series);
  const stalls: number[] = [];
  for (let i = 0; i < WARMUPS + count; i++) {
    for (let id = 0; id < series; id++) exporting.record(id % 7, id);
    // Each starts without the garbage of the one before, as with a minute between them.
    globalThis.gc?.();
    const stall = await longestStall(() => exporting.export());
    if (i >= WARMUPS) stalls.push(stall);
  }
  exporting.stop();
  return stalls;
}

async function longestStall(work: () => Promise<void>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  let isOver = false;
  const turn = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  isOver = true;
  return Math.max(longest, performance.now() - last);
}
