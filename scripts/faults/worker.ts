/**
 * The process that `npm run faults` does harm to: it records at a steady rate with meterbook or
 * with the official SDK, and sends deltas. It says how many records it has made, each time before
 * it makes the next ones, so that the number outlives it.
 */
import { writeSync } from 'node:fs';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  attr,
  buckets,
  counter,
  defineRegistry,
  histogram,
  setupMetrics,
} from '../../src/index.js';

/** The two that are compared. */
export type SubjectName = 'official SDK' | 'meterbook';

/** What a process is to do. */
export interface Job {
  readonly subject: SubjectName;
  readonly url: string;
  /** Time between exports, and the timeout of each, milliseconds. */
  readonly intervalMillis: number;
  /** Where meterbook keeps what it could not send; `undefined`: nowhere. */
  readonly spool: string | undefined;
  /** Records nothing: sends what an earlier process has left, and ends. */
  readonly isSecondStart: boolean;
}

/** What a subject offers to the load. */
interface Subject {
  /** Makes two records: a count of 1 and a duration. */
  record(model: string, seconds: number): void;
  /** Whether it is ending: what is recorded from then on is not of this process's account. */
  isEnding(): boolean;
  end(): Promise<void>;
}

const TICK_MILLIS = 10;
const RECORDS_PER_TICK = 10;
const MODELS = ['small', 'medium', 'large'];
const SCOPE = 'faults';

/** Runs a job. SIGUSR2 asks it to flush and end; SIGUSR1 makes it throw where nobody catches. */
export function run(job: Job): void {
  const subject = job.subject === 'meterbook' ? meterbook(job) : officialSdk(job);
  let recorded = 0;
  const tick = (): void => {
    if (subject.isEnding()) return;
    recorded += RECORDS_PER_TICK;
    writeSync(1, `${recorded}\n`);
    for (let i = 0; i < RECORDS_PER_TICK; i += 2) {
      subject.record(MODELS[(recorded + i) % MODELS.length] as string, Math.random());
    }
  };
  const timer = job.isSecondStart ? undefined : setInterval(tick, TICK_MILLIS);
  const end = async (): Promise<void> => {
    clearInterval(timer);
    await subject.end();
    process.exit();
  };
  process.on('SIGUSR2', end);
  process.on('SIGUSR1', () => {
    throw new Error('nobody catches this');
  });
  if (job.isSecondStart) setTimeout(end, job.intervalMillis);
}

function meterbook({ url, intervalMillis, spool }: Job): Subject {
  const attributes = { model: attr.string() };
  const metrics = defineRegistry({
    scope: { name: SCOPE },
    instruments: {
      calls: counter({ name: 'calls', unit: '{call}', attributes }),
      duration: histogram({
        name: 'duration',
        unit: 's',
        buckets: buckets.explicit([0.1, 0.2, 0.5, 1]),
        attributes,
      }),
    },
  });
  const telemetry = setupMetrics({
    serviceName: SCOPE,
    registries: [metrics],
    temporality: 'delta',
    exportIntervalMillis: intervalMillis,
    exportTimeoutMillis: intervalMillis,
    otlp: { url, timeoutMillis: intervalMillis },
    logger: { warn: () => undefined, error: () => undefined },
    ...(spool === undefined ? {} : { spool: { directory: spool, writeAhead: true } }),
  });
  return {
    record: (model, seconds) => {
      metrics.calls.add(1, { model });
      metrics.duration.record(seconds, { model });
    },
    isEnding: () => telemetry.health().status === 'shut down',
    end: () => telemetry.shutdown(),
  };
}

/** As the documentation of the SDK sets it up, with deltas. */
function officialSdk({ url, intervalMillis }: Job): Subject {
  const exporter = new OTLPMetricExporter({ url, timeoutMillis: intervalMillis });
  exporter.selectAggregationTemporality = () => AggregationTemporality.DELTA;
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: intervalMillis,
    exportTimeoutMillis: intervalMillis,
  });
  const provider = new MeterProvider({
    resource: resourceFromAttributes({ 'service.name': SCOPE }),
    readers: [reader],
  });
  const meter = provider.getMeter(SCOPE);
  const calls = meter.createCounter('calls', { unit: '{call}' });
  const duration = meter.createHistogram('duration', {
    unit: 's',
    advice: { explicitBucketBoundaries: [0.1, 0.2, 0.5, 1] },
  });
  return {
    record: (model, seconds) => {
      calls.add(1, { model });
      duration.record(seconds, { model });
    },
    isEnding: () => false,
    end: () => provider.shutdown().catch(() => undefined),
  };
}
