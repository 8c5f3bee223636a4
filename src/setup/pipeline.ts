import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import {
  ConsoleMetricExporter,
  type MetricReader,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import type { CoreRegistry, MetricSnapshot, TemporalityPreference } from '../core/index.js';
import {
  type ExportState,
  makeProducer,
  type RegistryProducer,
  TrackedExporter,
} from '../otel/index.js';
import { type Environment, isPort } from './environment.js';
import type { ExporterHealth, PrometheusOptions, SetupOptions } from './options.js';
import { isPositive, makeOtlp } from './otlp.js';
import type { Report } from './report.js';

/** Defaults of the periodic reader (OpenTelemetry metrics SDK, "Periodic exporting MetricReader"). */
const EXPORT_INTERVAL_MILLIS = 60_000;
const EXPORT_TIMEOUT_MILLIS = 30_000;

/** A reader with all that it takes, and how it is doing. */
export interface Branch {
  readonly reader: MetricReader;
  readonly producers: readonly RegistryProducer[];
  health(): ExporterHealth;
}

/** Times of the periodic readers, ms. */
export interface Timing {
  readonly intervalMillis: number;
  readonly timeoutMillis: number;
}

/** The times from options and environment; what cannot be used is reported. */
export function makeTiming(
  options: SetupOptions,
  environment: Environment,
  report: Report,
): Timing {
  const { exportIntervalMillis: interval, exportTimeoutMillis: timeout } = options;
  const isInterval = interval !== undefined && isPositive('exportIntervalMillis', interval, report);
  const isTimeout = timeout !== undefined && isPositive('exportTimeoutMillis', timeout, report);
  const intervalMillis = isInterval
    ? interval
    : (environment.exportIntervalMillis ?? EXPORT_INTERVAL_MILLIS);
  const timeoutMillis = isTimeout
    ? timeout
    : (environment.exportTimeoutMillis ?? EXPORT_TIMEOUT_MILLIS);
  return { intervalMillis, timeoutMillis: Math.min(timeoutMillis, intervalMillis) };
}

/** One reader for each exporter that is asked for. */
export function makeBranches(
  options: SetupOptions,
  environment: Environment,
  registries: readonly CoreRegistry[],
  timing: Timing,
  report: Report,
): Branch[] {
  const wants = (name: 'otlp' | 'prometheus' | 'console'): boolean =>
    options[name] === undefined ? environment.exporters.includes(name) : options[name] !== false;
  const temporality =
    checkedTemporality(options.temporality, report) ?? environment.temporality ?? 'cumulative';
  const branches: Branch[] = [];
  if (wants('otlp')) {
    const otlp = makeOtlp(options.otlp || {}, environment, temporality, report);
    if (otlp !== undefined) {
      branches.push(
        push('otlp', otlp.exporter, otlp.endpoint, temporality, registries, timing, report),
      );
    }
  }
  if (wants('console')) {
    const exporter = new ConsoleMetricExporter();
    branches.push(push('console', exporter, undefined, temporality, registries, timing, report));
  }
  if (wants('prometheus')) {
    const prometheus = typeof options.prometheus === 'object' ? options.prometheus : {};
    const branch = pull(prometheus, environment, registries, report);
    if (branch !== undefined) branches.push(branch);
  }
  return branches;
}

function checkedTemporality(value: unknown, report: Report): TemporalityPreference | undefined {
  if (value === undefined || value === 'cumulative' || value === 'delta' || value === 'lowmemory')
    return value;
  report.problem(
    `temporality is "${String(value)}", which was ignored.`,
    'Use cumulative, delta or lowmemory.',
  );
  return undefined;
}

function push(
  name: 'otlp' | 'console',
  inner: PushMetricExporter,
  endpoint: string | undefined,
  temporality: TemporalityPreference,
  registries: readonly CoreRegistry[],
  timing: Timing,
  report: Report,
): Branch {
  const warn = (state: Readonly<ExportState>): void =>
    report.warnSometimes(
      `export ${name}`,
      `Exporting to ${endpoint ?? name} failed (${state.consecutiveFailures} in a row): ${state.lastError}.`,
    );
  const exporter = new TrackedExporter(inner, warn);
  const producers = registries.map((registry) => makeProducer(registry, { temporality }));
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
      ...exporter.state,
    }),
  };
}

function pull(
  options: PrometheusOptions,
  environment: Environment,
  registries: readonly CoreRegistry[],
  report: Report,
): Branch | undefined {
  const host = options.host ?? environment.prometheusHost ?? '127.0.0.1';
  const port = options.port ?? environment.prometheusPort ?? 9464;
  if (!isPort(port)) {
    report.problem(
      `prometheus.port is ${String(port)}; nothing can be scraped.`,
      'Use a port number from 0 to 65535.',
    );
    return undefined;
  }
  let lastError: string | undefined;
  const producers = registries.map((registry) =>
    makeProducer(registry, {}, makeTextFilter(report)),
  );
  const started = (error?: unknown): void => {
    if (!(error instanceof Error)) return;
    lastError = error.message;
    report.problem(
      `The Prometheus endpoint cannot listen on ${host}:${port} (${error.message}); nothing can be scraped.`,
      'Free the port, or choose another by prometheus.port or OTEL_EXPORTER_PROMETHEUS_PORT.',
    );
  };
  const reader = new PrometheusExporter({ host, port, metricProducers: producers }, started);
  return {
    reader,
    producers,
    health: () => ({
      exporter: 'prometheus',
      endpoint: `http://${host}:${port}/metrics`,
      temporality: 'cumulative',
      exportIntervalMillis: undefined,
      attempts: 0,
      lastSuccess: undefined,
      consecutiveFailures: lastError === undefined ? 0 : 1,
      lastError,
    }),
  };
}

/** Prometheus' text format has no base-2 histograms: they are left out, and it is said once each. */
function makeTextFilter(report: Report): (snapshot: MetricSnapshot) => boolean {
  const warned = new Set<string>();
  return ({ declaration: { name, buckets } }) => {
    if (buckets?.type !== 'base2') return true;
    if (!warned.has(name)) {
      warned.add(name);
      report.warn(
        `"${name}" has base-2 buckets, which the Prometheus text format cannot carry; it is not on the scrape endpoint. Send it over OTLP, or give it explicit buckets.`,
      );
    }
    return false;
  };
}
