import type { TemporalityPreference } from '../core/index.js';
import { show } from '../errors.js';
import { mayCarryCredentials, shownUrl } from './credentials.js';
import type { OtlpEnvironment } from './environment.js';
import type { OtlpOptions } from './options.js';
import type { OtlpExporterOptions } from './otlp-exporter.js';
import type { Report } from './report.js';
import { isDuration, isHeader, isHttpUrl } from './variables.js';

/** Where OTLP goes when nothing is said, and how long it may take (OTLP exporter specification). */
const DEFAULT_URL = 'http://localhost:4318/v1/metrics';
const DEFAULT_TIMEOUT_MILLIS = 10_000;

/** How to send over OTLP. */
export interface Otlp extends OtlpExporterOptions {
  /** The URL without credentials and query: fit to be shown. */
  readonly endpoint: string;
}

/** What options and environment say; `undefined`, with the problem reported, where it is forbidden. */
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
  const headerNames = Object.keys(environment.headers);
  if (!mayCarryCredentials(new URL(url), options, headerNames, report)) return undefined;
  if (new URL(url).pathname === '/') {
    report.problem(
      `The OTLP endpoint ${shownUrl(url)} has no path, where few receivers take metrics.`,
      'Give the whole URL, such as http://localhost:4318/v1/metrics; OTEL_EXPORTER_OTLP_ENDPOINT alone gets /v1/metrics added.',
    );
  }
  const { timeoutMillis } = options;
  return {
    url,
    endpoint: shownUrl(url),
    headers: { ...environment.headers, ...checkedHeaders(options.headers, report) },
    compression:
      checkedCompression(options.compression, report) ?? environment.compression ?? 'none',
    tls: environment.tls,
    agent: checkedAgent(options.agent, report),
    temporality,
    useBase2ForOthers: environment.useBase2ForOthers,
    timeoutMillis:
      timeoutMillis !== undefined && isPositive('otlp.timeoutMillis', timeoutMillis, report)
        ? timeoutMillis
        : (environment.timeoutMillis ?? DEFAULT_TIMEOUT_MILLIS),
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

/** Agents of other libraries need not be of Node's class. */
function checkedAgent(agent: OtlpOptions['agent'], report: Report): OtlpOptions['agent'] {
  const isAgent = typeof (agent as { addRequest?: unknown } | null)?.addRequest === 'function';
  if (agent === undefined || isAgent) return agent;
  report.problem(
    `otlp.agent is ${show(agent)} and no agent, which was ignored.`,
    'Pass an agent of node:http, such as new ProxyAgent() of proxy-agent.',
  );
  return undefined;
}

/** Names are one whatever their case, so that an option replaces what the environment has. */
function checkedHeaders(
  headers: OtlpOptions['headers'],
  report: Report,
): Readonly<Record<string, string>> {
  const checked: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (isHeader(name, value)) checked[name.toLowerCase()] = value;
    else {
      report.problem(
        `otlp.headers has an entry ${show(name)} that is no header, which was ignored; its value is not shown.`,
        'Use a header name, and text without line breaks as value.',
      );
    }
  }
  return checked;
}
