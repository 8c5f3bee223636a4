import { cut } from './attributes.js';
import { Malformed } from './cursor.js';
import {
  exponentialPointOf,
  histogramPointOf,
  numberPointOf,
  summaryPointOf,
} from './json-points.js';
import {
  attributesOf,
  booleanOf,
  field,
  integer,
  type JsonObject,
  listOf,
  objectOf,
  textOf,
} from './json-values.js';
import { type DecodeLimits, TooMuch } from './limits.js';
import {
  type MetricOutline,
  type Outline,
  type ResourceOutline,
  type ScopeOutline,
  temporalityOf,
} from './outline.js';
import type { DecodedMetric, DecodedPoint } from './types.js';

/** Objects and arrays in a body, and how deep: past it `JSON.parse` would take very much memory. */
const MOST_CONTAINERS = 2_000_000;
const MOST_DEPTH = 200;

const READ: Readonly<
  Record<DecodedMetric['kind'], (point: JsonObject, limits: DecodeLimits) => DecodedPoint>
> = {
  gauge: numberPointOf,
  sum: numberPointOf,
  histogram: histogramPointOf,
  exponentialHistogram: exponentialPointOf,
  summary: summaryPointOf,
};

/** By the field that a metric has its data in. */
const KINDS: Readonly<Record<string, DecodedMetric['kind']>> = {
  gauge: 'gauge',
  sum: 'sum',
  histogram: 'histogram',
  exponential_histogram: 'exponentialHistogram',
  summary: 'summary',
};

const TEMPORALITIES: Readonly<Record<string, number>> = {
  AGGREGATION_TEMPORALITY_UNSPECIFIED: 0,
  AGGREGATION_TEMPORALITY_DELTA: 1,
  AGGREGATION_TEMPORALITY_CUMULATIVE: 2,
};

/**
 * Reads an `ExportMetricsServiceRequest` in OTLP's JSON mapping, but for its points, which it counts.
 * Fields that are not known are passed over. Parsing blocks: about 150 ms for a body of 20 MiB.
 *
 * @throws {Malformed} if it is none
 * @throws {TooMuch} past a limit of the request
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function outlineOfJson(body: Uint8Array, limits: DecodeLimits): Outline {
  const request = objectOf(parse(body), 'the body');
  return new JsonOutline(limits).request(request);
}

function parse(body: Uint8Array): unknown {
  checkShape(body);
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch (error) {
    throw new Malformed((error as Error).message);
  }
}

const [QUOTE, BACKSLASH, OPEN, OPEN_LIST, CLOSE, CLOSE_LIST] = [...Buffer.from('"\\{[}]')];

/** An object takes 50 bytes of memory for two in the body, so that they are counted before. */
function checkShape(body: Uint8Array): void {
  let containers = 0;
  let depth = 0;
  let isText = false;
  for (let i = 0; i < body.length; i++) {
    const byte = body[i];
    if (isText) {
      if (byte === BACKSLASH) i += 1;
      else if (byte === QUOTE) isText = false;
    } else if (byte === QUOTE) isText = true;
    else if (byte === OPEN || byte === OPEN_LIST) {
      containers += 1;
      depth += 1;
      if (depth > MOST_DEPTH) throw new Malformed(`nested deeper than ${MOST_DEPTH}`);
    } else if (byte === CLOSE || byte === CLOSE_LIST) depth -= 1;
  }
  if (containers > MOST_CONTAINERS) {
    throw new TooMuch(`the request has more than ${MOST_CONTAINERS} objects; send fewer points`);
  }
}

class JsonOutline {
  private points = 0;
  private parts = 0;

  constructor(private readonly limits: DecodeLimits) {}

  request(message: JsonObject): Outline {
    const resources = listOf(message, 'resource_metrics').map((it) => this.resourceMetrics(it));
    return { resources, points: this.points };
  }

  private resourceMetrics(value: unknown): ResourceOutline {
    this.countPart();
    const message = objectOf(value, 'an element of resource_metrics');
    const resource = objectOf(field(message, 'resource') ?? {}, 'resource');
    return {
      resource: attributesOf(resource, 'attributes', this.limits, 'cut'),
      schemaUrl: this.text(message, 'schema_url'),
      scopes: listOf(message, 'scope_metrics').map((it) => this.scopeMetrics(it)),
    };
  }

  private scopeMetrics(value: unknown): ScopeOutline {
    this.countPart();
    const message = objectOf(value, 'an element of scope_metrics');
    const scope = objectOf(field(message, 'scope') ?? {}, 'scope');
    return {
      scope: {
        name: this.text(scope, 'name'),
        version: this.text(scope, 'version'),
        attributes: attributesOf(scope, 'attributes', this.limits, 'cut'),
      },
      schemaUrl: this.text(message, 'schema_url'),
      metrics: listOf(message, 'metrics').map((it) => this.metric(it)),
    };
  }

  private metric(value: unknown): MetricOutline {
    this.countPart();
    const message = objectOf(value, 'an element of metrics');
    const name = Object.keys(KINDS).find((it) => field(message, it) !== undefined);
    const data = name === undefined ? {} : objectOf(field(message, name), name);
    const kind = name === undefined ? undefined : (KINDS[name] as DecodedMetric['kind']);
    const read = READ[kind ?? 'gauge'];
    const points = listOf(data, 'data_points');
    this.points += points.length;
    if (this.points > this.limits.points) {
      throw new TooMuch(`the request has more than ${this.limits.points} points; send fewer`);
    }
    return {
      name: this.text(message, 'name'),
      description: this.text(message, 'description'),
      unit: this.text(message, 'unit'),
      kind,
      temporality: temporalityOf(codeOf(field(data, 'aggregation_temporality') ?? 0)),
      monotonic: booleanOf(data, 'is_monotonic'),
      points: points.length,
      read: (index) => read(objectOf(points[index], 'a point'), this.limits),
    };
  }

  private countPart(): void {
    this.parts += 1;
    if (this.parts > this.limits.metrics) {
      throw new TooMuch(`the request has more than ${this.limits.metrics} metrics; send fewer`);
    }
  }

  private text(message: JsonObject, name: string): string {
    return cut(textOf(message, name), this.limits);
  }
}

/** An enum is a name or a number. */
function codeOf(value: unknown): number {
  if (typeof value !== 'string') return integer(value, 'aggregation_temporality');
  // A name of a later version is as good as none.
  return (Object.hasOwn(TEMPORALITIES, value) ? TEMPORALITIES[value] : undefined) ?? 0;
}
