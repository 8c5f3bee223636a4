import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { buckets, counter, defineRegistry, histogram, type Telemetry } from '../../src/index.js';
import { until, usePipelines } from '../support/pipeline.js';

const pipelines = usePipelines();

function measured() {
  const registry = defineRegistry({
    scope: { name: 'scraped' },
    instruments: {
      c: counter({ name: 'c', unit: '1', description: 'Things.' }),
      h: histogram({ name: 'h', unit: 's', buckets: buckets.base2() }),
    },
  });
  registry.c.add(1);
  return registry;
}

const prometheusOf = (telemetry: Telemetry) =>
  telemetry.health().exporters.find(({ exporter }) => exporter === 'prometheus');

/** The URL, once it listens. */
async function endpointOf(telemetry: Telemetry): Promise<string> {
  const endpoint = () => prometheusOf(telemetry)?.endpoint ?? '';
  await until('it listens', () => !endpoint().includes(':0/'));
  return endpoint();
}

/** The status of a request with exactly this `Host`, which fetch does not let one choose. */
function statusWithHost(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers: { host }, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject).end();
  });
}

describe('the scrape endpoint', () => {
  it('answers every scrape with what there is, and health() knows', async () => {
    const registry = measured();
    const telemetry = pipelines.setup({
      registries: [registry],
      otlp: false,
      prometheus: { port: 0 },
    });
    const url = await endpointOf(telemetry);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    for (const value of [1, 3]) {
      const response = await fetch(url);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
      const text = await response.text();
      expect(text).toContain('# HELP c_total Things.\n');
      expect(text).toContain(`c_total{otel_scope_name="scraped"} ${value}\n`);
      registry.c.add(2);
    }
    expect(prometheusOf(telemetry)).toMatchObject({
      temporality: 'cumulative',
      attempts: 2,
      lastSuccess: expect.any(Date),
      consecutiveFailures: 0,
    });
    await telemetry.shutdown();
    await expect(fetch(url)).rejects.toThrow();
  });

  it('serves nothing else', async () => {
    const telemetry = pipelines.setup({ otlp: false, prometheus: { port: 0 } });
    const url = await endpointOf(telemetry);
    expect((await fetch(url.replace('/metrics', '/'))).status).toBe(404);
    expect((await fetch(`${url}/x`)).status).toBe(404);
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
    const response = await fetch(`${url}?x=1`);
    expect(response.status).toBe(200);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('on the loopback refuses whoever asks for another host', async () => {
    const telemetry = pipelines.setup({ otlp: false, prometheus: { port: 0 } });
    const url = await endpointOf(telemetry);
    for (const host of ['127.0.0.1', 'localhost:9464', '[::1]:1', 'LOCALHOST'])
      expect(await statusWithHost(url, host)).toBe(200);
    for (const host of ['rebound.example.com', 'localhost.example.com', '10.0.0.1'])
      expect(await statusWithHost(url, host)).toBe(403);
  });

  it('elsewhere does not know by which name it is asked for', async () => {
    const telemetry = pipelines.setup({ otlp: false, prometheus: { host: '0.0.0.0', port: 0 } });
    const url = (await endpointOf(telemetry)).replace('0.0.0.0', '127.0.0.1');
    expect(await statusWithHost(url, 'pod-1.example.com')).toBe(200);
  });

  it('leaves base-2 histograms out, and says so once', async () => {
    const registry = measured();
    registry.h.record(1);
    const telemetry = pipelines.setup({
      registries: [registry],
      otlp: false,
      prometheus: { port: 0 },
    });
    const url = await endpointOf(telemetry);
    for (let i = 0; i < 2; i++) {
      const text = await (await fetch(url)).text();
      expect(text).toMatch(/^c_total/m);
      expect(text).not.toMatch(/^h/m);
    }
    expect(pipelines.lines).toEqual([expect.stringMatching(/^"h" has base-2 buckets/)]);
  });

  it('that has no port says so, and the rest goes on', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    pipelines.onEnd(() => new Promise((resolve) => taken.close(resolve)));
    const { port } = taken.address() as AddressInfo;
    const receiver = await pipelines.receiver();
    const telemetry = pipelines.setup({
      registries: [measured()],
      otlp: { url: receiver.url },
      prometheus: { port },
    });
    await until('the port has been refused', () => pipelines.lines.length > 0);
    const { status, problems, exporters } = telemetry.health();
    expect(problems).toEqual([
      expect.stringMatching(
        new RegExp(
          `^The Prometheus endpoint cannot listen on 127\\.0\\.0\\.1:${port} \\(.*EADDRINUSE.*\\); nothing can be scraped\\. Fix: Free the port, or choose another by prometheus\\.port or OTEL_EXPORTER_PROMETHEUS_PORT\\.$`,
        ),
      ),
    ]);
    expect(status).toBe('failing');
    expect(exporters).toMatchObject([
      { exporter: 'otlp', consecutiveFailures: 0 },
      { exporter: 'prometheus', lastError: expect.stringContaining('EADDRINUSE') },
    ]);
    await telemetry.shutdown();
    expect(receiver.requests).toHaveLength(1);
  });

  it.each(['no.such.host.invalid', 'not a host'])(
    'that cannot be at the host %j says so',
    async (host) => {
      const telemetry = pipelines.setup({ otlp: false, prometheus: { host, port: 0 } });
      await until('the host has been refused', () => pipelines.lines.length > 0);
      expect(telemetry.health()).toMatchObject({ status: 'failing' });
      expect(pipelines.lines[0]).toContain(`cannot listen on ${host}:0`);
    },
  );
});
