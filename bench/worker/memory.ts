import type { Subject } from '../subjects/subject.js';
import { MANY, recordMany } from './many-series.js';
import type { Loop } from './timing.js';

/** Needs `--expose-gc`. */
function collectGarbage(): void {
  if (globalThis.gc === undefined) throw new Error('this measurement needs node --expose-gc');
  globalThis.gc();
}

/** Bytes that are still referenced: objects, and the array buffers outside of the heap. */
function retainedBytes(): number {
  for (let i = 0; i < 3; i++) collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Bytes per series. */
export interface SeriesBytes {
  readonly recorded: number;
  /** After one collection, whose result has been let go. */
  readonly collected: number;
  /** After measurements have followed in every series: what there is between two collections. */
  readonly recordedAgain: number;
}

/** What a series of a 14-boundary histogram with three attributes keeps. */
export async function bytesPerSeries(makeSubject: () => Subject): Promise<SeriesBytes> {
  // Once before, so that compiled code is no part of the difference.
  const warmUp = makeSubject();
  recordMany(warmUp.instruments[0]!);
  await warmUp.collect();
  const subject = makeSubject();
  const before = retainedBytes();
  recordMany(subject.instruments[0]!);
  const recorded = (retainedBytes() - before) / MANY;
  await subject.collect();
  const collected = (retainedBytes() - before) / MANY;
  recordMany(subject.instruments[0]!);
  return { recorded, collected, recordedAgain: (retainedBytes() - before) / MANY };
}

/** Operations between two readings: few enough that what they allocate fits the young generation. */
const OPERATIONS = 20_000;
const READINGS = 15;
const WARMUP_OPERATIONS = 500_000;

/** Bytes allocated. */
export interface Allocation {
  /** Per operation, one number per reading. */
  readonly bytes: readonly number[];
  /** How often the loop ran each time it was called, warming up included. */
  readonly runs: readonly number[];
}

/**
 * What one operation allocates, garbage or not: the growth of the heap over many of them with no
 * garbage collection in between, for which the young generation must be large
 * (`--min-semi-space-size`).
 */
export function bytesPerOperation(loop: Loop): Allocation {
  const runs = [WARMUP_OPERATIONS];
  loop(WARMUP_OPERATIONS);
  const bytes: number[] = [];
  for (let i = 0; i < READINGS; i++) {
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    loop(OPERATIONS);
    runs.push(OPERATIONS);
    bytes.push((process.memoryUsage().heapUsed - before) / OPERATIONS);
  }
  return { bytes, runs };
}
