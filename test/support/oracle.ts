import type { Attributes, Meter } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import {
  AggregationType,
  MeterProvider,
  MetricReader,
  type PushMetricExporter,
  type ViewOptions,
} from '@opentelemetry/sdk-metrics';
import type { TemporalityPreference } from '../../src/core/index.js';
import type { InstrumentDeclaration } from '../../src/declare/index.js';

/** What the official SDK is told at each observation. */
export type OracleObserver = (observe: (value: number, attributes: Attributes) => void) => void;

/** The official SDK with the same instruments and readers. */
export interface Oracle {
  /** Adds to a counter or upDownCounter, records with a gauge or histogram. */
  readonly record: (property: string, value: number, attributes: Attributes) => void;
  /** Sets what an observable instrument observes from now on. */
  readonly observe: (property: string, observer: OracleObserver) => void;
  readonly readers: readonly MetricReader[];
}

/** A reader that is read by hand. */
class ManualReader extends MetricReader {
  constructor(exporter: PushMetricExporter) {
    super({
      aggregationTemporalitySelector: (type) => exporter.selectAggregationTemporality?.(type) ?? 1,
    });
  }

  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** The official exporter, and so its own word on which kinds a preference makes delta. */
function exporterPreferring(temporality: TemporalityPreference): PushMetricExporter {
  const variable = 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE';
  const before = process.env[variable];
  process.env[variable] = temporality;
  try {
    return new OTLPMetricExporter();
  } finally {
    if (before === undefined) delete process.env[variable];
    else process.env[variable] = before;
  }
}

function viewOf({ name, buckets }: InstrumentDeclaration): ViewOptions | undefined {
  if (buckets === undefined) return undefined;
  const aggregation =
    buckets.type === 'explicit'
      ? {
          type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM as const,
          options: { boundaries: [...buckets.boundaries] },
        }
      : {
          type: AggregationType.EXPONENTIAL_HISTOGRAM as const,
          options: { maxSize: buckets.maxSize },
        };
  return { instrumentName: name, aggregation };
}

/** Makes the official SDK count what the declarations say, for readers of these preferences. */
export function makeOracle(
  declarations: Readonly<Record<string, InstrumentDeclaration>>,
  preferences: readonly TemporalityPreference[],
): Oracle {
  const readers = preferences.map((it) => new ManualReader(exporterPreferring(it)));
  const provider = new MeterProvider({
    readers,
    views: Object.values(declarations)
      .map(viewOf)
      .filter((view) => view !== undefined),
  });
  const meter = provider.getMeter('test', '1');
  const observers = new Map<string, OracleObserver>();
  const sinks = new Map(
    Object.entries(declarations).map(([property, declaration]) => [
      property,
      open(meter, declaration, (observe) => observers.get(property)?.(observe)),
    ]),
  );
  return {
    record: (property, value, attributes) => sinks.get(property)?.(value, attributes),
    observe: (property, observer) => void observers.set(property, observer),
    readers,
  };
}

type Sink = (value: number, attributes: Attributes) => void;

/** Creates the instrument; what is recorded goes to the sink that is returned. */
function open(meter: Meter, declaration: InstrumentDeclaration, observer: OracleObserver): Sink {
  const { kind, name, unit, description } = declaration;
  const options = { unit, description };
  switch (kind) {
    case 'counter': {
      const counter = meter.createCounter(name, options);
      return (value, attributes) => counter.add(value, attributes);
    }
    case 'upDownCounter': {
      const counter = meter.createUpDownCounter(name, options);
      return (value, attributes) => counter.add(value, attributes);
    }
    case 'gauge': {
      const gauge = meter.createGauge(name, options);
      return (value, attributes) => gauge.record(value, attributes);
    }
    case 'histogram': {
      const histogram = meter.createHistogram(name, options);
      return (value, attributes) => histogram.record(value, attributes);
    }
    case 'observableCounter':
    case 'observableUpDownCounter':
    case 'observableGauge': {
      const create = {
        observableCounter: () => meter.createObservableCounter(name, options),
        observableUpDownCounter: () => meter.createObservableUpDownCounter(name, options),
        observableGauge: () => meter.createObservableGauge(name, options),
      }[kind];
      create().addCallback((result) =>
        observer((value, attributes) => result.observe(value, attributes)),
      );
      return () => undefined;
    }
  }
}
