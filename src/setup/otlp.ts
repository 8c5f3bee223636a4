import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import {
  type AggregationOption,
  AggregationType,
  InstrumentType,
} from '@opentelemetry/sdk-metrics';
import type { TemporalityPreference } from '../core/index.js';
import { type Environment, isHttpUrl } from './environment.js';
import type { OtlpOptions } from './options.js';
import type { Report } from './report.js';

/** Where OTLP goes when nothing is said (OTLP exporter specification). */
const DEFAULT_URL = 'http://localhost:4318/v1/metrics';

/** The exporter's own numbers for the preferences (`AggregationTemporalityPreference`). */
const PREFERENCE: Readonly<Record<TemporalityPreference, 0 | 1 | 2>> = {
  delta: 0,
  cumulative: 1,
  lowmemory: 2,
};

/** Header names that carry credentials, or look as if they did. */
const CREDENTIAL = /auth|key|token|secret|cookie|password|credential/i;

/** An OTLP exporter, and where it sends to. */
export interface Otlp {
  readonly exporter: OTLPMetricExporter;
  /** Without credentials and query: fit to be shown. */
  readonly endpoint: string;
}

/** The official exporter; `undefined`, with the problem reported, where the options forbid it. */
export function makeOtlp(
  options: OtlpOptions,
  environment: Environment,
  temporality: TemporalityPreference,
  report: Report,
): Otlp | undefined {
  const url = options.url ?? environment.otlpUrl ?? DEFAULT_URL;
  if (!isHttpUrl(url)) {
    report.problem(
      `otlp.url is "${url}", which is no http or https URL; nothing is exported over OTLP.`,
      'Pass the whole URL, such as http://localhost:4318/v1/metrics.',
    );
    return undefined;
  }
  if (!mayCarryCredentials(new URL(url), options, environment, report)) return undefined;
  const { headers, compression, timeoutMillis } = options;
  try {
    const exporter = new OTLPMetricExporter({
      url,
      temporalityPreference: PREFERENCE[temporality],
      ...(headers !== undefined && { headers: { ...headers } }),
      ...(compression !== undefined && { compression: compression as never }),
      ...(timeoutMillis !== undefined &&
        isPositive('otlp.timeoutMillis', timeoutMillis, report) && { timeoutMillis }),
      ...(environment.useBase2ForOthers && { aggregationPreference: base2ForHistograms }),
    });
    return { exporter, endpoint: shownUrl(url) };
  } catch (error) {
    report.problem(
      `The OTLP exporter cannot be made: ${String(error)}; nothing is exported over OTLP.`,
      'Correct the otlp options.',
    );
    return undefined;
  }
}

/** Whether a duration option is usable; reports it otherwise. */
export function isPositive(name: string, value: number, report: Report): boolean {
  if (Number.isFinite(value) && value > 0) return true;
  report.problem(
    `${name} is ${String(value)}, which was ignored.`,
    'Use a number of milliseconds above 0.',
  );
  return false;
}

/** For the histograms of other libraries: ours say themselves what buckets they have. */
function base2ForHistograms(type: InstrumentType): AggregationOption {
  const isHistogram = type === InstrumentType.HISTOGRAM;
  return { type: isHistogram ? AggregationType.EXPONENTIAL_HISTOGRAM : AggregationType.DEFAULT };
}

function mayCarryCredentials(
  url: URL,
  options: OtlpOptions,
  environment: Environment,
  report: Report,
): boolean {
  const names = [...Object.keys(options.headers ?? {}), ...environment.otlpHeaderNames];
  const secret =
    names.find((name) => CREDENTIAL.test(name)) ??
    (url.password === '' ? undefined : 'the password in the URL');
  const isSafe =
    url.protocol === 'https:' ||
    secret === undefined ||
    isLoopback(url.hostname) ||
    options.insecureHosts?.includes(url.hostname);
  if (isSafe) return true;
  report.problem(
    `The OTLP endpoint ${shownUrl(url.href)} has no TLS and would be sent credentials (${secret}) in the clear; nothing is exported over OTLP.`,
    `Use https, or allow the host by name: otlp: { insecureHosts: ["${url.hostname}"] }.`,
  );
  return false;
}

function isLoopback(host: string): boolean {
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '[::1]' ||
    /^127(?:\.\d{1,3}){3}$/.test(host)
  );
}

/** A URL without credentials, query and fragment. */
function shownUrl(text: string): string {
  const { origin, pathname } = new URL(text);
  return `${origin}${pathname}`;
}
