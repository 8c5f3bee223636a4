import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { counter, defineRegistry } from '../../src/index.js';
import { usePipelines } from '../support/pipeline.js';

const pipelines = usePipelines();

/** One key pair for both sides: a certificate for localhost that nobody but these tests trusts. */
const CERTIFICATE = fileURLToPath(new URL('../support/tls/certificate.pem', import.meta.url));
const KEY = fileURLToPath(new URL('../support/tls/key.pem', import.meta.url));

/** A TLS server that takes clients with our certificate alone, and what each has shown. */
async function startTlsServer() {
  const clients: unknown[] = [];
  const [cert, key] = [readFileSync(CERTIFICATE), readFileSync(KEY)];
  const server = createServer({ cert, key, ca: cert, requestCert: true }, (request, response) => {
    clients.push((request.socket as TLSSocket).getPeerCertificate().subject.CN);
    request.resume().on('end', () => response.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  pipelines.onEnd(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `https://localhost:${(server.address() as AddressInfo).port}/`, clients };
}

async function send(url: string) {
  const registry = defineRegistry({
    scope: { name: 'tls' },
    instruments: { c: counter({ name: 'c', unit: '1' }) },
  });
  registry.c.add(1);
  const telemetry = pipelines.setup({
    registries: [registry],
    otlp: { url, timeoutMillis: 2_000 },
  });
  await telemetry.forceFlush();
  return telemetry.health().exporters[0];
}

describe('OTLP over TLS', () => {
  it.each(['OTEL_EXPORTER_OTLP_', 'OTEL_EXPORTER_OTLP_METRICS_'])(
    'uses the files of %sCERTIFICATE, ..CLIENT_CERTIFICATE and ..CLIENT_KEY',
    async (prefix) => {
      const { url, clients } = await startTlsServer();
      pipelines.env({
        [`${prefix}CERTIFICATE`]: CERTIFICATE,
        [`${prefix}CLIENT_CERTIFICATE`]: CERTIFICATE,
        [`${prefix}CLIENT_KEY`]: KEY,
      });
      expect(await send(url)).toMatchObject({ consecutiveFailures: 0 });
      expect(clients).toEqual(['meterbook test']);
    },
  );

  it('takes the file for metrics before the general one', async () => {
    const { url } = await startTlsServer();
    pipelines.env({
      OTEL_EXPORTER_OTLP_CERTIFICATE: KEY,
      OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE: CERTIFICATE,
      OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: CERTIFICATE,
      OTEL_EXPORTER_OTLP_CLIENT_KEY: KEY,
    });
    expect(await send(url)).toMatchObject({ consecutiveFailures: 0 });
  });

  it('says why it trusts nobody, and goes on', async () => {
    const { url, clients } = await startTlsServer();
    expect(await send(url)).toMatchObject({
      consecutiveFailures: 1,
      lastError: expect.stringContaining('certificate'),
    });
    expect(clients).toEqual([]);
  });

  it('says that a file is no certificate, and goes on', async () => {
    const { url } = await startTlsServer();
    pipelines.env({ OTEL_EXPORTER_OTLP_CLIENT_KEY: CERTIFICATE });
    expect(await send(url)).toMatchObject({
      consecutiveFailures: 1,
      lastError: expect.stringMatching(/key|PEM|DECODER/i),
    });
  });
});
