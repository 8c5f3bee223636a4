import { DiagConsoleLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import type { TemporalityPreference } from '../core/index.js';
import { EXEMPLAR_FILTERS, type ExemplarFilter, type TlsMaterial } from '../otel/index.js';
import type { Report } from './report.js';
import { type VariableMap, Variables } from './variables.js';

/** The exporters that `OTEL_METRICS_EXPORTER` can name. */
export type ExporterName = 'otlp' | 'prometheus' | 'console';

/** What the environment says about OTLP. */
export interface OtlpEnvironment {
  /** The whole URL of the metrics endpoint. */
  readonly url: string | undefined;
  /** Of both variables, the one for metrics before the other. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMillis: number | undefined;
  readonly compression: 'gzip' | 'none' | undefined;
  readonly tls: TlsMaterial;
  readonly useBase2ForOthers: boolean;
}

/** What the environment asks for; `undefined` where it says nothing usable. */
export interface Environment {
  /** `OTEL_SDK_DISABLED`: whatever else is said, nothing is to be exported. */
  readonly isDisabled: boolean;
  readonly exporters: readonly ExporterName[];
  readonly exportIntervalMillis: number | undefined;
  readonly exportTimeoutMillis: number | undefined;
  readonly temporality: TemporalityPreference | undefined;
  readonly exemplars: ExemplarFilter | undefined;
  readonly serviceName: string | undefined;
  readonly resource: Readonly<Record<string, string>>;
  readonly otlp: OtlpEnvironment;
  readonly prometheusHost: string | undefined;
  readonly prometheusPort: number | undefined;
}

/**
 * Reads the `OTEL_*` variables. Those that the OTLP exporter reads itself are read here too: what
 * is wrong with them it says where nobody hears it, and it does not tell what it has read.
 *
 * Source: OpenTelemetry, "Environment variable specification", "OTLP exporter configuration".
 */
export function readEnvironment(variables: VariableMap, report: Report): Environment {
  const read = new Variables(variables, report);
  const isDisabled = read.isTrue('OTEL_SDK_DISABLED');
  applyLogLevel(read);
  return {
    isDisabled,
    exporters: exporters(read),
    exportIntervalMillis: read.millis('OTEL_METRIC_EXPORT_INTERVAL'),
    exportTimeoutMillis: read.millis('OTEL_METRIC_EXPORT_TIMEOUT'),
    temporality: read.oneOf('OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', [
      'cumulative',
      'delta',
      'lowmemory',
    ]),
    exemplars: read.oneOf('OTEL_METRICS_EXEMPLAR_FILTER', EXEMPLAR_FILTERS),
    serviceName: read.text('OTEL_SERVICE_NAME'),
    resource: read.pairs('OTEL_RESOURCE_ATTRIBUTES'),
    otlp: otlp(read),
    prometheusHost: read.text('OTEL_EXPORTER_PROMETHEUS_HOST'),
    prometheusPort: read.port('OTEL_EXPORTER_PROMETHEUS_PORT'),
  };
}

function otlp(read: Variables): OtlpEnvironment {
  // Both are read, so that a mistake in either is reported; the one for metrics goes first.
  const either = <Value>(name: string, as: (name: string) => Value | undefined) => {
    const general = as(`OTEL_EXPORTER_OTLP_${name}`);
    return as(`OTEL_EXPORTER_OTLP_METRICS_${name}`) ?? general;
  };
  either('PROTOCOL', (name) => checkProtocol(read, name));
  const endpoint = read.url('OTEL_EXPORTER_OTLP_ENDPOINT');
  if (endpoint) endpoint.pathname = endpoint.pathname.replace(/\/?$/, '/v1/metrics');
  return {
    url: (read.url('OTEL_EXPORTER_OTLP_METRICS_ENDPOINT') ?? endpoint)?.href,
    headers: {
      ...read.headers('OTEL_EXPORTER_OTLP_HEADERS'),
      ...read.headers('OTEL_EXPORTER_OTLP_METRICS_HEADERS'),
    },
    timeoutMillis: either('TIMEOUT', (name) => read.millis(name)),
    compression: either('COMPRESSION', (name) => read.oneOf(name, ['gzip', 'none'])),
    tls: {
      ca: either('CERTIFICATE', (name) => read.file(name)),
      cert: either('CLIENT_CERTIFICATE', (name) => read.file(name)),
      key: either('CLIENT_KEY', (name) => read.file(name)),
    },
    useBase2ForOthers:
      read.oneOf('OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION', [
        'explicit_bucket_histogram',
        'base2_exponential_bucket_histogram',
      ]) === 'base2_exponential_bucket_histogram',
  };
}

/** Says what cannot be had: the exporter speaks one protocol. */
function checkProtocol(read: Variables, name: string): undefined {
  const protocol = read.text(name)?.toLowerCase();
  if (protocol === undefined || protocol === 'http/protobuf') return;
  read.refuse(name, 'Set it to http/protobuf, and the endpoint to the HTTP port (4318).');
}

function exporters(read: Variables): readonly ExporterName[] {
  const name = 'OTEL_METRICS_EXPORTER';
  const names = read.list(name);
  const known = names.filter(
    (it): it is ExporterName => it === 'otlp' || it === 'prometheus' || it === 'console',
  );
  for (const each of names) {
    if (each === 'none' || known.includes(each as ExporterName)) continue;
    read.refuse(name, 'Use otlp, prometheus, console or none, separated by commas.', each);
  }
  if (names.includes('none')) return [];
  // What cannot be used is as good as unset, and unset means OTLP.
  return known.length === 0 ? ['otlp'] : known;
}

/** The exporters speak through OpenTelemetry's diagnostics, which are silent unless asked for. */
function applyLogLevel(read: Variables): void {
  const names = ['none', 'error', 'warn', 'info', 'debug', 'verbose', 'all'] as const;
  const level = read.oneOf('OTEL_LOG_LEVEL', names);
  if (level === undefined) return;
  const logLevel = DiagLogLevel[level.toUpperCase() as Uppercase<typeof level>];
  diag.setLogger(new DiagConsoleLogger(), { logLevel, suppressOverrideMessage: true });
}
