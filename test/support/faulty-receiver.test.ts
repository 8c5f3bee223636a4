import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import {
  AggregationTemporality,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from 'vitest';
import type { DecodedNumberPoint } from '../../demo/receiver.js';
import {
  answering,
  behaviours,
  type FaultyReceiverOptions,
  redirecting,
  rejecting,
  startFaultyReceiver,
} from './faulty-receiver.js';
import { usePipelines } from './pipeline.js';
import { ReceivedLedger } from './received-ledger.js';

const pipelines = usePipelines();

async function receiver(options?: FaultyReceiverOptions) {
  const started = await startFaultyReceiver(options);
  pipelines.onEnd(started.close);
  return started;
}

function resourceMetricsOf(points: readonly DecodedNumberPoint[]) {
  const calls = {
    ...{ name: 'calls', description: '', unit: '', kind: 'sum' as const },
    ...{ temporality: 'delta' as const, monotonic: true, points },
  };
  const scope = { name: 'client', version: '', attributes: {} };
  const scopes = [{ scope, schemaUrl: '', metrics: [calls] }];
  return [{ resource: {}, schemaUrl: '', scopes }];
}

/** The official exporter, of deltas: it has to be known to fail where it should. */
function client(url: string) {
  const exporter = new OTLPMetricExporter({ url, timeoutMillis: 800 });
  exporter.selectAggregationTemporality = () => AggregationTemporality.DELTA;
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  // Not waited for: it never ends while an answer drips.
  pipelines.onEnd(() => void provider.shutdown().catch(() => undefined));
  const meter = provider.getMeter('client');
  const [calls, duration] = [meter.createCounter('calls'), meter.createHistogram('duration')];
  return async (): Promise<string | undefined> => {
    calls.add(1, { of: 'a' });
    calls.add(1, { of: 'b' });
    duration.record(1);
    const { resourceMetrics } = await reader.collect();
    return new Promise((resolve) => {
      exporter.export(resourceMetrics, ({ error }) => resolve(error?.message));
    });
  };
}

describe('a faulty receiver', () => {
  it.each([
    [behaviours.accept, false, { arrived: 3, refused: 0 }],
    [behaviours.refuse, true, { arrived: 0, refused: 0 }],
    [behaviours.hang, true, { arrived: 0, refused: 0 }],
    [behaviours.hangAfterTaking, true, { arrived: 3, refused: 0 }],
    [behaviours.drip, true, { arrived: 3, refused: 0 }],
    [behaviours.resetInBody, true, { arrived: 0, refused: 0 }],
    [behaviours.resetAfterBody, true, { arrived: 3, refused: 0 }],
    [behaviours.truncatedAnswer, false, { arrived: 3, refused: 0 }],
    [behaviours.largeAnswer, true, { arrived: 3, refused: 0 }],
    [answering(503), true, { arrived: 0, refused: 0 }],
    [answering(400), true, { arrived: 0, refused: 3 }],
    [rejecting(2), false, { arrived: 1, refused: 2 }],
  ])('that $name knows what it has: %#', async (behaviour, fails, expected) => {
    const target = await receiver({ behaviour });
    const send = client(target.url);
    const error = await Promise.race([
      send(),
      new Promise((resolve) => setTimeout(resolve, 2_000, 'it waits')),
    ]);
    expect(error !== undefined).toBe(fails);
    const { ledger } = target;
    expect({ arrived: ledger.arrived(), refused: ledger.refused() }).toEqual(expected);
    await target.behave(behaviours.accept);
    expect(await client(target.url)()).toBeUndefined();
    expect(ledger.arrived()).toBe(expected.arrived + 3);
  });

  it('tells what comes again from what is new', async () => {
    const target = await receiver();
    target.once(behaviours.resetAfterBody);
    // The official exporter tries again by itself, a second later.
    const exporter = new OTLPMetricExporter({ url: target.url, timeoutMillis: 5_000 });
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const provider = new MeterProvider({ readers: [reader] });
    provider.getMeter('client').createCounter('calls').add(7);
    await provider.forceFlush();
    expect(target.attempts).toBe(2);
    expect(target.ledger).toMatchObject({ distinct: 1, duplicates: 1 });
    expect(target.ledger.takenAgain({ scope: 'client' })).toBe(7);
    expect(target.ledger.arrived({ metric: 'calls' })).toBe(7);
    await provider.shutdown();
  });

  it('forgets that it refused what it takes later', () => {
    const ledger = new ReceivedLedger();
    const point = (time: bigint) => ({
      ...{ attributes: {}, startTime: 1n, time, noRecordedValue: false, exemplars: [] },
      ...{ value: Number(time), integer: true },
    });
    const request = (digest: string, times: readonly bigint[]) => ({
      digest,
      resourceMetrics: resourceMetricsOf(times.map(point)),
    });
    ledger.refuse(request('whole', [2n, 3n]).resourceMetrics);
    ledger.refuse(request('whole', [2n, 3n]).resourceMetrics);
    expect(ledger.refused({ metric: 'calls' })).toBe(5);
    ledger.take(request('half', [2n]));
    expect([ledger.refused(), ledger.arrived({ scope: 'client' })]).toEqual([3, 2]);
  });

  it('sends elsewhere, and has nothing', async () => {
    const [target, elsewhere] = [await receiver(), await receiver()];
    target.once(redirecting(elsewhere.url));
    expect(await client(target.url)()).toBeDefined();
    expect([target.attempts, elsewhere.attempts]).toEqual([1, 0]);
    expect(target.ledger.refused()).toBe(3);
  });

  it('has a certificate that nobody trusts', async () => {
    const target = await receiver({ tls: true });
    expect(await client(target.url)()).toMatch(/certificate/);
    expect(target.attempts).toBe(0);
  });
});
