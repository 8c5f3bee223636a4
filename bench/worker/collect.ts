import type { Subject } from '../subjects/subject.js';
import { cpuMillisSince } from './timing.js';

/** CPU time, milliseconds, of each of so many collections, after a few that do not count. */
export async function timeCollections(
  subject: Subject,
  warmups: number,
  count: number,
): Promise<readonly number[]> {
  const millis: number[] = [];
  for (let i = 0; i < warmups + count; i++) {
    // Each starts without the garbage of the one before, as with a minute between them.
    globalThis.gc?.();
    const start = process.cpuUsage();
    await subject.collect();
    if (i >= warmups) millis.push(cpuMillisSince(start));
  }
  return millis;
}
