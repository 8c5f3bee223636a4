import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { counter, defineRegistry, type SetupOptions } from '../../src/index.js';
import { usePipelines } from '../support/pipeline.js';

const pipelines = usePipelines();
const SECRET = 's3cret-v4lue';

describe('credentials without TLS', () => {
  const url = 'http://collector.internal:4318/v1/metrics';

  it.each<[string, NonNullable<SetupOptions['otlp']>, string]>([
    ['a header', { url, headers: { Authorization: `Bearer ${SECRET}` } }, 'Authorization'],
    ['an API key', { url, headers: { 'x-tenant': 'a', 'DD-API-KEY': SECRET } }, 'DD-API-KEY'],
    ['a user', { url: `http://${SECRET}@collector.internal:4318/` }, 'the user in the URL'],
    ['a password', { url: `http://u:${SECRET}@collector.internal/` }, 'the user in the URL'],
    ['a query', { url: `${url}?api_key=${SECRET}` }, 'api_key'],
  ])('as %s are refused', (_, otlp, what) => {
    const { status, exporters, problems } = pipelines.setup({ otlp }).health();
    expect({ status, exporters }).toEqual({ status: 'failing', exporters: [] });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(
      /^The OTLP endpoint http:\/\/collector\.internal\S* has no TLS and would be sent credentials/,
    );
    expect(problems[0]).toContain(`(${what})`);
    expect(problems[0]).toContain('insecureHosts: ["collector.internal"]');
    expect(problems[0]).not.toContain(SECRET);
    expect(pipelines.lines).toEqual(problems);
  });

  it.each(['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_METRICS_HEADERS'])(
    'from %s are refused',
    (name) => {
      pipelines.env({
        [name]: `x-a=b,%61uthorization=${SECRET}`,
        OTEL_EXPORTER_OTLP_ENDPOINT: url,
      });
      const { exporters, problems } = pipelines.setup().health();
      expect(exporters).toEqual([]);
      expect(problems[0]).toContain('(authorization)');
      expect(problems.join()).not.toContain(SECRET);
    },
  );

  it.each<[string, NonNullable<SetupOptions['otlp']>]>([
    [
      'go over TLS',
      { url: 'https://collector.internal/v1/metrics', headers: { authorization: SECRET } },
    ],
    [
      'go to localhost',
      { url: 'http://localhost:4318/v1/metrics', headers: { authorization: SECRET } },
    ],
    [
      'go to 127.0.0.1',
      { url: 'http://127.0.0.1:4318/v1/metrics', headers: { authorization: SECRET } },
    ],
    ['go to ::1', { url: 'http://[::1]:4318/v1/metrics', headers: { authorization: SECRET } }],
    [
      'go to a host that is named',
      { url, headers: { authorization: SECRET }, insecureHosts: ['Collector.Internal'] },
    ],
    ['are no tenant', { url, headers: { 'x-scope-orgid': 'a' } }],
  ])('are fine when they %s', (_, otlp) => {
    expect(pipelines.setup({ otlp }).health()).toMatchObject({ status: 'running', problems: [] });
  });

  it.each(['localhost.example.com', '127.0.0.1.example.com', 'internal', '[::2]'])(
    'are refused at %s, which only looks like the loopback, or like a host that is named',
    (host) => {
      const insecureHosts = ['collector.internal'];
      const otlp = { url: `http://${host}/`, headers: { authorization: SECRET }, insecureHosts };
      expect(pipelines.setup({ otlp }).health().exporters).toEqual([]);
    },
  );
});

describe('a secret', () => {
  it.each([
    `user:${SECRET}@collector:4318`,
    `htps://user:${SECRET}@collector:4318`,
    `http://user:pa/${SECRET}@collector:4318`,
    `http://collector:99999/?key=${SECRET}`,
  ])('in the unusable URL %s is not shown', (url) => {
    pipelines.env({ OTEL_EXPORTER_OTLP_ENDPOINT: url });
    const telemetry = pipelines.setup({ otlp: { url } });
    expect(telemetry.health().problems).toHaveLength(2);
    expect(JSON.stringify([telemetry.health(), pipelines.lines])).not.toContain(SECRET);
  });

  it('is in no log and no health, though it is sent and the server fails', async () => {
    const diagnostics: string[] = [];
    const note = (...args: unknown[]): void => void diagnostics.push(args.map(String).join(' '));
    diag.setLogger(
      { error: note, warn: note, info: note, debug: note, verbose: note },
      { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true },
    );
    pipelines.onEnd(() => diag.disable());
    const seen: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization, request.headers['x-api-key'] as string, request.url);
      response.writeHead(401).end('who are you?');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    pipelines.onEnd(() => server.close());
    const { port } = server.address() as AddressInfo;
    pipelines.env({ OTEL_EXPORTER_OTLP_HEADERS: `x-api-key=${SECRET}` });
    const registry = defineRegistry({
      scope: { name: 'secrets' },
      instruments: { c: counter({ name: 'c', unit: '1' }) },
    });
    registry.c.add(1);
    const telemetry = pipelines.setup({
      registries: [registry],
      otlp: {
        url: `http://127.0.0.1:${port}/v1/metrics?sig=${SECRET}`,
        headers: { authorization: `Bearer ${SECRET}` },
      },
    });
    await telemetry.forceFlush();
    expect(seen).toEqual([`Bearer ${SECRET}`, SECRET, `/v1/metrics?sig=${SECRET}`]);
    const health = telemetry.health();
    expect(health.exporters[0]).toMatchObject({
      endpoint: `http://127.0.0.1:${port}/v1/metrics`,
      lastError: 'Unauthorized (401): who are you?',
    });
    expect(pipelines.lines).toHaveLength(1);
    expect(JSON.stringify([health, pipelines.lines, diagnostics])).not.toContain(SECRET);
    expect(diagnostics.length).toBeGreaterThan(0);
  });

  it('cannot slip into a header that is no header', async () => {
    const receiver = await pipelines.receiver();
    const registry = defineRegistry({
      scope: { name: 'secrets' },
      instruments: { c: counter({ name: 'c', unit: '1' }) },
    });
    registry.c.add(1);
    const telemetry = pipelines.setup({
      registries: [registry],
      otlp: { url: receiver.url, headers: { authorization: `${SECRET}\nx: y` } },
    });
    await telemetry.forceFlush();
    expect(telemetry.health().problems).toEqual([
      expect.stringContaining('otlp.headers has an entry "authorization" that is no header'),
    ]);
    expect(receiver.requests.map((it) => it.headers['authorization'])).toEqual([undefined]);
    expect(JSON.stringify([telemetry.health(), pipelines.lines])).not.toContain(SECRET);
  });
});
