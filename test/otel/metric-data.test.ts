import { ValueType } from '@opentelemetry/api';
import { AggregationTemporality, DataPointType } from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from 'vitest';
import { attr, buckets, counter, gauge, histogram, upDownCounter } from '../../src/index.js';
import { toHrTime } from '../../src/otel/metric-data.js';
import { EPOCH } from '../support/fake-clock.js';
import { openRegistry } from '../support/open-registry.js';

describe('metric data', () => {
  const declare = () =>
    openRegistry({
      c: counter({
        name: 'c',
        description: 'Calls.',
        unit: '{call}',
        attributes: { ok: attr.boolean(), code: attr.int(), model: attr.string() },
      }),
      u: upDownCounter({ name: 'u', unit: '1' }),
      g: gauge({ name: 'g', unit: 'Cel' }),
      h: histogram({ name: 'h', unit: 's', buckets: buckets.explicit([1, 2]) }),
      e: histogram({ name: 'e', unit: 's', buckets: buckets.base2() }),
    });

  it('is what the official exporters take, kind by kind', async () => {
    const { metrics, clock } = declare();
    metrics.c.add(1, { ok: true, code: 200, model: 'm' });
    metrics.u.add(-2);
    metrics.g.record(-3.5);
    metrics.h.record(1);
    metrics.e.record(4);
    clock.advance(1_500);
    const { resourceMetrics, errors } = await metrics.producer().collect();
    expect(errors).toEqual([]);
    expect(resourceMetrics.scopeMetrics).toHaveLength(1);
    const [exported] = resourceMetrics.scopeMetrics;
    expect(exported?.scope).toEqual({ name: 'test', version: '1' });
    const seconds = EPOCH / 1_000;
    const point = (value: unknown, attributes = {}) => ({
      startTime: [seconds, 0],
      endTime: [seconds + 1, 500_000_000],
      attributes,
      value,
    });
    const metric = (name: string, unit: string, type: DataPointType, value: unknown) => ({
      descriptor: { name, unit, description: '', valueType: ValueType.DOUBLE },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPointType: type,
      dataPoints: [point(value)],
    });
    const calls = metric('c', '{call}', DataPointType.SUM, 1);
    expect(exported?.metrics).toEqual([
      {
        ...calls,
        descriptor: { ...calls.descriptor, description: 'Calls.' },
        isMonotonic: true,
        dataPoints: [point(1, { ok: true, code: 200, model: 'm' })],
      },
      { ...metric('u', '1', DataPointType.SUM, -2), isMonotonic: false },
      metric('g', 'Cel', DataPointType.GAUGE, -3.5),
      metric('h', 's', DataPointType.HISTOGRAM, {
        count: 1,
        sum: 1,
        min: 1,
        max: 1,
        buckets: { boundaries: [1, 2], counts: [1, 0, 0] },
      }),
      metric('e', 's', DataPointType.EXPONENTIAL_HISTOGRAM, {
        count: 1,
        sum: 4,
        min: 4,
        max: 4,
        zeroCount: 0,
        scale: 20,
        positive: { offset: 2 * 2 ** 20 - 1, bucketCounts: [1] },
        negative: { offset: 0, bucketCounts: [] },
      }),
    ]);
  });

  it('has neither a scope nor metrics where there is nothing to tell', async () => {
    const { metrics } = declare();
    const { resourceMetrics, errors } = await metrics.producer().collect();
    expect(resourceMetrics.scopeMetrics).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('is a picture of its moment: later measurements do not change it', async () => {
    const { metrics } = declare();
    metrics.h.record(1);
    metrics.e.record(1);
    const producer = metrics.producer();
    const before = await producer.collect();
    const copy = structuredClone(before.resourceMetrics.scopeMetrics);
    for (let i = 0; i < 100; i++) {
      metrics.h.record(i);
      metrics.e.record(i);
    }
    await producer.collect();
    expect(before.resourceMetrics.scopeMetrics).toEqual(copy);
  });
});

describe('times', () => {
  it.each([
    [0, [0, 0]],
    [1, [0, 1_000_000]],
    [999.9999999, [1, 0]],
    [1_000, [1, 0]],
    [1_735_689_600_123, [1_735_689_600, 123_000_000]],
    [1_735_689_600_123.456, [1_735_689_600, 123_456_000]],
  ] as const)('%s ms are %j', (millis, expected) => {
    expect(toHrTime(millis)).toEqual(expected);
  });
});
