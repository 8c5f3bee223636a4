import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { attr, buckets, defineRegistry, histogram } from '../../src/index.js';
import { BOUNDARIES } from '../subjects/subject.js';
import { binary } from './bucket-search.js';
import { MASK, VALUES } from './inputs.js';
import type { WriterWay } from './writer-ways.js';

const RECORDS = 2_000_000;
const ROUNDS = 5;
/** Numbers in a row: count, sum, and the buckets. */
const STRIDE = 2 + BOUNDARIES.length + 1;

interface ThreadData {
  readonly way: WriterWay;
  readonly thread: number;
  readonly memory: SharedArrayBuffer;
}

/** Ways to record one value; each thread makes its own. */
const RECORDERS: Readonly<Record<WriterWay, (data: ThreadData) => (value: number) => void>> = {
  'series of its own'() {
    const metrics = defineRegistry({
      scope: { name: 'bench' },
      instruments: {
        latency: histogram({
          name: 'latency',
          unit: 's',
          buckets: buckets.explicit(BOUNDARIES),
          attributes: { route: attr.string() },
        }),
      },
    });
    metrics.producer({ temporality: 'cumulative' });
    const bound = metrics.latency.bind({ route: '/chat' });
    return (value) => bound.record(value);
  },
  'shared, a row each'({ memory, thread }) {
    // One thread writes a row: what reads it may see a measurement half made, but never loses one.
    const row = new Float64Array(memory, thread * STRIDE * 8, STRIDE);
    return (value) => {
      row[0]! += 1;
      row[1]! += value;
      row[2 + binary(BOUNDARIES, value)]! += 1;
    };
  },
  'shared, atomics'({ memory }) {
    const counts = new Int32Array(memory, 0, STRIDE * 2);
    const bits = new BigInt64Array(memory, STRIDE * 8, 1);
    const scratch = new DataView(new ArrayBuffer(8));
    return (value) => {
      Atomics.add(counts, 0, 1);
      Atomics.add(counts, 2 + binary(BOUNDARIES, value), 1);
      // There is no atomic addition of doubles: swap until nobody else was faster.
      for (;;) {
        const before = Atomics.load(bits, 0);
        scratch.setBigInt64(0, before);
        scratch.setFloat64(0, scratch.getFloat64(0) + value);
        if (Atomics.compareExchange(bits, 0, before, scratch.getBigInt64(0)) === before) return;
      }
    };
  },
};

/** Time of one record, nanoseconds, by round, in each of so many threads that record at the same time. */
export async function timeWriters(way: WriterWay, threads: number): Promise<readonly number[]> {
  const memory = new SharedArrayBuffer((threads + 1) * STRIDE * 16);
  const workers = Array.from(
    { length: threads },
    (_, thread) =>
      new Worker(new URL(import.meta.url), {
        workerData: { way, thread, memory } satisfies ThreadData,
      }),
  );
  const readings: number[] = [];
  for (let round = 0; round < ROUNDS + 1; round++) {
    const answers = workers.map((worker) => once(worker, 'message') as Promise<[number]>);
    for (const worker of workers) worker.postMessage('go');
    const nanos = (await Promise.all(answers)).map(([it]) => it);
    // The first round warms up.
    if (round > 0) readings.push(...nanos);
  }
  await Promise.all(workers.map((worker) => worker.terminate()));
  return readings;
}

if (!isMainThread && parentPort !== null) {
  const port = parentPort;
  const data = workerData as ThreadData;
  const record = RECORDERS[data.way](data);
  port.on('message', () => {
    const start = performance.now();
    for (let i = 0; i < RECORDS; i++) record(VALUES[i & MASK]!);
    port.postMessage(((performance.now() - start) * 1e6) / RECORDS);
  });
}
