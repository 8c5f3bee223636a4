import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ExporterName } from './exporter-names.js';
import { exportingTo } from './exporting.js';

/** Who measures the service; nobody, to see what the service itself takes. */
export type ServiceSubject = ExporterName | 'no metrics';

export interface ServiceTiming {
  readonly seconds: number;
  readonly intervalSeconds: number;
}

export interface ServiceResult {
  /** P99 of the delay of the event loop, milliseconds. */
  readonly delayP99: number;
  readonly delayMax: number;
  /** Share of one core, 0 to 1. */
  readonly cpu: number;
  readonly records: number;
}

const PER_SECOND = 100_000;
const SERIES = 10_000;
const WARMUP_SECONDS = 2;

/**
 * A process that makes 100,000 measurements a second into 10,000 series, a few hundred whenever the event
 * loop has a turn for it, as requests come in.
 */
export async function watchService(
  subject: ServiceSubject,
  { seconds, intervalSeconds }: ServiceTiming,
): Promise<ServiceResult> {
  const exporting =
    subject === 'no metrics'
      ? undefined
      : await exportingTo(subject, SERIES, intervalSeconds * 1_000);
  let blackHole = 0;
  const record = exporting?.record ?? ((value: number, id: number) => (blackHole += value * id));
  let records = 0;
  let start = performance.now();
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - start) * PER_SECOND) / 1_000);
    for (; records < due; records++) record((records % 7) / 10, (records * 7_919) % SERIES);
  }, 1);
  await wait(WARMUP_SECONDS);
  records = 0;
  start = performance.now();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const cpuStart = process.cpuUsage();
  await wait(seconds);
  const { user, system } = process.cpuUsage(cpuStart);
  delay.disable();
  clearInterval(timer);
  const elapsed = performance.now() - start;
  exporting?.stop();
  if (!Number.isFinite(blackHole)) throw new Error('nothing was measured');
  return {
    delayP99: delay.percentile(99) / 1e6,
    delayMax: delay.max / 1e6,
    cpu: (user + system) / 1_000 / elapsed,
    records,
  };
}

function wait(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
}
