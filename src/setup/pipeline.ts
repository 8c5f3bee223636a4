import {
  ConsoleMetricExporter,
  type MetricReader,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  type CoreRegistry,
  isTemporalityPreference,
  type TemporalityPreference,
} from '../core/index.js';
import { show } from '../errors.js';
import {
  type ExportState,
  makeProducer,
  type RegistryProducer,
  TrackedExporter,
  type TrackedExporterOptions,
  temporalitySelector,
} from '../otel/index.js';
import type { Environment, ExporterName } from './environment.js';
import type { ExporterHealth, SetupOptions } from './options.js';
import { isPositive, makeOtlp } from './otlp.js';
import type { Report } from './report.js';

/** Defaults of the periodic reader (OpenTelemetry metrics SDK, "Periodic exporting MetricReader"). */
const EXPORT_INTERVAL_MILLIS = 60_000;
const EXPORT_TIMEOUT_MILLIS = 30_000;
/** Default of `shutdownTimeoutMillis`. */
const SHUTDOWN_TIMEOUT_MILLIS = 5_000;

/** A reader with all that it takes, and how it is doing. */
export interface Branch {
  readonly reader: MetricReader;
  readonly producers: readonly RegistryProducer[];
  health(): ExporterHealth;
  /** The shutdown has begun, and may take this long, ms. */
  hasten(millis: number): void;
  /** The shutdown has ended: nothing may go on. */
  close(): Promise<void>;
}

/** Times of the pipeline, ms. */
export interface Timing {
  readonly intervalMillis: number;
  /** At most the interval. */
  readonly timeoutMillis: number;
  readonly shutdownMillis: number;
}

/** What all branches are made from. */
export interface Plan {
  readonly options: SetupOptions;
  readonly environment: Environment;
  readonly registries: readonly CoreRegistry[];
  readonly timing: Timing;
  readonly report: Report;
}

/** The times from options and environment; what cannot be used is reported. */
export function makeTiming(
  options: SetupOptions,
  environment: Environment,
  report: Report,
): Timing {
  type Name = 'exportIntervalMillis' | 'exportTimeoutMillis' | 'shutdownTimeoutMillis';
  const option = (name: Name): number | undefined => {
    const value = options[name];
    return value !== undefined && isPositive(name, value, report) ? value : undefined;
  };
  const intervalMillis =
    option('exportIntervalMillis') ?? environment.exportIntervalMillis ?? EXPORT_INTERVAL_MILLIS;
  const timeoutMillis =
    option('exportTimeoutMillis') ?? environment.exportTimeoutMillis ?? EXPORT_TIMEOUT_MILLIS;
  return {
    intervalMillis,
    timeoutMillis: Math.min(timeoutMillis, intervalMillis),
    shutdownMillis: option('shutdownTimeoutMillis') ?? SHUTDOWN_TIMEOUT_MILLIS,
  };
}

/** The exporters that are asked for: each by its option, and without one by the environment. */
export function wantedExporters({ options, environment }: Plan): readonly ExporterName[] {
  if (environment.isDisabled) return [];
  return (['otlp', 'console', 'prometheus'] as const).filter((name) =>
    options[name] === undefined ? environment.exporters.includes(name) : options[name] !== false,
  );
}

/** What the pushing exporters send, by options and environment. */
export function makeTemporality({ options, environment, report }: Plan): TemporalityPreference {
  const { temporality } = options;
  if (isTemporalityPreference(temporality)) return temporality;
  if (temporality !== undefined) {
    report.problem(
      `temporality is ${show(temporality)}, which was ignored.`,
      'Use cumulative, delta or lowmemory.',
    );
  }
  return environment.temporality ?? 'cumulative';
}

/** OTLP on an interval; `undefined`, with the problem reported, where it cannot be had. */
export function makeOtlpBranch(plan: Plan, temporality: TemporalityPreference): Branch | undefined {
  const { options, environment, timing, report } = plan;
  const otlp = makeOtlp(options.otlp || {}, environment.otlp, temporality, report);
  if (otlp === undefined) return undefined;
  const { endpoint, make, connections } = otlp;
  return push(plan, 'otlp', endpoint, temporality, {
    make,
    // Beyond its own timeout the reader would begin the next export beside this one.
    timeoutMillis: Math.min(otlp.timeoutMillis, timing.timeoutMillis),
    cut: (reason) => connections.cut(reason),
    close: () => connections.close('the pipeline was shut down'),
  });
}

/** The console on an interval. */
export function makeConsoleBranch(plan: Plan, temporality: TemporalityPreference): Branch {
  return push(plan, 'console', undefined, temporality, {
    make: () =>
      new ConsoleMetricExporter({ temporalitySelector: temporalitySelector(temporality) }),
    timeoutMillis: plan.timing.timeoutMillis,
    close: () => Promise.resolve(),
  });
}

interface Push extends Omit<TrackedExporterOptions, 'onFailure'> {
  close(): Promise<void>;
}

function push(
  { registries, timing, report }: Plan,
  name: 'otlp' | 'console',
  endpoint: string | undefined,
  temporality: TemporalityPreference,
  { close, ...exporting }: Push,
): Branch {
  const onFailure = (state: Readonly<ExportState>): void =>
    report.warnSometimes(
      `export ${name}`,
      `Exporting to ${endpoint ?? name} failed (${state.consecutiveFailures} in a row): ${state.lastError}.`,
    );
  const exporter = new TrackedExporter({ ...exporting, onFailure });
  // A callback that hangs must leave a shutdown the time to send the rest.
  const callbackTimeoutMillis = timing.shutdownMillis / 2;
  const producers = registries.map((registry) =>
    makeProducer(registry, { temporality, callbackTimeoutMillis }),
  );
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: timing.intervalMillis,
    exportTimeoutMillis: timing.timeoutMillis,
    metricProducers: producers,
  });
  return {
    reader,
    producers,
    health: () => ({
      exporter: name,
      endpoint,
      temporality,
      exportIntervalMillis: timing.intervalMillis,
      exportTimeoutMillis: exporting.timeoutMillis,
      ...exporter.state,
    }),
    hasten: (millis) => exporter.hasten(millis),
    close,
  };
}
