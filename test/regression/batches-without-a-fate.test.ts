import { ValueType } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  DataPointType,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../src/otel/delivery/answer.js';
import { Delivery, type DeliveryOptions } from '../../src/otel/delivery/delivery.js';

/** One point of a delta. */
function batch(attributes: Record<string, unknown> = {}): ResourceMetrics {
  const point = { startTime: [0, 0], endTime: [1, 0], attributes, value: 1 };
  const metric = {
    descriptor: { name: 'c', description: '', unit: '1', valueType: ValueType.INT },
    aggregationTemporality: AggregationTemporality.DELTA,
    dataPointType: DataPointType.SUM,
    isMonotonic: true,
    dataPoints: [point],
  };
  return {
    resource: emptyResource(),
    scopeMetrics: [{ scope: { name: 'theirs' }, metrics: [metric] }],
  } as unknown as ResourceMetrics;
}

function open(options: Partial<DeliveryOptions> = {}) {
  let answer: Answer = { fate: 'accepted' };
  let millis = 0;
  const dropped: Record<string, number> = {};
  const sent: number[] = [];
  const delivery = new Delivery({
    send: async (body) => {
      sent.push(body.length);
      return answer;
    },
    serialize: () => new Uint8Array(7),
    timeoutMillis: 1_000,
    now: () => millis,
    random: () => 0.5,
    sleep: async (more) => {
      millis += more;
    },
    onAnswer: () => undefined,
    onDropped: (reason, points) => {
      dropped[reason] = (dropped[reason] ?? 0) + points;
    },
    ...options,
  });
  return {
    delivery,
    dropped,
    sent,
    answer: (next: Answer) => {
      answer = next;
    },
    pass: (more: number) => {
      millis += more;
    },
  };
}

describe('every batch has a fate', () => {
  it('one that comes after the end is counted as given up, and not held for ever', async () => {
    const { delivery, dropped, sent } = open();
    delivery.close();
    await delivery.export(batch());
    expect(dropped).toEqual({ shutdown: 1 });
    expect(delivery.heldPoints).toBe(0);
    expect(sent).toEqual([]);
  });

  it('one that cannot be encoded does not block the next', async () => {
    let isBroken = true;
    const { delivery, dropped, sent } = open({
      serialize: () => {
        if (isBroken) throw new Error('no number');
        return new Uint8Array(7);
      },
    });
    expect(await delivery.export(batch())).toBe('no number');
    isBroken = false;
    expect(await delivery.export(batch())).toBeUndefined();
    expect(dropped).toEqual({ unencodable: 1 });
    expect(delivery.heldPoints).toBe(0);
    expect(sent).toEqual([7]);
  });

  it('one that cannot be merged does not block the next', async () => {
    const { delivery, dropped, sent, answer, pass } = open();
    answer({ fate: 'retryable', message: 'busy' });
    await delivery.export(batch({ id: 1n }));
    pass(60_000);
    answer({ fate: 'accepted' });
    await delivery.export(batch({ id: 1n }));
    expect(dropped).toEqual({ unencodable: 2 });
    expect(await delivery.export(batch())).toBeUndefined();
    expect(delivery.heldPoints).toBe(0);
    expect(sent).toHaveLength(2);
  });

  it('one that cannot be encoded at the end does not keep the end from coming', () => {
    let isClosed = false;
    const { delivery, dropped } = open({
      serialize: () => {
        throw new Error('no number');
      },
      store: {
        write: async () => 'a',
        writeSync: () => 'a',
        next: async () => undefined,
        remove: () => undefined,
        release: () => undefined,
        close: () => {
          isClosed = true;
        },
      },
    });
    delivery.add(batch());
    delivery.close();
    expect(dropped).toEqual({ unencodable: 1 });
    expect(isClosed).toBe(true);
  });
});
