import type { MetricData, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { partOf, sizeOf } from '../row-metrics.js';

/** How many points there are. */
export function pointsIn({ scopeMetrics }: ResourceMetrics): number {
  let points = 0;
  for (const { metrics } of scopeMetrics) for (const metric of metrics) points += sizeOf(metric);
  return points;
}

/**
 * Metrics in parts of at most so many points, in order; a metric may go on in the next part. Empty
 * metrics are left out.
 */
export function partsOf(
  { resource, scopeMetrics }: ResourceMetrics,
  maxPoints: number,
): readonly ResourceMetrics[] {
  const parts: ResourceMetrics[] = [];
  let part: ResourceMetrics = { resource, scopeMetrics: [] };
  let room = maxPoints;
  for (const { scope, metrics } of scopeMetrics) {
    let own: MetricData[] | undefined;
    for (const metric of metrics) {
      const size = sizeOf(metric);
      for (let from = 0; from < size; ) {
        if (room === 0) {
          parts.push(part);
          part = { resource, scopeMetrics: [] };
          own = undefined;
          room = maxPoints;
        }
        if (own === undefined) {
          own = [];
          part.scopeMetrics.push({ scope, metrics: own });
        }
        const to = Math.min(from + room, size);
        own.push(from === 0 && to === size ? metric : partOf(metric, from, to));
        room -= to - from;
        from = to;
      }
    }
  }
  return part.scopeMetrics.length === 0 ? parts : [...parts, part];
}

/** Parts of one batch as one again. */
export function joinedParts(parts: readonly ResourceMetrics[]): ResourceMetrics {
  const [first] = parts as readonly [ResourceMetrics];
  return {
    resource: first.resource,
    scopeMetrics: parts.flatMap(({ scopeMetrics }) => scopeMetrics),
  };
}
