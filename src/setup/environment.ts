import { accessSync, constants } from 'node:fs';
import { DiagConsoleLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import type { TemporalityPreference } from '../core/index.js';
import type { Report } from './report.js';

/** The exporters that `OTEL_METRICS_EXPORTER` can name. */
export type ExporterName = 'otlp' | 'prometheus' | 'console';

/** What the environment asks for; `undefined` where it says nothing usable. */
export interface Environment {
  readonly isDisabled: boolean;
  readonly exporters: readonly ExporterName[];
  readonly exportIntervalMillis: number | undefined;
  readonly exportTimeoutMillis: number | undefined;
  readonly temporality: TemporalityPreference | undefined;
  /** The whole URL of the OTLP metrics endpoint. */
  readonly otlpUrl: string | undefined;
  /** Names of the headers that the exporter takes from the environment. */
  readonly otlpHeaderNames: readonly string[];
  readonly useBase2ForOthers: boolean;
  readonly prometheusHost: string | undefined;
  readonly prometheusPort: number | undefined;
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads the `OTEL_*` variables that the exporters do not read themselves, and checks those that
 * they read but complain about where nobody hears it. An invalid value is reported and ignored; an
 * empty one is no value.
 *
 * Source: OpenTelemetry, "Environment variable specification", "OTLP exporter configuration".
 */
export function readEnvironment(variables: Variables, report: Report): Environment {
  const read = new Reader(variables, report);
  const otlp = (name: string): string | undefined =>
    read.text(`OTEL_EXPORTER_OTLP_METRICS_${name}`) ?? read.text(`OTEL_EXPORTER_OTLP_${name}`);

  const protocol = otlp('PROTOCOL');
  if (protocol !== undefined && protocol !== 'http/protobuf') {
    report.problem(
      `OTEL_EXPORTER_OTLP_PROTOCOL is "${protocol}"; meterbook sends http/protobuf.`,
      'Set it to http/protobuf, and the endpoint to the HTTP port (4318).',
    );
  }
  read.oneOf('OTEL_EXPORTER_OTLP_COMPRESSION', ['gzip', 'none']);
  read.oneOf('OTEL_EXPORTER_OTLP_METRICS_COMPRESSION', ['gzip', 'none']);
  read.millis('OTEL_EXPORTER_OTLP_TIMEOUT');
  read.millis('OTEL_EXPORTER_OTLP_METRICS_TIMEOUT');
  for (const file of ['CERTIFICATE', 'CLIENT_CERTIFICATE', 'CLIENT_KEY']) {
    read.file(`OTEL_EXPORTER_OTLP_${file}`);
    read.file(`OTEL_EXPORTER_OTLP_METRICS_${file}`);
  }
  // Exemplars are not sent yet; the value is checked so that a typo shows today.
  read.oneOf('OTEL_METRICS_EXEMPLAR_FILTER', ['always_on', 'always_off', 'trace_based']);
  applyLogLevel(read);

  const histogram = read.oneOf('OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION', [
    'explicit_bucket_histogram',
    'base2_exponential_bucket_histogram',
  ]);
  return {
    isDisabled: read.text('OTEL_SDK_DISABLED')?.toLowerCase() === 'true',
    exporters: exporters(read),
    exportIntervalMillis: read.millis('OTEL_METRIC_EXPORT_INTERVAL'),
    exportTimeoutMillis: read.millis('OTEL_METRIC_EXPORT_TIMEOUT'),
    temporality: read.oneOf('OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', [
      'cumulative',
      'delta',
      'lowmemory',
    ]),
    otlpUrl:
      read.url('OTEL_EXPORTER_OTLP_METRICS_ENDPOINT') ??
      read.url('OTEL_EXPORTER_OTLP_ENDPOINT')?.replace(/\/?$/, '/v1/metrics'),
    otlpHeaderNames: ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_METRICS_HEADERS'].flatMap(
      (name) => read.keys(name),
    ),
    useBase2ForOthers: histogram === 'base2_exponential_bucket_histogram',
    prometheusHost: read.text('OTEL_EXPORTER_PROMETHEUS_HOST'),
    prometheusPort: read.port('OTEL_EXPORTER_PROMETHEUS_PORT'),
  };
}

function exporters(read: Reader): readonly ExporterName[] {
  const name = 'OTEL_METRICS_EXPORTER';
  const names = read.text(name)?.toLowerCase().split(',') ?? ['otlp'];
  const known: ExporterName[] = [];
  for (const each of names.map((it) => it.trim()).filter((it) => it !== '')) {
    if (each === 'none') return [];
    if (each === 'otlp' || each === 'prometheus' || each === 'console') known.push(each);
    else read.refuse(name, 'Use otlp, prometheus, console or none, separated by commas.');
  }
  return known;
}

/** The exporters speak through OpenTelemetry's diagnostics, which are silent unless asked for. */
function applyLogLevel(read: Reader): void {
  const names = ['none', 'error', 'warn', 'info', 'debug', 'verbose', 'all'] as const;
  const level = read.oneOf('OTEL_LOG_LEVEL', names);
  if (level === undefined) return;
  const logLevel = DiagLogLevel[level.toUpperCase() as Uppercase<typeof level>];
  diag.setLogger(new DiagConsoleLogger(), { logLevel, suppressOverrideMessage: true });
}

/** Reads one variable at a time and reports those that cannot be used. */
class Reader {
  constructor(
    private readonly variables: Variables,
    private readonly report: Report,
  ) {}

  text(name: string): string | undefined {
    const value = this.variables[name]?.trim();
    return value === '' ? undefined : value;
  }

  oneOf<const Value extends string>(name: string, values: readonly Value[]): Value | undefined {
    const text = this.text(name)?.toLowerCase();
    const value = values.find((it) => it === text);
    if (text !== undefined && value === undefined) this.refuse(name, `Use ${values.join(', ')}.`);
    return value;
  }

  millis(name: string): number | undefined {
    return this.number(name, (it) => it > 0, 'Use a number of milliseconds above 0.');
  }

  port(name: string): number | undefined {
    return this.number(name, isPort, 'Use a port number from 0 to 65535.');
  }

  url(name: string): string | undefined {
    const text = this.text(name);
    if (text === undefined || isHttpUrl(text)) return text;
    this.refuse(name, 'Use a URL such as http://localhost:4318.');
    return undefined;
  }

  file(name: string): void {
    const path = this.text(name);
    if (path === undefined) return;
    try {
      accessSync(path, constants.R_OK);
    } catch {
      this.refuse(name, 'Name a PEM file that the process can read.');
    }
  }

  /** The keys of a list such as `a=1,b=2`. */
  keys(name: string): readonly string[] {
    const pairs = (this.text(name) ?? '').split(',').filter((pair) => pair.trim() !== '');
    if (pairs.some((pair) => pair.indexOf('=') < 1)) {
      // The value may be a secret: it is not shown.
      this.report.problem(
        `${name} is malformed and was ignored in part.`,
        'Write key=value, separated by commas.',
      );
    }
    return pairs.map((pair) => (pair.split('=')[0] as string).trim());
  }

  refuse(name: string, fix: string): void {
    this.report.problem(`${name} is "${this.text(name)}", which was ignored.`, fix);
  }

  private number(
    name: string,
    accepts: (value: number) => boolean,
    fix: string,
  ): number | undefined {
    const text = this.text(name);
    const value = Number(text);
    if (text === undefined) return undefined;
    if (accepts(value)) return value;
    this.refuse(name, fix);
    return undefined;
  }
}

/** Whether a text is an absolute http or https URL. */
export function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** Whether a number is a TCP port; 0 lets the system choose. */
export function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 65_535;
}
