import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import {
  type AggregationOption,
  AggregationType,
  InstrumentType,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import type { TemporalityPreference } from '../core/index.js';
import { show } from '../errors.js';
import { mayCarryCredentials, shownUrl } from './credentials.js';
import type { OtlpEnvironment } from './environment.js';
import type { OtlpOptions } from './options.js';
import { OtlpConnections } from './otlp-connections.js';
import type { Report } from './report.js';
import { isDuration, isHttpUrl } from './variables.js';

/** Where OTLP goes when nothing is said, and how long it may take (OTLP exporter specification). */
const DEFAULT_URL = 'http://localhost:4318/v1/metrics';
const DEFAULT_TIMEOUT_MILLIS = 10_000;

/** The exporter's own numbers for the preferences (`AggregationTemporalityPreference`). */
const PREFERENCE: Readonly<Record<TemporalityPreference, 0 | 1 | 2>> = {
  delta: 0,
  cumulative: 1,
  lowmemory: 2,
};

/** How to make an OTLP exporter, and where it sends to. */
export interface Otlp {
  /** The official exporter. All that it makes share the connections. */
  make(timeoutMillis: number): PushMetricExporter;
  readonly connections: OtlpConnections;
  /** Most time for one export, milliseconds. */
  readonly timeoutMillis: number;
  /** Without credentials and query: fit to be shown. */
  readonly endpoint: string;
}

/** The official exporter; `undefined`, with the problem reported, where the options forbid it. */
export function makeOtlp(
  options: OtlpOptions,
  environment: OtlpEnvironment,
  temporality: TemporalityPreference,
  report: Report,
): Otlp | undefined {
  const url = options.url ?? environment.url ?? DEFAULT_URL;
  if (!isHttpUrl(url)) {
    report.problem(
      `otlp.url is ${show(typeof url === 'string' ? shownUrl(url) : url)}, which is no http or https URL; nothing is exported over OTLP.`,
      'Pass the whole URL, such as http://localhost:4318/v1/metrics.',
    );
    return undefined;
  }
  if (!mayCarryCredentials(new URL(url), options, environment.headerNames, report))
    return undefined;
  const { headers, timeoutMillis } = options;
  const compression = checkedCompression(options.compression, report) ?? environment.compression;
  const connections = new OtlpConnections(environment.tls);
  return {
    connections,
    endpoint: shownUrl(url),
    timeoutMillis:
      timeoutMillis !== undefined && isPositive('otlp.timeoutMillis', timeoutMillis, report)
        ? timeoutMillis
        : (environment.timeoutMillis ?? DEFAULT_TIMEOUT_MILLIS),
    make: (limitMillis) =>
      new OTLPMetricExporter({
        url,
        timeoutMillis: limitMillis,
        temporalityPreference: PREFERENCE[temporality],
        httpAgentOptions: connections.agentFor,
        // The type is an enum of a package that is no dependency of this one.
        compression: (compression ?? 'none') as never,
        ...(headers !== undefined && { headers: { ...headers } }),
        ...(environment.useBase2ForOthers && { aggregationPreference: base2ForHistograms }),
      }),
  };
}

/** Whether a duration option is usable; reports it otherwise. */
export function isPositive(name: string, value: unknown, report: Report): boolean {
  if (typeof value === 'number' && isDuration(value)) return true;
  report.problem(
    `${name} is ${show(value)}, which was ignored.`,
    'Use a number of milliseconds above 0.',
  );
  return false;
}

function checkedCompression(value: unknown, report: Report): 'gzip' | 'none' | undefined {
  if (value === undefined || value === 'gzip' || value === 'none') return value;
  report.problem(`otlp.compression is ${show(value)}, which was ignored.`, 'Use gzip or none.');
  return undefined;
}

/** For the histograms of other libraries: ours say themselves what buckets they have. */
function base2ForHistograms(type: InstrumentType): AggregationOption {
  const isHistogram = type === InstrumentType.HISTOGRAM;
  return { type: isHistogram ? AggregationType.EXPONENTIAL_HISTOGRAM : AggregationType.DEFAULT };
}
