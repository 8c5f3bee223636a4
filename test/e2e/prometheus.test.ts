import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  attr,
  buckets,
  counter,
  defineRegistry,
  gauge,
  histogram,
  setupMetrics,
  type Telemetry,
  upDownCounter,
} from '../../src/index.js';
import { until } from '../support/pipeline.js';
import { type Prometheus, promtoolCheck, startPrometheus } from './support/prometheus.js';

const ROUTES = ['/chat', '/embed', '/'] as const;
const BOUNDARIES = [0.05, 0.1, 0.25, 0.5, 1, 2.5];
const REQUESTS = 3_000;
/** Everything that a label value has to survive. */
const AWKWARD = [
  'plain',
  'a "quote"',
  'a \\ backslash',
  'two\nlines',
  'trailing \\',
  'é 漢 🙂',
  '{a="b"}',
];

const served = defineRegistry({
  scope: { name: 'served', version: '1.0.0' },
  instruments: {
    requests: counter({
      name: 'served.requests',
      unit: '{request}',
      description: 'Requests answered.',
      attributes: { 'url.route': attr.oneOf(...ROUTES), ok: attr.boolean() },
    }),
    duration: histogram({
      name: 'served.duration',
      unit: 's',
      description: 'From a request to its answer,\nas the request says it took.',
      buckets: buckets.explicit(BOUNDARIES),
      attributes: { 'url.route': attr.oneOf(...ROUTES) },
    }),
    inFlight: upDownCounter({
      name: 'served.in_flight',
      unit: '{request}',
      description: 'Requests under way.',
    }),
    texts: counter({
      name: 'served.texts',
      unit: '{text}',
      description: 'Texts, by what they say.',
      attributes: { text: attr.string() },
    }),
    users: counter({
      name: 'served.users',
      unit: '{request}',
      description: 'Requests by user, of whom there are more than places.',
      attributes: { user: attr.int() },
      maxSeries: 5,
    }),
  },
});

const another = defineRegistry({
  scope: { name: 'another' },
  instruments: {
    ready: gauge({ name: 'another.ready', unit: '1', description: 'Whether it takes traffic.' }),
  },
});

/** One request of the load: how long it claims to take, in seconds, and who makes it. */
interface Shot {
  readonly route: (typeof ROUTES)[number];
  readonly seconds: number;
  readonly user: number;
}

/** Deterministic, with values on bucket boundaries: those belong to the bucket below. */
const SHOTS: readonly Shot[] = Array.from({ length: REQUESTS }, (_, i) => ({
  route: ROUTES[i % ROUTES.length] as (typeof ROUTES)[number],
  seconds:
    i % 10 === 0 ? (BOUNDARIES[i % BOUNDARIES.length] as number) : ((i * 7919) % 4_000) / 1_000,
  user: i % 12,
}));

/** A service that records what each request says. */
async function startService() {
  const server = createServer((incoming, response) => {
    served.inFlight.add(1);
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://localhost');
    const route = pathname as Shot['route'];
    const seconds = Number(searchParams.get('seconds'));
    served.requests.add(1, { 'url.route': route, ok: seconds < 2 });
    served.duration.record(seconds, { 'url.route': route });
    served.users.add(1, { user: Number(searchParams.get('user')) });
    response.end();
    served.inFlight.add(-1);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

/** Fires everything, ten requests at a time, over real connections. */
async function fire(port: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 10 });
  await Promise.all(
    SHOTS.map(
      ({ route, seconds, user }) =>
        new Promise<void>((resolve, reject) => {
          const path = `${route}?seconds=${seconds}&user=${user}`;
          request({ port, path, agent, host: '127.0.0.1' }, (response) => {
            response.resume().on('end', resolve);
          })
            .on('error', reject)
            .end();
        }),
    ),
  );
  agent.destroy();
}

let telemetry: Telemetry;
let prometheus: Prometheus;
let exposition: string;

beforeAll(async () => {
  telemetry = setupMetrics({
    serviceName: 'e2e',
    registries: [served, another],
    otlp: false,
    prometheus: { port: 0 },
    flushAtExit: false,
    // That the users overflow is what the test is about.
    logger: { warn: () => undefined, error: () => undefined },
  });
  const endpoint = () => telemetry.health().exporters[0]?.endpoint ?? '';
  await until('the endpoint listens', () => !endpoint().includes(':0/'));
  prometheus = await startPrometheus(endpoint());
  another.ready.record(1);
  for (const [i, text] of AWKWARD.entries()) served.texts.add(i + 1, { text });
  const { server, port } = await startService();
  await fire(port);
  server.close();
  exposition = await (await fetch(endpoint())).text();
  await until(
    'all requests have been scraped',
    async () => (await prometheus.value('sum(served_requests_total)')) === REQUESTS,
    // It looks for what it is to scrape every five seconds.
    30_000,
  );
});

afterAll(async () => {
  await prometheus?.stop();
  await telemetry?.shutdown();
});

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

describe('what Prometheus has scraped', () => {
  it.each(ROUTES)('counts the requests of %s as they were made', async (route) => {
    const shots = SHOTS.filter((shot) => shot.route === route);
    for (const ok of [true, false]) {
      expect(await prometheus.value(`served_requests_total{url_route="${route}",ok="${ok}"}`)).toBe(
        shots.filter(({ seconds }) => seconds < 2 === ok).length,
      );
    }
  });

  it.each(ROUTES)('has the distribution of %s as it was recorded', async (route) => {
    const values = SHOTS.filter((shot) => shot.route === route).map(({ seconds }) => seconds);
    const selector = `{url_route="${route}"}`;
    expect(await prometheus.value(`served_duration_count${selector}`)).toBe(values.length);
    expect(await prometheus.value(`served_duration_sum${selector}`)).toBeCloseTo(sum(values), 6);
    const counts = await prometheus.query(`served_duration_bucket${selector}`);
    // Prometheus 3 writes the bound 1 as "1.0".
    const byBound = new Map(counts.map(({ labels, value }) => [Number(labels['le']), value]));
    byBound.delete(Number.NaN);
    expect(byBound).toEqual(
      new Map([
        ...BOUNDARIES.map(
          (bound) => [bound, values.filter((value) => value <= bound).length] as const,
        ),
      ]),
    );
    expect(counts.find(({ labels }) => labels['le'] === '+Inf')?.value).toBe(values.length);
  });

  it.each([0.5, 0.9, 0.95])('gives the quantile %f within its bucket', async (quantile) => {
    const values = SHOTS.map(({ seconds }) => seconds).sort((a, b) => a - b);
    const exact = values[Math.ceil(quantile * values.length) - 1] as number;
    const estimate = await prometheus.value(
      `histogram_quantile(${quantile}, sum by (le) (served_duration_bucket))`,
    );
    const upper = BOUNDARIES.find((bound) => exact <= bound) ?? (BOUNDARIES.at(-1) as number);
    const lower = BOUNDARIES[BOUNDARIES.indexOf(upper) - 1] ?? 0;
    // What lies above the last bound is estimated as that bound.
    const range = exact > upper ? [upper, upper] : [lower, upper];
    expect(estimate).toBeGreaterThanOrEqual(range[0] as number);
    expect(estimate).toBeLessThanOrEqual(range[1] as number);
  });

  it('has levels, of the second registry too', async () => {
    expect(await prometheus.value('served_in_flight')).toBe(0);
    expect(await prometheus.query('another_ready')).toMatchObject([
      { labels: { otel_scope_name: 'another' }, value: 1 },
    ]);
    expect(await prometheus.query('served_in_flight')).toMatchObject([
      { labels: { otel_scope_name: 'served', otel_scope_version: '1.0.0' } },
    ]);
  });

  it('has every label value as it was recorded', async () => {
    const samples = await prometheus.query('served_texts_total');
    const byText = Object.fromEntries(samples.map(({ labels, value }) => [labels['text'], value]));
    expect(byText).toEqual(Object.fromEntries(AWKWARD.map((text, i) => [text, i + 1])));
  });

  it('has the overflow series, and a total that is right', async () => {
    const overflowed = await prometheus.value('served_users_total{otel_metric_overflow="true"}');
    const users = await prometheus.query('served_users_total{otel_metric_overflow=""}');
    expect(users).toHaveLength(5);
    expect(overflowed).toBeGreaterThan(0);
    expect(overflowed).toBe(REQUESTS - sum(users.map(({ value }) => value)));
    expect(telemetry.health().overflowing).toEqual([
      { instrument: 'served.users', isOverflowing: true, saturatedAttributes: [] },
    ]);
  });

  it('knows who is sending', async () => {
    const [info] = await prometheus.query('target_info');
    expect(info?.labels).toMatchObject({ service_name: 'e2e', job: 'meterbook' });
  });
});

describe('promtool', () => {
  it('finds the exposition clean', () => {
    expect(exposition).toContain('served_requests_total');
    expect(promtoolCheck(exposition)).toEqual({ code: 0, said: '' });
  });
});
