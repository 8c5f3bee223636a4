import { failed, wrongUsage } from './failure.js';

/** Longest that one answer may take, milliseconds. */
const TIMEOUT = 30_000;

/** A Prometheus server, or what answers like one, asked by its HTTP API. */
export interface PrometheusApi {
  /** For messages: where it is, without user and password. */
  readonly place: string;
  /** Every metric name that it has. */
  metricNames(): Promise<ReadonlySet<string>>;
  /** The labels of the series of one metric. */
  labels(metric: string): Promise<readonly string[]>;
  /** The values of a label among the series of one metric. */
  labelValues(metric: string, label: string): Promise<readonly string[]>;
}

/**
 * @param base `http://localhost:9090`, with the path before `/api` where there is one; user and
 *   password in it are sent as basic authentication
 * @param since series that have ended before count for nothing; `undefined` for all that it keeps
 *
 * Source: Prometheus, "HTTP API", "Querying metadata".
 */
export function prometheusApi(base: string, since: Date | undefined): PrometheusApi {
  const url = parse(base);
  const place = `${url.origin}${url.pathname}`.replace(/\/$/, '');
  const headers = authorization(url);
  const ask = async (path: string, metric?: string): Promise<readonly string[]> => {
    const query = new URLSearchParams();
    if (metric !== undefined) query.set('match[]', `{__name__="${metric}"}`);
    if (since !== undefined) query.set('start', since.toISOString());
    const address = `${place}/api/v1/${path}?${query}`;
    let response: Response;
    let body: unknown;
    try {
      response = await fetch(address, { headers, signal: AbortSignal.timeout(TIMEOUT) });
      body = await response.json().catch(() => undefined);
    } catch (error) {
      const { cause, message } = error as Error & {
        cause?: { code?: string; message?: string };
      };
      throw failed(
        `${place} does not answer: ${cause?.code ?? cause?.message ?? message}.`,
        'Start what listens there, or name another address with --against.',
        'UNREACHABLE',
      );
    }
    const { data, error } = (body ?? {}) as { data?: unknown; error?: unknown };
    if (response.ok && Array.isArray(data)) return data.map(String);
    const said = typeof error === 'string' ? error : `HTTP status ${response.status}`;
    const isRefused = response.status === 401 || response.status === 403;
    throw failed(
      `${place} gives no list at /api/v1/${path}: ${said}.`,
      isRefused
        ? 'Put user and password into the URL: https://user:password@host.'
        : 'Name the address of a Prometheus, with the path before /api where there is one.',
      isRefused ? 'DENIED' : 'INVALID',
    );
  };
  return {
    place,
    metricNames: async () => new Set(await ask('label/__name__/values')),
    labels: (metric) => ask('labels', metric),
    labelValues: (metric, label) => ask(`label/${label}/values`, metric),
  };
}

function parse(base: string): URL {
  const url = URL.canParse(base) ? new URL(base) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  // Not repeated: there may be a password in it.
  throw wrongUsage('The address of --against cannot be read.', 'Use http://localhost:9090.');
}

function authorization({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === '' && password === '') return {};
  const pair = [username, password].map(decoded).join(':');
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
