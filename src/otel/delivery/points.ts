import type { DataPoint, MetricData, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Steps } from '../../core/index.js';

/** How many points there are. */
export function pointsIn({ scopeMetrics }: ResourceMetrics): number {
  let points = 0;
  for (const { metrics } of scopeMetrics)
    for (const { dataPoints } of metrics) points += dataPoints.length;
  return points;
}

/** The same metric with other points of its own kind. */
export function withPoints(
  metric: MetricData,
  dataPoints: readonly DataPoint<unknown>[],
): MetricData {
  return { ...metric, dataPoints } as MetricData;
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
      for (let from = 0; from < metric.dataPoints.length; ) {
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
        const points = metric.dataPoints.slice(from, from + room);
        own.push(points.length === metric.dataPoints.length ? metric : withPoints(metric, points));
        from += points.length;
        room -= points.length;
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

/** Points that are encoded between two turns of the event loop. */
const POINTS_PER_STEP = 64;

/**
 * An OTLP request. It is encoded in parts, which a request may be: what one message repeats, two
 * messages after one another repeat as well (Protocol Buffers, "Encoding", "Last One Wins").
 */
export function* encoded(
  metrics: ResourceMetrics,
  serialize: (metrics: ResourceMetrics) => Uint8Array | undefined,
): Steps<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (const part of partsOf(metrics, POINTS_PER_STEP)) {
    const piece = serialize(part);
    if (piece !== undefined) pieces.push(piece);
    yield;
  }
  return pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces);
}
