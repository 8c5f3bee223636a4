/** Runs the measured code so many times. */
export type Loop = (operations: number) => void;

export interface TimingOptions {
  /** Milliseconds before anything counts, for the optimizing compiler to settle. */
  readonly warmupMillis: number;
  /** Milliseconds of one batch. */
  readonly batchMillis: number;
  readonly batches: number;
}

export interface Timing {
  /** Nanoseconds per operation, one number per batch. */
  readonly nanos: readonly number[];
  /** How often the loop ran each time it was called, warming up included. */
  readonly runs: readonly number[];
}

/** Times a loop in batches of equal size. */
export function time(loop: Loop, options: TimingOptions): Timing {
  const { warmupMillis, batchMillis, batches } = options;
  const runs: number[] = [];
  let chunk = 1_024;
  const end = performance.now() + warmupMillis;
  let millis: number;
  do {
    millis = cpuMillis(loop, chunk);
    runs.push(chunk);
    if (millis < batchMillis / 4) chunk *= 2;
  } while (performance.now() < end || millis < batchMillis / 8);
  const size = Math.max(1, Math.round((chunk * batchMillis) / millis));
  const nanos = Array.from({ length: batches }, () => {
    runs.push(size);
    return (cpuMillis(loop, size) * 1e6) / size;
  });
  return { nanos, runs };
}

/**
 * CPU time of all threads of the process, milliseconds: the garbage collector's share is in it, and
 * the time in which other processes had the machine is not.
 */
function cpuMillis(loop: Loop, operations: number): number {
  const start = process.cpuUsage();
  loop(operations);
  return cpuMillisSince(start);
}

/** CPU time since `start`, milliseconds. */
export function cpuMillisSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
}
