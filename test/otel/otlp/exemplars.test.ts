import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from 'vitest';
import { atOnce, type TraceContext } from '../../../src/core/index.js';
import {
  attr,
  buckets,
  counter,
  gauge,
  histogram,
  type TemporalityPreference,
} from '../../../src/index.js';
import { mergeBatches } from '../../../src/otel/delivery/merge.js';
import { coreOf } from '../../../src/otel/index.js';
import { encodeRequest } from '../../../src/otel/otlp/request.js';
import { EPOCH } from '../../support/fake-clock.js';
import {
  decodeWireRequest,
  type WireExemplar,
  type WireRequest,
} from '../../support/official-otlp/definitions.js';
import { openRegistry } from '../../support/open-registry.js';
import { rowBatches, serialize } from '../../support/row-batches.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPANS = ['b7ad6b7169203331', '00f067aa0ba902b7', 'ffffffffffffffff'] as const;

/** A registry whose active span the test sets. */
function declare(temporality: TemporalityPreference) {
  const attributes = { key: attr.string().optional() };
  const opened = openRegistry({
    calls: counter({ name: 'calls', unit: '1', attributes }),
    level: gauge({ name: 'level', unit: '1' }),
    latency: histogram({
      name: 'latency',
      unit: 's',
      buckets: buckets.explicit([0.1, 1]),
      renamedFrom: { name: 'latency_ms', unit: 'ms', factor: 1_000, until: '2030-01-01' },
    }),
    size: histogram({ name: 'size', unit: 'By', buckets: buckets.base2() }),
  });
  const active = { trace: undefined as TraceContext | undefined };
  coreOf(opened.metrics).setTrace(() => active.trace);
  const collect = rowBatches(opened.metrics, temporality);
  return { ...opened, active, collect };
}

const span = (spanId: string): TraceContext => ({ traceId: TRACE, spanId });

/** What the official definitions find in the bytes. */
function decoded(batch: ResourceMetrics): WireRequest {
  return decodeWireRequest(atOnce(encodeRequest(batch, serialize)));
}

type WirePoint = { readonly exemplars: readonly WireExemplar[] };

/** The exemplars of each point of one metric. */
function exemplarsIn(request: WireRequest, name: string) {
  return request.resourceMetrics
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
    .filter((metric) => metric.name === name)
    .map((it) => it.gauge ?? it.sum ?? it.histogram ?? it.exponentialHistogram)
    .flatMap((data): readonly WirePoint[] => data?.dataPoints ?? [])
    .map(({ exemplars }) => exemplars.map(readable).sort((a, b) => a.value - b.value));
}

function readable(it: WireExemplar) {
  const time = it.timeUnixNano as { readonly high: number; readonly low: number };
  return {
    value: it.asDouble ?? Number.NaN,
    millis: Number((BigInt(time.high >>> 0) << 32n) | BigInt(time.low >>> 0)) / 1e6,
    traceId: Buffer.from(it.traceId ?? []).toString('hex'),
    spanId: Buffer.from(it.spanId ?? []).toString('hex'),
    attributes: it.filteredAttributes.length,
  };
}

const exemplar = (value: number, spanId: string, millis = EPOCH) => ({
  value,
  millis,
  traceId: TRACE,
  spanId,
  attributes: 0,
});

/** Whoever asks for objects lets go of the rows: what is encoded then is what an outage has held. */
const asObjects = (batch: ResourceMetrics): ResourceMetrics => {
  for (const { metrics } of batch.scopeMetrics)
    for (const metric of metrics) expect(metric.dataPoints.length).toBeGreaterThan(0);
  return batch;
};

describe.each(['rows', 'objects'] as const)('exemplars in OTLP, from %s', (from) => {
  it('are those of each point, with ids, time and value', async () => {
    const { metrics, clock, active, collect } = declare('cumulative');
    const [one, two, three] = SPANS;
    active.trace = span(one);
    metrics.calls.add(3, { key: 'a' });
    metrics.level.record(-1.5);
    metrics.latency.record(0.1);
    metrics.size.record(1_000);
    clock.advance(1.25);
    active.trace = span(two);
    metrics.calls.add(4, { key: 'c' });
    metrics.latency.record(20);
    active.trace = undefined;
    metrics.calls.add(5, { key: 'b' });
    clock.advance(10);
    active.trace = span(three);
    metrics.latency.record(0.5);
    const batch = await collect();
    const request = decoded(from === 'rows' ? batch : asObjects(batch));
    expect(exemplarsIn(request, 'calls')).toEqual([
      [exemplar(3, one)],
      [exemplar(4, two, EPOCH + 1.25)],
      [],
    ]);
    expect(exemplarsIn(request, 'level')).toEqual([[exemplar(-1.5, one)]]);
    expect(exemplarsIn(request, 'size')).toEqual([[exemplar(1_000, one)]]);
    const latency = [
      exemplar(0.1, one),
      exemplar(0.5, three, EPOCH + 11.25),
      exemplar(20, two, EPOCH + 1.25),
    ];
    expect(exemplarsIn(request, 'latency')).toEqual([latency]);
    // Under its former name in its former unit.
    expect(exemplarsIn(request, 'latency_ms')).toEqual([
      latency.map((it) => ({ ...it, value: it.value * 1_000 })),
    ]);
  });

  it('have no ids where there was no trace', async () => {
    const { metrics, active, collect } = declare('delta');
    active.trace = {};
    metrics.calls.add(3);
    const batch = await collect();
    const [[found] = []] = exemplarsIn(
      decoded(from === 'rows' ? batch : asObjects(batch)),
      'calls',
    );
    expect(found).toEqual({ value: 3, millis: EPOCH, traceId: '', spanId: '', attributes: 0 });
  });

  it('change nothing else of what is sent', async () => {
    const [plain, traced] = [declare('delta'), declare('delta')];
    traced.active.trace = span(SPANS[0]);
    const requests = [];
    for (const { metrics, clock, collect } of [plain, traced]) {
      for (let i = 0; i < 200; i++) {
        metrics.calls.add(i, { key: String(i) });
        metrics.latency.record(i / 100);
        metrics.size.record(i);
      }
      clock.advance(1_000);
      const batch = await collect();
      requests.push(decoded(from === 'rows' ? batch : asObjects(batch)));
    }
    const withoutExemplars = (request: unknown): unknown =>
      JSON.parse(JSON.stringify(request, (key, it) => (key === 'exemplars' ? undefined : it)));
    expect(exemplarsIn(requests[1] as WireRequest, 'calls').flat()).toHaveLength(200);
    expect(withoutExemplars(requests[1])).toEqual(withoutExemplars(requests[0]));
  });
});

describe('exemplars through an outage', () => {
  it.each(['delta', 'cumulative'] as const)(
    'are the newest of each bucket, however long it takes: %s',
    async (temporality) => {
      const { metrics, clock, active, collect } = declare(temporality);
      const [one, two] = SPANS;
      const batches: ResourceMetrics[] = [];
      for (let i = 0; i < 20; i++) {
        active.trace = span(i === 0 ? one : two);
        if (i === 0) {
          metrics.latency.record(20);
          metrics.calls.add(7, { key: 'once' });
        }
        metrics.latency.record(0.05);
        metrics.size.record(i);
        metrics.level.record(i);
        clock.advance(1_000);
        batches.push(await collect());
      }
      const merged = atOnce(mergeBatches(batches, () => undefined));
      const request = decoded(merged);
      expect(exemplarsIn(request, 'latency')).toEqual([
        [exemplar(0.05, two, EPOCH + 19_000), exemplar(20, one)],
      ]);
      expect(exemplarsIn(request, 'calls')).toEqual([[exemplar(7, one)]]);
      expect(exemplarsIn(request, 'level')).toEqual([[exemplar(19, two, EPOCH + 19_000)]]);
      const [size = []] = exemplarsIn(request, 'size');
      expect(size.length).toBeGreaterThan(1);
      expect(size.length).toBeLessThanOrEqual(20);
    },
  );
});
