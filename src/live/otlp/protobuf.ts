import { AttributeList, cut } from './attributes.js';
import { Cursor } from './cursor.js';
import { type DecodeLimits, TooMuch } from './limits.js';
import {
  type MetricOutline,
  type Outline,
  type ResourceOutline,
  type ScopeOutline,
  temporalityOf,
} from './outline.js';
import {
  readExponentialPoint,
  readHistogramPoint,
  readNumberPoint,
  readSummaryPoint,
} from './points.js';
import type { DecodedMetric, DecodedPoint, OtlpAttributes } from './types.js';

/** By the number of the field that a `Metric` has its data in. */
const KINDS: Readonly<Record<number, DecodedMetric['kind']>> = {
  5: 'gauge',
  7: 'sum',
  9: 'histogram',
  10: 'exponentialHistogram',
  11: 'summary',
};

const READ: Readonly<
  Record<DecodedMetric['kind'], (cursor: Cursor, limits: DecodeLimits) => DecodedPoint>
> = {
  gauge: readNumberPoint,
  sum: readNumberPoint,
  histogram: readHistogramPoint,
  exponentialHistogram: readExponentialPoint,
  summary: readSummaryPoint,
};

/**
 * Reads an `ExportMetricsServiceRequest` but for its points, which it counts. The field numbers are
 * those of opentelemetry/proto/metrics/v1/metrics.proto.
 *
 * @throws {Malformed} if the bytes are none
 * @throws {TooMuch} past a limit of the request
 */
export function outlineOfProtobuf(bytes: Uint8Array, limits: DecodeLimits): Outline {
  return new ProtobufOutline(bytes, limits).request();
}

class ProtobufOutline {
  private readonly cursor: Cursor;
  private points = 0;
  private parts = 0;

  constructor(
    bytes: Uint8Array,
    private readonly limits: DecodeLimits,
  ) {
    this.cursor = new Cursor(bytes);
  }

  request(): Outline {
    const resources: ResourceOutline[] = [];
    while (this.cursor.next()) {
      if (this.cursor.field === 1) resources.push(this.resourceMetrics());
      else this.cursor.skip();
    }
    return { resources, points: this.points };
  }

  private resourceMetrics(): ResourceOutline {
    this.countPart();
    const { cursor } = this;
    const outer = cursor.enter();
    let resource: OtlpAttributes = {};
    let schemaUrl = '';
    const scopes: ScopeOutline[] = [];
    while (cursor.next()) {
      if (cursor.field === 1) resource = this.resource();
      else if (cursor.field === 2) scopes.push(this.scopeMetrics());
      else if (cursor.field === 3) schemaUrl = this.text();
      else cursor.skip();
    }
    cursor.leave(outer);
    return { resource, schemaUrl, scopes };
  }

  private resource(): OtlpAttributes {
    const { cursor } = this;
    const outer = cursor.enter();
    const attributes = new AttributeList(this.limits, 'cut');
    while (cursor.next()) {
      if (cursor.field === 1) attributes.read(cursor);
      else cursor.skip();
    }
    cursor.leave(outer);
    return attributes.result();
  }

  private scopeMetrics(): ScopeOutline {
    this.countPart();
    const { cursor } = this;
    const outer = cursor.enter();
    let scope: ScopeOutline['scope'] = { name: '', version: '', attributes: {} };
    let schemaUrl = '';
    const metrics: MetricOutline[] = [];
    while (cursor.next()) {
      if (cursor.field === 1) scope = this.scope();
      else if (cursor.field === 2) metrics.push(this.metric());
      else if (cursor.field === 3) schemaUrl = this.text();
      else cursor.skip();
    }
    cursor.leave(outer);
    return { scope, schemaUrl, metrics };
  }

  private scope(): ScopeOutline['scope'] {
    const { cursor } = this;
    const outer = cursor.enter();
    let name = '';
    let version = '';
    const attributes = new AttributeList(this.limits, 'cut');
    while (cursor.next()) {
      if (cursor.field === 1) name = this.text();
      else if (cursor.field === 2) version = this.text();
      else if (cursor.field === 3) attributes.read(cursor);
      else cursor.skip();
    }
    cursor.leave(outer);
    return { name, version, attributes: attributes.result() };
  }

  private metric(): MetricOutline {
    this.countPart();
    const { cursor, limits } = this;
    const outer = cursor.enter();
    let name = '';
    let description = '';
    let unit = '';
    let kind: DecodedMetric['kind'] | undefined;
    let data: Data = NO_DATA;
    while (cursor.next()) {
      const known = KINDS[cursor.field];
      if (cursor.field === 1) name = this.text();
      else if (cursor.field === 2) description = this.text();
      else if (cursor.field === 3) unit = this.text();
      else if (known !== undefined) {
        kind = known;
        data = this.data();
      } else cursor.skip();
    }
    cursor.leave(outer);
    const { positions, temporality, monotonic } = data;
    const read = READ[kind ?? 'gauge'];
    return {
      name,
      description,
      unit,
      kind,
      temporality: temporalityOf(temporality),
      monotonic,
      points: positions.length,
      read: (index) => {
        cursor.enterAt(positions[index] as number);
        return read(cursor, limits);
      },
    };
  }

  /** The fields that the messages with data points have in common. */
  private data(): Data {
    const { cursor } = this;
    const outer = cursor.enter();
    const positions: number[] = [];
    let temporality = 0;
    let monotonic = false;
    while (cursor.next()) {
      if (cursor.field === 1) {
        this.points += 1;
        if (this.points > this.limits.points) {
          throw new TooMuch(`the request has more than ${this.limits.points} points; send fewer`);
        }
        positions.push(cursor.position);
        cursor.skipMessage();
      } else if (cursor.field === 2) temporality = cursor.uint();
      else if (cursor.field === 3) monotonic = cursor.uint() !== 0;
      else cursor.skip();
    }
    cursor.leave(outer);
    return { positions, temporality, monotonic };
  }

  private countPart(): void {
    this.parts += 1;
    if (this.parts > this.limits.metrics) {
      throw new TooMuch(`the request has more than ${this.limits.metrics} metrics; send fewer`);
    }
  }

  private text(): string {
    return cut(this.cursor.text(), this.limits);
  }
}

interface Data {
  /** Where the points begin, with their lengths. */
  readonly positions: readonly number[];
  readonly temporality: number;
  readonly monotonic: boolean;
}

const NO_DATA: Data = { positions: [], temporality: 0, monotonic: false };
