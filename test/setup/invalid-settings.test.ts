import { describe, expect, it } from 'vitest';
import type { SetupOptions } from '../../src/index.js';
import { usePipelines } from '../support/pipeline.js';

const pipelines = usePipelines();

/** The one thing that is wrong, and the setting that is in force instead. */
function problemOf(options?: SetupOptions) {
  const { problems, exporters, status } = pipelines.setup(options).health();
  expect(pipelines.lines).toEqual(problems);
  expect(problems).toHaveLength(1);
  return { problem: problems[0], exporter: exporters[0], status };
}

const MILLIS = 'Use a number of milliseconds above 0.';

/** Variable, value, the fix that is named, and what is in force. */
const VARIABLES: readonly (readonly [string, string, string, object])[] = [
  ['OTEL_METRIC_EXPORT_INTERVAL', '60s', MILLIS, { exportIntervalMillis: 60_000 }],
  ['OTEL_METRIC_EXPORT_INTERVAL', '0', MILLIS, { exportIntervalMillis: 60_000 }],
  ['OTEL_METRIC_EXPORT_INTERVAL', '-5', MILLIS, { exportIntervalMillis: 60_000 }],
  // A timer that is to wait for longer than 2^31 - 1 ms fires at once.
  ['OTEL_METRIC_EXPORT_INTERVAL', '2147483648', MILLIS, { exportIntervalMillis: 60_000 }],
  ['OTEL_METRIC_EXPORT_INTERVAL', 'Infinity', MILLIS, { exportIntervalMillis: 60_000 }],
  ['OTEL_METRIC_EXPORT_TIMEOUT', 'NaN', MILLIS, { exportTimeoutMillis: 10_000 }],
  ['OTEL_EXPORTER_OTLP_TIMEOUT', '10s', MILLIS, { exportTimeoutMillis: 10_000 }],
  ['OTEL_EXPORTER_OTLP_METRICS_TIMEOUT', '0', MILLIS, { exportTimeoutMillis: 10_000 }],
  ['OTEL_EXPORTER_OTLP_COMPRESSION', 'br', 'Use gzip or none.', {}],
  ['OTEL_EXPORTER_OTLP_METRICS_COMPRESSION', 'zstd', 'Use gzip or none.', {}],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', 'Set it to http/protobuf', {}],
  ['OTEL_EXPORTER_OTLP_METRICS_PROTOCOL', 'http/json', 'Set it to http/protobuf', {}],
  [
    'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
    'deltas',
    'Use cumulative or delta or lowmemory.',
    { temporality: 'cumulative' },
  ],
  [
    'OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION',
    'exponential',
    'Use explicit_bucket_histogram or base2_exponential_bucket_histogram.',
    {},
  ],
  ['OTEL_METRICS_EXEMPLAR_FILTER', 'sometimes', 'Use always_on or always_off or trace_based.', {}],
  ['OTEL_LOG_LEVEL', 'loud', 'Use none or error or warn', {}],
  ['OTEL_EXPORTER_PROMETHEUS_PORT', '70000', 'Use a port number from 0 to 65535.', {}],
  ['OTEL_EXPORTER_PROMETHEUS_PORT', 'http', 'Use a port number from 0 to 65535.', {}],
  [
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'localhost:4318',
    'Use a URL such as http://localhost:4318.',
    { endpoint: 'http://localhost:4318/v1/metrics' },
  ],
  [
    'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
    'ftp://example.com/x',
    'Use a URL such as http://localhost:4318.',
    { endpoint: 'http://localhost:4318/v1/metrics' },
  ],
  ...['CERTIFICATE', 'CLIENT_CERTIFICATE', 'CLIENT_KEY'].flatMap((name) =>
    ['', 'METRICS_'].map(
      (signal) =>
        [
          `OTEL_EXPORTER_OTLP_${signal}${name}`,
          '/nowhere/at/all.pem',
          'Name a PEM file that the process can read.',
          {},
        ] as const,
    ),
  ),
  // A folder can be opened, but is no certificate.
  ['OTEL_EXPORTER_OTLP_CERTIFICATE', '.', 'Name a PEM file that the process can read.', {}],
];

describe('a variable that cannot be used', () => {
  it.each(VARIABLES)('%s=%s is named with its value and the fix', (name, value, fix, inForce) => {
    pipelines.env({ [name]: value });
    const { problem, exporter, status } = problemOf();
    expect(problem).toContain(`${name} is "${value}", which was ignored. Fix: ${fix}`);
    expect(exporter).toMatchObject({ exporter: 'otlp', ...inForce });
    expect(status).toBe('running');
  });

  it('does not hide another', () => {
    pipelines.env({
      OTEL_EXPORTER_OTLP_TIMEOUT: 'a',
      OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: 'b',
      OTEL_METRIC_EXPORT_INTERVAL: 'c',
    });
    expect(
      pipelines
        .setup()
        .health()
        .problems.map((it) => it.split(' ')[0]),
    ).toEqual([
      'OTEL_METRIC_EXPORT_INTERVAL',
      'OTEL_EXPORTER_OTLP_TIMEOUT',
      'OTEL_EXPORTER_OTLP_METRICS_TIMEOUT',
    ]);
  });

  it.each(['no-equals-sign', 'a=1,b', 'a=1,=2', 'a=b=c', 'a=%zz', 'service.name=x,a=%'])(
    'OTEL_RESOURCE_ATTRIBUTES=%s is ignored as a whole',
    (value) => {
      pipelines.env({ OTEL_RESOURCE_ATTRIBUTES: value });
      const { problem } = problemOf();
      expect(problem).toMatch(/^OTEL_RESOURCE_ATTRIBUTES has the malformed entry ".*"; all of it/);
      expect(pipelines.setup().health().serviceName).toBe('test');
    },
  );

  it('OTEL_RESOURCE_ATTRIBUTES with the service name alone is fine', () => {
    pipelines.env({ OTEL_RESOURCE_ATTRIBUTES: 'service.name=mine' });
    const { serviceName, problems } = pipelines.setup({ serviceName: '' }).health();
    expect({ serviceName, problems }).toEqual({ serviceName: 'mine', problems: [] });
  });

  it.each(['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_METRICS_HEADERS'])(
    '%s is malformed without its value being shown',
    (name) => {
      pipelines.env({ [name]: 'x-tenant=a,Bearer s3cret' });
      const { problem } = problemOf();
      expect(problem).toContain(`${name} has an entry that is no header`);
      expect(problem).not.toContain('s3cret');
    },
  );
});

/** Option, value, what is said, and what is in force. */
const OPTIONS: readonly (readonly [string, object, string, object])[] = [
  [
    'exportIntervalMillis',
    { exportIntervalMillis: 0 },
    `exportIntervalMillis is 0, which was ignored. Fix: ${MILLIS}`,
    { exportIntervalMillis: 60_000 },
  ],
  [
    'exportIntervalMillis, too long for a timer',
    { exportIntervalMillis: 2 ** 31 },
    `exportIntervalMillis is 2147483648, which was ignored. Fix: ${MILLIS}`,
    { exportIntervalMillis: 60_000 },
  ],
  [
    'exportTimeoutMillis',
    { exportTimeoutMillis: Number.NaN },
    `exportTimeoutMillis is NaN, which was ignored. Fix: ${MILLIS}`,
    { exportTimeoutMillis: 10_000 },
  ],
  [
    'shutdownTimeoutMillis',
    { shutdownTimeoutMillis: '5s' },
    `shutdownTimeoutMillis is "5s", which was ignored. Fix: ${MILLIS}`,
    {},
  ],
  [
    'otlp.timeoutMillis',
    { otlp: { timeoutMillis: -1 } },
    `otlp.timeoutMillis is -1, which was ignored. Fix: ${MILLIS}`,
    { exportTimeoutMillis: 10_000 },
  ],
  [
    'otlp.compression',
    { otlp: { compression: 'br' } },
    'otlp.compression is "br", which was ignored. Fix: Use gzip or none.',
    {},
  ],
  [
    'temporality',
    { temporality: 'Delta' },
    'temporality is "Delta", which was ignored. Fix: Use cumulative, delta or lowmemory.',
    { temporality: 'cumulative' },
  ],
];

describe('an option that cannot be used', () => {
  it.each(OPTIONS)('%s is named with its value and the fix', (_, options, expected, inForce) => {
    const { problem, exporter, status } = problemOf(options as SetupOptions);
    expect(problem).toBe(expected);
    expect(exporter).toMatchObject(inForce);
    expect(status).toBe('running');
  });

  it('gives way to the environment before the default', () => {
    pipelines.env({ OTEL_METRIC_EXPORT_INTERVAL: '1234' });
    expect(problemOf({ exportIntervalMillis: -1 }).exporter?.exportIntervalMillis).toBe(1_234);
  });

  it.each(['', 'localhost:4318', '/v1/metrics', 'ftp://a/b'])(
    'otlp.url "%s" leaves OTLP out, and nothing else',
    (url) => {
      const { problem, exporter, status } = problemOf({ otlp: { url }, console: true });
      expect(problem).toBe(
        `otlp.url is "${url}", which is no http or https URL; nothing is exported over OTLP. Fix: Pass the whole URL, such as http://localhost:4318/v1/metrics.`,
      );
      expect(exporter?.exporter).toBe('console');
      expect(status).toBe('failing');
    },
  );

  it.each([
    [{ port: 1.5 }, '"127.0.0.1", port 1.5'],
    [{ host: 5 as never }, '5, port 9464'],
  ])('prometheus: %j leaves the scrape endpoint out, and nothing else', (prometheus, shown) => {
    const { problem, exporter, status } = problemOf({ prometheus });
    expect(problem).toBe(
      `prometheus is set to listen on ${shown}; nothing can be scraped. Fix: Use a host name or address, and a port number from 0 to 65535.`,
    );
    expect(exporter?.exporter).toBe('otlp');
    expect(status).toBe('failing');
  });

  it.each([
    [{ otlp: 'http://user:secret@example.com' }, 'otlp is a text, which was ignored.'],
    [{ prometheus: 9464 }, 'prometheus is 9464, which was ignored.'],
    [{ console: 'yes' }, 'console is a text, which was ignored.'],
    [{ resource: ['a=b'] }, 'resource is an array, which was ignored.'],
    [{ spool: './spool' }, 'spool is a text, which was ignored.'],
    [{ runtime: 1 }, 'runtime is 1, which was ignored.'],
    [{ interval: 5_000 }, 'setupMetrics() has no setting "interval", which was ignored.'],
    [{ toString: true }, 'setupMetrics() has no setting "toString", which was ignored.'],
    [{ otlp: { endpoint: 'x' } }, 'otlp has no setting "endpoint", which was ignored.'],
    [{ prometheus: { path: '/x', port: 0 } }, 'prometheus has no setting "path"'],
  ])('%j, which the compiler would refuse, is reported', (options, said) => {
    const { problem, exporter, status } = problemOf(options as SetupOptions);
    expect(problem).toContain(said);
    expect(problem).toMatch(/ Fix: Use /);
    expect(problem).not.toContain('secret');
    expect(exporter?.exporter).toMatch(/^(otlp|prometheus)$/);
    expect(status).toBe('running');
  });

  it('a URL without a path is used, and reported', () => {
    const { problem, exporter } = problemOf({ otlp: { url: 'http://u:secret@127.0.0.1:1' } });
    expect(problem).toContain('The OTLP endpoint http://127.0.0.1:1/ has no path');
    expect(exporter?.endpoint).toBe('http://127.0.0.1:1/');
  });

  it('is asked for where the service has no name', () => {
    const { problem } = problemOf({ serviceName: '' });
    expect(problem).toMatch(/^The service has no name; its metrics are sent as "unknown_service:/);
    expect(problem).toContain('Fix: Pass serviceName to setupMetrics(), or set OTEL_SERVICE_NAME.');
  });
});
