import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { atOnce, type TemporalityPreference } from '../../src/core/index.js';
import type { DecodedMetric } from '../../src/live/otlp/types.js';
import { type AnyRegistry, coreOf, makeProducer, toRowMetric } from '../../src/otel/index.js';
import { encodeRequest } from '../../src/otel/otlp/request.js';
import { decodeMetricsRequest } from './official-otlp/decode.js';

/** A resource with something of every type. */
export const RESOURCE = resourceFromAttributes({
  'service.name': 'prüfstand',
  'host.id': 'a'.repeat(200),
  'process.pid': 4_711,
  'feature.flags': ['a', 'b'],
});

export function serialize(metrics: ResourceMetrics): Uint8Array | undefined {
  return ProtobufMetricsSerializer.serializeRequest(metrics);
}

/** Collects as the OTLP pipeline does: rows, of which nothing has been made yet. */
export function rowBatches(
  registry: AnyRegistry,
  temporality: TemporalityPreference,
): () => Promise<ResourceMetrics> {
  const producer = makeProducer(coreOf(registry), { temporality, convert: toRowMetric });
  return async () => {
    const { resourceMetrics, errors } = await producer.collect();
    if (errors.length > 0) throw new AggregateError(errors);
    return { ...resourceMetrics, resource: RESOURCE };
  };
}

/** What a receiver reads from our bytes. */
export function readOurs(metrics: ResourceMetrics) {
  return decodeMetricsRequest(atOnce(encodeRequest(metrics, serialize)));
}

/** What a receiver reads from the official serializer's. */
export function readTheirs(metrics: ResourceMetrics) {
  return decodeMetricsRequest(serialize(metrics) ?? new Uint8Array());
}

/** The same data whatever the messages it comes in: metrics by scope and name, points by series. */
export function regrouped(decoded: ReturnType<typeof readOurs>) {
  const metrics = new Map<string, { readonly points: unknown[] }>();
  for (const { resource, schemaUrl, scopes } of decoded) {
    for (const { scope, metrics: own } of scopes) {
      for (const { points, ...metric } of own) {
        const key = JSON.stringify([resource, schemaUrl, scope, metric]);
        const into = metrics.get(key) ?? { points: [] };
        into.points.push(...(points as DecodedMetric['points']));
        metrics.set(key, into);
      }
    }
  }
  return metrics;
}
