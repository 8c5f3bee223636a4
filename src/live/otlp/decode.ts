import { Malformed } from './cursor.js';
import { outlineOfJson } from './json.js';
import { BadPoint, type DecodeLimits, NO_LIMITS } from './limits.js';
import type { MetricOutline, Outline } from './outline.js';
import { outlineOfProtobuf } from './protobuf.js';
import type {
  DecodedMetric,
  DecodedPoint,
  DecodedResourceMetrics,
  DecodedScopeMetrics,
} from './types.js';

/** The two encodings of OTLP over HTTP. */
export type OtlpEncoding = 'protobuf' | 'json';

/** Points left out of a request. */
export class Rejections {
  points = 0;
  /** Of these, how many are no points at all: damaged, or something else. */
  damaged = 0;
  /** Points by reason, in the order in which they came up. */
  readonly byReason = new Map<string, number>();

  add(points: number, reason: string): void {
    this.points += points;
    this.byReason.set(reason, (this.byReason.get(reason) ?? 0) + points);
  }

  /** `3 points: more than 128 attributes`; empty if there are none. */
  message(): string {
    return [...this.byReason]
      .map(([reason, points]) => `${points} ${points === 1 ? 'point' : 'points'}: ${reason}`)
      .join('; ');
  }
}

/**
 * Counts the points of a request, uncompressed, without reading them.
 *
 * @throws {Malformed} if it is none
 * @throws {TooMuch} past a limit of the request
 */
export function outlineOf(body: Uint8Array, encoding: OtlpEncoding, limits: DecodeLimits): Outline {
  return encoding === 'json' ? outlineOfJson(body, limits) : outlineOfProtobuf(body, limits);
}

/**
 * Reads the points of a request, at most `size` at a time, so that neither memory nor the event loop
 * has to bear them all at once. What cannot be read is left out and counted.
 */
export function* batchesOf(
  outline: Outline,
  size: number,
  rejections: Rejections,
): Generator<readonly DecodedResourceMetrics[], void> {
  let batch = new Batch();
  for (const { resource, schemaUrl, scopes } of outline.resources) {
    batch.beginResource(resource, schemaUrl);
    for (const scope of scopes) {
      batch.beginScope(scope.scope, scope.schemaUrl);
      for (const metric of scope.metrics) {
        if (metric.kind === undefined) {
          rejections.add(1, `the metric '${metric.name}' has no data of a kind that is known`);
          continue;
        }
        let at = 0;
        do {
          const end = Math.min(metric.points, at + size - batch.points);
          batch.add(metricOf(metric, at, end, rejections), end - at);
          at = end;
          if (batch.points < size) continue;
          yield batch.resources;
          batch = new Batch();
          batch.beginResource(resource, schemaUrl);
          batch.beginScope(scope.scope, scope.schemaUrl);
        } while (at < metric.points);
      }
    }
  }
  yield batch.resources;
}

/**
 * Decodes the body of an OTLP metrics request (protobuf, uncompressed) at one go, without limits: for
 * requests that are known to be harmless. Throws if it is none, or if any of it cannot be read.
 */
export function decodeMetricsRequest(bytes: Uint8Array): readonly DecodedResourceMetrics[] {
  const rejections = new Rejections();
  const outline = outlineOfProtobuf(bytes, NO_LIMITS);
  const [all = []] = batchesOf(outline, Number.POSITIVE_INFINITY, rejections);
  if (rejections.byReason.size > 0) throw new Malformed(rejections.message());
  return all;
}

/** A part of a request that is being put together. */
class Batch {
  points = 0;
  readonly resources: DecodedResourceMetrics[] = [];
  private scopes: DecodedScopeMetrics[] = [];
  private metrics: DecodedMetric[] = [];

  beginResource(resource: DecodedResourceMetrics['resource'], schemaUrl: string): void {
    this.scopes = [];
    this.resources.push({ resource, schemaUrl, scopes: this.scopes });
  }

  beginScope(scope: DecodedScopeMetrics['scope'], schemaUrl: string): void {
    this.metrics = [];
    this.scopes.push({ scope, schemaUrl, metrics: this.metrics });
  }

  add(metric: DecodedMetric, points: number): void {
    this.metrics.push(metric);
    this.points += points;
  }
}

/** A metric with its points from `from` up to `to`. */
function metricOf(
  metric: MetricOutline,
  from: number,
  to: number,
  rejections: Rejections,
): DecodedMetric {
  const { name, description, unit, kind, temporality, monotonic } = metric;
  const points: DecodedPoint[] = [];
  for (let i = from; i < to; i++) {
    try {
      points.push(metric.read(i));
    } catch (error) {
      if (!(error instanceof BadPoint) && !(error instanceof Malformed)) throw error;
      rejections.add(1, error.message);
      if (error instanceof Malformed) rejections.damaged += 1;
    }
  }
  const base = { name, description, unit, points };
  if (kind === 'gauge' || kind === 'summary') return { ...base, kind } as DecodedMetric;
  if (kind === 'sum') return { ...base, kind, temporality, monotonic } as DecodedMetric;
  return { ...base, kind, temporality } as DecodedMetric;
}
