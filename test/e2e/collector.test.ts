import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type CollectorOptions, collectorArtefacts } from '../../src/artefacts/index.js';
import { counter, defineRegistry } from '../../src/index.js';
import { until } from '../support/pipeline.js';
import { collectorPlace, validate } from './support/collector.js';
import type { RecordingService } from './support/ledger.js';
import {
  fileNamed,
  holdReceiverToLedger,
  holdToLedger,
  manifests,
  OTLP,
  otlpUrl,
  REMOTE_WRITE,
  seconds,
  starting,
  writeUrl,
} from './support/started.js';

/** A ClickHouse that is not there. */
const NO_CLICKHOUSE = { endpoint: 'tcp://127.0.0.1:1?dial_timeout=1s' };

describe.each(collectorArtefacts(manifests).map(({ path }) => path))('%s', (path) => {
  it('is valid', async () => {
    const { options } = await collectorPlace();
    expect(validate(fileNamed(path, options))).toEqual({ code: 0, said: '' });
  });

  it('starts, and nothing in it is deprecated', async ({ onTestFinished }) => {
    const { collector } = starting(onTestFinished);
    const started = await collector(path, { gateway: { hostnames: ['127.0.0.1:1'] } });
    await until('it is ready', () => started.said().includes('Everything is ready'));
    expect(started.said()).not.toMatch(/deprecat|alias|will be removed/i);
  });
});

describe('clickhouse.yaml', () => {
  it('keeps what services send while the server is away, through a kill too', async ({
    onTestFinished,
  }) => {
    const { collector, service } = starting(onTestFinished);
    const started = await collector('collector/clickhouse.yaml', { clickhouse: NO_CLICKHOUSE });
    const one = await service(started.url, 'delta', 'c1');
    await seconds(2);
    await one.stop();
    const held = () => started.ownMetric('otelcol_exporter_queue_size');
    expect(await held()).toBeGreaterThan(0);
    expect(await started.ownMetric('otelcol_receiver_refused_metric_points')).toBe(0);
    await started.end('SIGKILL');
    await started.restart();
    await until('the queue is taken up', async () => ((await held()) ?? 0) > 0);
  });
});

describe('signoz.yaml', () => {
  it.for(['cumulative', 'delta'] as const)(
    'sends %s as SigNoz asks',
    async (temporality, { onTestFinished }) => {
      const { collector, receiver, service } = starting(onTestFinished);
      const signoz = await receiver();
      const started = await collector('collector/signoz.yaml', {
        signoz: { endpoint: new URL(signoz.url).origin },
      });
      const one = await service(started.url, temporality, 's1');
      await seconds(2);
      await holdReceiverToLedger(signoz, temporality, await one.stop());
      // Source: SigNoz documentation, "Ingestion": OTLP, at the path of OTLP, with this header.
      for (const { headers } of signoz.requests) {
        expect(headers).toMatchObject({
          'signoz-ingestion-key': 'an ingestion key',
          'content-type': 'application/x-protobuf',
        });
      }
    },
  );
});

describe.each(['cumulative', 'delta'] as const)('Prometheus, from %s', (temporality) => {
  it('has by OTLP what was recorded', async ({ onTestFinished }) => {
    const { collector, prometheus, service } = starting(onTestFinished);
    const server = await prometheus(undefined, OTLP);
    const started = await collector('collector/prometheus-otlp.yaml', {
      prometheus: { otlpEndpoint: otlpUrl(server) },
    });
    const one = await service(started.url, temporality, 'p1');
    await seconds(2);
    await holdToLedger(server, one, await one.stop());
  });

  it('has by remote write what was recorded', async ({ onTestFinished }) => {
    const { collector, prometheus, service } = starting(onTestFinished);
    const server = await prometheus(undefined, REMOTE_WRITE);
    const started = await collector('collector/prometheus-remote-write.yaml', {
      prometheus: { remoteWriteEndpoint: writeUrl(server) },
    });
    const one = await service(started.url, temporality, 'p2');
    await seconds(2);
    await holdToLedger(server, one, await one.stop());
  });

  it('has by scrape what was recorded', async ({ onTestFinished }) => {
    const { collector, prometheus, service } = starting(onTestFinished);
    const started = await collector('collector/prometheus-scrape.yaml');
    const target = `http://127.0.0.1:${started.ports.scrape}/metrics`;
    const server = await prometheus(target, { honorLabels: true });
    const one = await service(started.url, temporality, 'p3');
    await seconds(2);
    await holdToLedger(server, one, await one.stop());
  });
});

describe('all.yaml', () => {
  it('brings the same numbers to every backend', async ({ onTestFinished }) => {
    const { collector, prometheus, receiver, service } = starting(onTestFinished);
    const place = await collectorPlace();
    const target = `http://127.0.0.1:${place.options.ports.scrape}/metrics`;
    const byScrape = await prometheus(target, { honorLabels: true });
    const byWrite = await prometheus(undefined, REMOTE_WRITE);
    const byOtlp = await prometheus(undefined, OTLP);
    const signoz = await receiver();
    const options: CollectorOptions = {
      clickhouse: NO_CLICKHOUSE,
      signoz: { endpoint: new URL(signoz.url).origin },
      prometheus: { otlpEndpoint: otlpUrl(byOtlp), remoteWriteEndpoint: writeUrl(byWrite) },
    };
    const started = await collector('collector/all.yaml', options, place);
    const one = await service(started.url, 'delta', 'a1');
    await seconds(2);
    const ledger = await one.stop();
    for (const server of [byScrape, byWrite, byOtlp]) await holdToLedger(server, one, ledger);
    await holdReceiverToLedger(signoz, 'delta', ledger);
  });
});

describe('gateway-agent.yaml and gateway.yaml', () => {
  it('give each series to one gateway, which adds it up', async ({ onTestFinished }) => {
    const { collector, prometheus, service } = starting(onTestFinished);
    const server = await prometheus(undefined, REMOTE_WRITE);
    const toServer: CollectorOptions = {
      backends: ['prometheus-remote-write'],
      prometheus: { remoteWriteEndpoint: writeUrl(server) },
    };
    const first = await collector('collector/gateway.yaml', toServer);
    const second = await collector('collector/gateway.yaml', toServer);
    const [one = '', two = ''] = [first, second].map(({ ports }) => `127.0.0.1:${ports.grpc}`);
    const gateway = { hostnames: [one, two] } as const;
    const services: RecordingService[] = [];
    for (const instance of ['g1', 'g2']) {
      const agent = await collector('collector/gateway-agent.yaml', { gateway });
      services.push(await service(agent.url, 'delta', instance));
    }
    await seconds(2);
    // A series with two owners would look as if it began anew at each of their samples.
    for (const it of services) await holdToLedger(server, it, await it.stop());
  });
});

describe('a hostile registry', () => {
  it('injects nothing', async () => {
    const awkward = [
      'a "quote" and \'another\'',
      'two\nlines: [injected]',
      '# a comment\r\nreceivers: {}',
      '$' + '{env:HOME} `id` $(id) {{ . }}',
      '\u2028exporters: {}\u2029service: {}\u0085processors: {}',
      '\u0000 \u0007 \ud800 \ufeff',
      '--- !!binary &a *a %TAG',
    ].join(' ');
    const hostile = defineRegistry({
      scope: { name: awkward, version: awkward },
      instruments: {
        requests: counter({ name: 'hostile.requests', unit: '{request}', description: awkward }),
      },
    });
    const { options } = await collectorPlace();
    const plain = collectorArtefacts(manifests, options);
    const files = collectorArtefacts([hostile.manifest()], options);
    for (const [at, { content }] of files.entries()) {
      expect(validate(content)).toEqual({ code: 0, said: '' });
      expect(parse(content)).toEqual(parse(plain[at]?.content ?? ''));
    }
  });
});
