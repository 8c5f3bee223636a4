import { ValueType } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  DataPointType,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from 'vitest';
import { Delivery } from '../../src/otel/delivery/delivery.js';
import { pointsIn } from '../../src/otel/delivery/points.js';
import { Spool } from '../../src/otel/spool/index.js';
import { temporaryDirectory } from '../otel/support/spools.js';

/*
 * With `writeAhead`, what is sent comes from the disk and cannot be halved. A server, or a proxy in front
 * of it, that takes requests of no more than 1 MB refused all the full ones, interval by interval, for ever.
 */

function batchOf(points: number): ResourceMetrics {
  const metric = {
    descriptor: { name: 'c', description: '', unit: '1', valueType: ValueType.INT },
    aggregationTemporality: AggregationTemporality.DELTA,
    dataPointType: DataPointType.SUM,
    isMonotonic: true,
    dataPoints: Array.from({ length: points }, (_, id) => ({
      startTime: [0, 0],
      endTime: [1, 0],
      attributes: { id },
      value: 1,
    })),
  };
  return {
    resource: emptyResource(),
    scopeMetrics: [{ scope: { name: 'theirs' }, metrics: [metric] }],
  } as unknown as ResourceMetrics;
}

/** Delivers batches by way of a spool to a server that takes so many points in a request, one each. */
async function deliver(batches: number, points: number, most: number) {
  const place = temporaryDirectory();
  const spool = Spool.open({ directory: place.path, onProblem: () => undefined });
  const sizes: number[] = [];
  let dropped = 0;
  const delivery = new Delivery({
    send: async ({ length }) => {
      sizes.push(length);
      return { fate: length > most ? 'too_large' : 'accepted' };
    },
    serialize: (metrics) => new Uint8Array(pointsIn(metrics)),
    timeoutMillis: 1_000,
    now: () => 0,
    random: () => 0.5,
    sleep: async () => undefined,
    store: Object.assign(spool, {
      release: ({ id }: { id: string }) => Spool.prototype.release.call(spool, id),
    }),
    writeAhead: true,
    onAnswer: () => undefined,
    onDropped: (_, lost) => {
      dropped += lost;
    },
  });
  for (let i = 0; i < batches; i++) await delivery.export(batchOf(points));
  delivery.close();
  place.remove();
  return { sizes, dropped };
}

describe('stored requests that are too large for the server', () => {
  it('are followed by smaller ones, until these arrive', async () => {
    const { sizes, dropped } = await deliver(5, 5_000, 2_000);
    // The first of 5,000, then two of half of that.
    expect(dropped).toBe(10_000);
    expect(sizes.slice(3)).toEqual(Array.from({ length: 12 }, () => 1_250));
  });

  it('are not followed by ever smaller ones where no size is right', async () => {
    const { sizes } = await deliver(10, 1_000, 0);
    expect(Math.min(...sizes)).toBe(500);
  });
});
