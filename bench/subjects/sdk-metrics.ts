import type { Meter } from '@opentelemetry/api';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import {
  BOUNDARIES,
  type InstrumentSpec,
  MAX_SERIES,
  type MakeSubject,
  type Recorder,
  type SubjectInstrument,
} from './subject.js';

/** Long enough that no export falls into a measurement. */
const NEVER_MILLIS = 2 ** 31 - 1;

const discard = {
  export: (_metrics: unknown, done: (result: { code: number }) => void) => done({ code: 0 }),
  forceFlush: async () => {},
  shutdown: async () => {},
};

function recorderOf(meter: Meter, { kind, name }: InstrumentSpec): Recorder {
  if (kind === 'histogram') {
    const advice = { explicitBucketBoundaries: [...BOUNDARIES] };
    return meter.createHistogram(name, { unit: 's', advice });
  }
  const counter = meter.createCounter(name, { unit: '{event}' });
  return { record: (value, attributes) => counter.add(value, attributes) };
}

function instrumentOf(meter: Meter, spec: InstrumentSpec): SubjectInstrument {
  const recorder = recorderOf(meter, spec);
  return {
    record: (value, attributes) => recorder.record(value, attributes),
    bind: (attributes) => ({ record: (value) => recorder.record(value, attributes) }),
  };
}

/** The same code for both major versions: which one it is depends on where the bundle lies. */
export const makeSubject: MakeSubject = (specs) => {
  const reader = new PeriodicExportingMetricReader({
    exporter: discard,
    exportIntervalMillis: NEVER_MILLIS,
    exportTimeoutMillis: NEVER_MILLIS,
    cardinalityLimits: { default: MAX_SERIES, counter: MAX_SERIES, histogram: MAX_SERIES },
  });
  const meter = new MeterProvider({ readers: [reader] }).getMeter('bench');
  return {
    instruments: specs.map((spec) => instrumentOf(meter, spec)),
    collect: () => reader.collect(),
    async tally() {
      const { resourceMetrics } = await reader.collect();
      const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
      const values = metrics.flatMap(({ dataPoints }) => dataPoints.map(({ value }) => value));
      return {
        series: values.length,
        measurements: values.reduce<number>((sum, value) => sum + countOf(value), 0),
      };
    },
  };
};

function countOf(value: number | { readonly count: number }): number {
  return typeof value === 'number' ? value : value.count;
}
