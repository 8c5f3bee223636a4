import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  AggregationType,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type DecodedMetric,
  type DecodedRequest,
  type Receiver,
  type ReceiverOptions,
  startReceiver,
} from '../../demo/receiver.js';

const open: { close(): Promise<void> }[] = [];

async function receiver(options: ReceiverOptions = {}): Promise<Receiver> {
  const started = await startReceiver(options);
  open.push(started);
  return started;
}

/** The official SDK, sending to `url`. */
function officialSdk(url: string, temporality: AggregationTemporality): MeterProvider {
  const exporter = new OTLPMetricExporter({ url });
  exporter.selectAggregationTemporality = () => temporality;
  const provider = new MeterProvider({
    resource: resourceFromAttributes({ 'service.name': 'oracle', 'service.instance.id': 'one' }),
    views: [
      {
        instrumentName: 'exponential',
        aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
      },
    ],
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
  });
  open.push({ close: () => provider.shutdown().catch(() => undefined) });
  return provider;
}

function metricsOf(request: DecodedRequest | undefined): Map<string, DecodedMetric> {
  const all = request?.resourceMetrics.flatMap((resource) =>
    resource.scopes.flatMap((scope) => scope.metrics),
  );
  return new Map(all?.map((metric) => [metric.name, metric]));
}

/** Sends raw bytes; resolves with the answer. */
function send(
  url: string,
  body: Uint8Array | string,
  options: { method?: string; path?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; text: string; headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      new URL(options.path ?? '/v1/metrics', url),
      {
        method: options.method ?? 'POST',
        headers: { 'content-type': 'application/x-protobuf', ...options.headers },
      },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString('utf8');
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text, headers: response.headers }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
  vi.unstubAllEnvs();
});

describe('what the official exporter sends', () => {
  it.each(['none', 'gzip'])('is decoded: every kind, cumulative, %s', async (compression) => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_COMPRESSION', compression);
    const target = await receiver();
    const before = BigInt(Date.now() - 1_000) * 1_000_000n;
    const provider = officialSdk(target.url, AggregationTemporality.CUMULATIVE);
    const meter = provider.getMeter('the-scope', '1.2.3');
    meter.createCounter('requests', { unit: '{request}', description: 'all of them' }).add(2.5, {
      text: 'a',
      yes: true,
      integer: 7,
      double: 1.5,
      list: ['x', 'y'],
      ['__proto__']: 'a key like any other',
    });
    meter.createUpDownCounter('active').add(-3);
    meter.createGauge('level').record(0);
    const histogram = meter.createHistogram('latency', {
      unit: 's',
      advice: { explicitBucketBoundaries: [1, 2, 4] },
    });
    for (const value of [0.5, 1, 3, 100]) histogram.record(value);
    const exponential = meter.createHistogram('exponential');
    for (const value of [0, 1, 2, 1000]) exponential.record(value);
    await provider.forceFlush();

    expect(target.requests).toHaveLength(1);
    const [request] = target.requests;
    expect(request?.status).toBe(200);
    expect(request?.headers['content-encoding']).toBe(compression === 'gzip' ? 'gzip' : undefined);
    const resource = request?.resourceMetrics[0];
    expect(resource?.resource).toMatchObject({
      'service.name': 'oracle',
      'service.instance.id': 'one',
    });
    expect(resource?.scopes[0]?.scope).toEqual({
      name: 'the-scope',
      version: '1.2.3',
      attributes: {},
    });

    const all = metricsOf(request);
    const requests = all.get('requests');
    expect(requests).toMatchObject({
      kind: 'sum',
      unit: '{request}',
      description: 'all of them',
      temporality: 'cumulative',
      monotonic: true,
      points: [{ value: 2.5, integer: false, noRecordedValue: false, exemplars: [] }],
    });
    const attributes = requests?.points[0]?.attributes ?? {};
    expect(Object.entries(attributes)).toEqual([
      ['text', 'a'],
      ['yes', true],
      ['integer', 7],
      ['double', 1.5],
      ['list', ['x', 'y']],
      ['__proto__', 'a key like any other'],
    ]);
    expect(Object.getPrototypeOf(attributes)).toBe(Object.prototype);
    const { startTime, time } = requests?.points[0] ?? { startTime: 0n, time: 0n };
    expect(startTime).toBeGreaterThan(before);
    expect(time).toBeGreaterThanOrEqual(startTime);
    expect(time).toBeLessThan(before + 60_000_000_000n);

    expect(all.get('active')).toMatchObject({
      kind: 'sum',
      monotonic: false,
      points: [{ value: -3 }],
    });
    expect(all.get('level')).toMatchObject({ kind: 'gauge', points: [{ value: 0 }] });
    expect(all.get('latency')).toMatchObject({
      kind: 'histogram',
      unit: 's',
      temporality: 'cumulative',
      points: [
        {
          count: 4,
          sum: 104.5,
          min: 0.5,
          max: 100,
          bounds: [1, 2, 4],
          bucketCounts: [2, 0, 1, 1],
        },
      ],
    });
    const wide = all.get('exponential');
    expect(wide).toMatchObject({
      kind: 'exponentialHistogram',
      points: [{ count: 4, sum: 1003, min: 0, max: 1000, zeroCount: 1 }],
    });
    const point = wide?.kind === 'exponentialHistogram' ? wide.points[0] : undefined;
    expect(point?.positive.bucketCounts.reduce((sum, count) => sum + count, 0)).toBe(3);
    expect(point?.negative.bucketCounts).toEqual([]);
    // The lowest bucket holds 1, whose upper bound is base^(offset + 1).
    const base = 2 ** (2 ** -(point?.scale ?? 0));
    expect(base ** ((point?.positive.offset ?? 0) + 1)).toBeCloseTo(1, 10);
  });

  it('is decoded: delta, each interval for itself', async () => {
    const target = await receiver();
    const provider = officialSdk(target.url, AggregationTemporality.DELTA);
    const histogram = provider.getMeter('m').createHistogram('latency');
    histogram.record(10);
    await provider.forceFlush();
    histogram.record(20);
    histogram.record(30);
    await provider.forceFlush();

    const points = target.requests.map((request) => metricsOf(request).get('latency'));
    expect(points).toMatchObject([
      { kind: 'histogram', temporality: 'delta', points: [{ count: 1, sum: 10 }] },
      { kind: 'histogram', temporality: 'delta', points: [{ count: 2, sum: 50 }] },
    ]);
  });

  it('is answered as `respond` says, and kept with that status', async () => {
    const target = await receiver({
      respond: ({ index }) => (index === 0 ? { status: 503, body: 'later' } : undefined),
    });
    const provider = officialSdk(target.url, AggregationTemporality.CUMULATIVE);
    provider.getMeter('m').createCounter('requests').add(1);
    await provider.forceFlush();
    expect(target.requests.map((request) => request.status)).toEqual([503, 200]);
  }, 20_000);
});

describe('what is no export request is refused', () => {
  it('400 for bytes that are no protobuf and for broken gzip', async () => {
    const target = await receiver();
    const garbage = await send(target.url, Buffer.from([0x0a, 0xff, 0xff, 0x01, 0x00]));
    expect(garbage.status).toBe(400);
    expect(garbage.text).toContain('cannot be decoded');
    const broken = await send(target.url, 'no gzip', { headers: { 'content-encoding': 'gzip' } });
    expect(broken.status).toBe(400);
    expect(broken.text).toContain('not valid gzip');
    expect(target.requests).toHaveLength(0);
    expect(target.refused).toBe(2);
  });

  it('403, 404, 405 and 415 for the wrong host, path, method, type and encoding', async () => {
    const target = await receiver();
    const statusOf = async (options: Parameters<typeof send>[2]) =>
      (await send(target.url, '', options)).status;
    expect(await statusOf({ headers: { host: 'evil.example:4318' } })).toBe(403);
    expect(await statusOf({ path: '/v1/traces' })).toBe(404);
    const get = await send(target.url, '', { method: 'GET' });
    expect([get.status, get.headers.allow]).toEqual([405, 'POST']);
    expect(await statusOf({ headers: { 'content-type': 'application/json' } })).toBe(415);
    expect(await statusOf({ headers: { 'content-encoding': 'br' } })).toBe(415);
  });

  it('413 past the limit, before and after unpacking, declared or not', async () => {
    const target = await receiver({ maxBodyBytes: 100_000 });
    expect((await send(target.url, Buffer.alloc(100_001))).status).toBe(413);
    const chunked = { 'transfer-encoding': 'chunked' };
    expect((await send(target.url, Buffer.alloc(3_000_000), { headers: chunked })).status).toBe(
      413,
    );
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    expect(bomb.length).toBeLessThan(100_000);
    const packed = { 'content-encoding': 'gzip' };
    const answer = await send(target.url, bomb, { headers: packed });
    expect(answer.status).toBe(413);
    expect(answer.text).toContain('100000 bytes');
    // And it goes on working.
    expect((await send(target.url, '')).status).toBe(200);
  });

  it('a gzip bomb costs bounded memory', async () => {
    const target = await receiver();
    const bomb = gzipSync(Buffer.alloc(200_000_000));
    const before = process.memoryUsage().rss;
    const answer = await send(target.url, bomb, { headers: { 'content-encoding': 'gzip' } });
    expect(answer.status).toBe(413);
    expect(process.memoryUsage().rss - before).toBeLessThan(60_000_000);
  });
});

describe('a receiver', () => {
  it('cuts the connection where it is asked to', async () => {
    const target = await receiver({ respond: () => ({ cut: true }) });
    await expect(send(target.url, '')).rejects.toThrow(/socket hang up|ECONNRESET/);
    expect(target.requests[0]?.status).toBe(0);
  });

  it('answers a partial success', async () => {
    const target = await receiver({
      respond: () => ({ partialSuccess: { rejectedDataPoints: 3, errorMessage: 'too old' } }),
    });
    const answer = await send(target.url, '');
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('too old');
  });

  it('hands out requests without keeping them', async () => {
    const seen: DecodedRequest[] = [];
    const target = await receiver({ keepRequests: false, onRequest: (one) => seen.push(one) });
    await send(target.url, '');
    expect(seen).toHaveLength(1);
    expect(target.requests).toHaveLength(0);
  });
});
