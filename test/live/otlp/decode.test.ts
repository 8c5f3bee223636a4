import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Malformed } from '../../../src/live/otlp/cursor.js';
import {
  batchesOf,
  decodeMetricsRequest,
  type OtlpEncoding,
  outlineOf,
  Rejections,
} from '../../../src/live/otlp/decode.js';
import {
  DECODE_LIMITS,
  type DecodeLimits,
  NO_LIMITS,
  TooMuch,
} from '../../../src/live/otlp/limits.js';
import type { DecodedResourceMetrics } from '../../../src/live/otlp/types.js';
import type { Message } from '../../support/official-otlp/definitions.js';
import { PROPERTY_TIMEOUT, tries } from '../../support/property.js';
import { anyRequest, encodeRequest, jsonOf } from '../support/otlp.js';

interface Read {
  readonly resources: readonly DecodedResourceMetrics[];
  readonly rejections: Rejections;
  readonly batches: number;
}

function read(
  body: Uint8Array,
  encoding: OtlpEncoding = 'protobuf',
  limits: DecodeLimits = DECODE_LIMITS,
  size = Number.POSITIVE_INFINITY,
): Read {
  const rejections = new Rejections();
  const batches = [...batchesOf(outlineOf(body, encoding, limits), size, rejections)];
  return { resources: batches.flat(), rejections, batches: batches.length };
}

function readJson(request: unknown, limits?: DecodeLimits): Read {
  return read(Buffer.from(JSON.stringify(request)), 'json', limits);
}

/** A request of one metric. */
function requestOf(metric: Message): Message {
  return { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'm', ...metric }] }] }] };
}

/** A request of one gauge with these points. */
function gaugeOf(...dataPoints: readonly Message[]): Message {
  return requestOf({ gauge: { dataPoints } });
}

function pointsOf({ resources }: Read) {
  const all = resources.flatMap(({ scopes }) => scopes.flatMap(({ metrics }) => metrics));
  return all.flatMap(({ points }) => [...points]);
}

/** Each of a point's attributes. */
function attribute(key: string, value: Message): Message {
  return { attributes: [{ key, value }] };
}

describe('protobuf and JSON', () => {
  it(
    'say the same: whatever the official definitions encode',
    () => {
      fc.assert(
        fc.property(anyRequest, (request) => {
          const json = JSON.stringify(jsonOf(request));
          const fromJson = read(Buffer.from(json), 'json', NO_LIMITS);
          const fromProtobuf = read(encodeRequest(request), 'protobuf', NO_LIMITS);
          expect(fromJson.rejections.message()).toBe('');
          expect(fromProtobuf.rejections.message()).toBe('');
          expect(fromJson.resources).toEqual(fromProtobuf.resources);
        }),
        tries(300),
      );
    },
    PROPERTY_TIMEOUT,
  );

  it('are what was encoded', () => {
    const request = requestOf({
      unit: 's',
      exponentialHistogram: {
        aggregationTemporality: 1,
        dataPoints: [
          {
            attributes: [
              { key: 'big', value: { intValue: '-9223372036854775808' } },
              { key: 'small', value: { intValue: -3 } },
              { key: 'bytes', value: { bytesValue: Uint8Array.of(0, 255) } },
            ],
            startTimeUnixNano: '1700000000000000001',
            timeUnixNano: '1700000000000000002',
            count: '9',
            sum: 1.5,
            scale: -3,
            zeroCount: 4,
            positive: { offset: -7, bucketCounts: [1, 300] },
            flags: 1,
            exemplars: [{ asInt: -2, traceId: Uint8Array.of(1, 171), timeUnixNano: '5' }],
          },
        ],
      },
    });
    const expected = {
      attributes: { big: -9223372036854775808n, small: -3, bytes: Uint8Array.of(0, 255) },
      startTime: 1700000000000000001n,
      time: 1700000000000000002n,
      count: 9,
      sum: 1.5,
      min: undefined,
      max: undefined,
      scale: -3,
      zeroCount: 4,
      zeroThreshold: 0,
      positive: { offset: -7, bucketCounts: [1, 300] },
      negative: { offset: 0, bucketCounts: [] },
      noRecordedValue: true,
      exemplars: [{ value: -2, time: 5n, attributes: {}, traceId: '01ab', spanId: '' }],
    };
    expect(pointsOf(read(encodeRequest(request)))).toEqual([expected]);
    expect(pointsOf(readJson(jsonOf(request)))).toEqual([expected]);
  });
});

describe('the JSON mapping', () => {
  it('takes names as they are in the definitions, names of enums, numbers in quotes', () => {
    const { resources } = readJson({
      resource_metrics: [
        {
          resource: { attributes: [{ key: 'service.name', value: { string_value: 'shop' } }] },
          scope_metrics: [
            {
              schema_url: 'https://schema',
              metrics: [
                {
                  name: 'm',
                  sum: {
                    data_points: [
                      { as_int: '12', time_unix_nano: '7', start_time_unix_nano: 5, flags: null },
                      { asDouble: '-Infinity' },
                      { asDouble: '1.5' },
                    ],
                    aggregation_temporality: 'AGGREGATION_TEMPORALITY_CUMULATIVE',
                    is_monotonic: true,
                  },
                  ofALaterVersion: { and: ['more'] },
                },
              ],
            },
          ],
        },
      ],
    });
    expect(resources).toMatchObject([
      {
        resource: { 'service.name': 'shop' },
        scopes: [
          {
            schemaUrl: 'https://schema',
            metrics: [
              {
                kind: 'sum',
                temporality: 'cumulative',
                monotonic: true,
                points: [
                  { value: 12, integer: true, time: 7n, startTime: 5n },
                  { value: Number.NEGATIVE_INFINITY, integer: false },
                  { value: 1.5 },
                ],
              },
            ],
          },
        ],
      },
    ]);
  });

  it.each([
    ['', 'JSON'],
    ['[]', 'the body is no object'],
    ['{"resourceMetrics":{}}', 'resource_metrics is no array'],
    ['{"resourceMetrics":[1]}', 'an element of resource_metrics is no object'],
    ['{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":1}]}]}]}', 'name is no string'],
    [`{"a":${'['.repeat(300)}`, 'nested deeper'],
    [`{"a":"${'['.repeat(300)}\\"`, 'JSON'],
  ])('is not %j', (body, message) => {
    expect(() => read(Buffer.from(body), 'json')).toThrow(Malformed);
    expect(() => read(Buffer.from(body), 'json')).toThrow(message);
  });

  it.each([
    { asInt: 'x' },
    { asInt: 1.5 },
    { asDouble: '' },
    { asDouble: true },
    { timeUnixNano: 'soon' },
    { attributes: 'a' },
    { attributes: [{ key: 'a', value: 'bare' }] },
    { exemplars: [{ traceId: 'no hex' }] },
    'no point',
  ])('loses %j alone', (bad) => {
    const request = gaugeOf({ asInt: 1 });
    const found = readJson(
      JSON.parse(
        JSON.stringify(request).replace('[{"asInt":1}', `[{"asInt":1},${JSON.stringify(bad)}`),
      ),
    );
    expect(pointsOf(found)).toHaveLength(1);
    expect(found.rejections).toMatchObject({ points: 1, damaged: 1 });
  });

  it('with very many objects is refused before it is parsed', () => {
    const body = Buffer.from(`{"a":[${'{},'.repeat(2_000_001)}{}]}`);
    expect(() => read(body, 'json')).toThrow(TooMuch);
  });
});

describe('a request', () => {
  const text = (value: string): Message => ({ stringValue: value });
  const nested = (depth: number): Message =>
    depth === 0 ? text('x') : { arrayValue: { values: [nested(depth - 1)] } };
  const many = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ key: `k${i}`, value: text('v') }));

  it.each<[string, Message]>([
    ['more than 128 attributes', { attributes: many(129) }],
    ['a text of more than 4096 bytes', attribute('k', text('é'.repeat(2_049)))],
    ['a text of more than 4096 bytes', attribute('k'.repeat(4_097), text(''))],
    ['nested deeper than 8', attribute('k', nested(9))],
    ['more than 4096 bytes', attribute('k', { bytesValue: new Uint8Array(4_097) })],
    [
      'more than 128 of them',
      attribute('k', { arrayValue: { values: Array.from({ length: 129 }, () => text('')) } }),
    ],
    ['more than 128 of them', attribute('k', { kvlistValue: { values: many(129) } })],
    ['more than 1000 exemplars', { exemplars: Array.from({ length: 1_001 }, () => ({})) }],
  ])('loses a point with %s, and keeps the others', (reason, point) => {
    const request = gaugeOf({ asInt: 1 }, point, { asInt: 2 });
    for (const found of [read(encodeRequest(request)), readJson(jsonOf(request))]) {
      expect(pointsOf(found)).toMatchObject([{ value: 1 }, { value: 2 }]);
      expect(found.rejections.points).toBe(1);
      expect(found.rejections.damaged).toBe(0);
      expect(found.rejections.message()).toContain(reason.replace('attributes', ''));
    }
  });

  it.each<[string, Message]>([
    ['bounds', { histogram: { dataPoints: [{ explicitBounds: Array(4_097).fill(1) }] } }],
    ['counts', { histogram: { dataPoints: [{ bucketCounts: Array(4_097).fill(1) }] } }],
    [
      'exponential buckets',
      {
        exponentialHistogram: {
          dataPoints: [{ positive: { bucketCounts: Array(4_097).fill(1) } }],
        },
      },
    ],
    ['quantiles', { summary: { dataPoints: [{ quantileValues: Array(4_097).fill({}) }] } }],
  ])('loses a point with too many %s', (_, metric) => {
    for (const found of [
      read(encodeRequest(requestOf(metric))),
      readJson(jsonOf(requestOf(metric))),
    ]) {
      expect(pointsOf(found)).toEqual([]);
      expect(found.rejections.message()).toMatch(/^1 point: more than 4096/);
    }
  });

  it('takes a point within the limits', () => {
    const point = { ...attribute('k', nested(8)), asInt: 1 };
    const wide = { attributes: many(128), asInt: 2 };
    const long = { ...attribute('k', text('x'.repeat(4_096))), asInt: 3 };
    const request = gaugeOf(point, wide, long);
    expect(pointsOf(read(encodeRequest(request)))).toHaveLength(3);
    expect(pointsOf(readJson(jsonOf(request)))).toHaveLength(3);
  });

  it('is cut where it describes a process at length', () => {
    const attributes = [
      { key: 'command', value: text('x'.repeat(10_000)) },
      { key: 'deep', value: nested(20) },
      ...many(200),
    ];
    const request = {
      resourceMetrics: [{ resource: { attributes }, scopeMetrics: [{ metrics: [{}] }] }],
    };
    for (const { resources } of [read(encodeRequest(request)), readJson(jsonOf(request))]) {
      const resource = resources[0]?.resource ?? {};
      expect(String(resource['command']).length).toBe(1_365);
      expect(Object.keys(resource)).toHaveLength(128);
    }
  });

  it('with a metric of no known kind loses that alone', () => {
    const request = {
      resourceMetrics: [
        {
          scopeMetrics: [
            { metrics: [{ name: 'odd' }, { name: 'm', gauge: { dataPoints: [{}] } }] },
          ],
        },
      ],
    };
    for (const found of [read(encodeRequest(request)), readJson(jsonOf(request))]) {
      expect(pointsOf(found)).toHaveLength(1);
      expect(found.rejections.message()).toContain("the metric 'odd' has no data");
    }
  });

  it('with too many points or metrics is refused as a whole, before one is read', () => {
    const limits = { ...DECODE_LIMITS, points: 2, metrics: 4 };
    const points = encodeRequest(gaugeOf({}, {}, {}));
    expect(() => outlineOf(points, 'protobuf', limits)).toThrow(TooMuch);
    expect(() => readJson(gaugeOf({}, {}, {}), limits)).toThrow(TooMuch);
    const metrics = { resourceMetrics: [{ scopeMetrics: [{ metrics: [{}, {}, {}] }] }] };
    expect(() => outlineOf(encodeRequest(metrics), 'protobuf', limits)).toThrow(TooMuch);
    expect(() => readJson(metrics, limits)).toThrow(TooMuch);
  });

  it('is read in parts that are together the whole', () => {
    const dataPoints = Array.from({ length: 10 }, (_, i) => ({ asInt: i }));
    const request = {
      resourceMetrics: [1, 2].map((i) => ({
        resource: { attributes: [{ key: 'i', value: { intValue: i } }] },
        scopeMetrics: [{ scope: { name: 's' }, metrics: [{ name: 'm', gauge: { dataPoints } }] }],
      })),
    };
    const found = read(encodeRequest(request), 'protobuf', DECODE_LIMITS, 3);
    expect(found.batches).toBe(7);
    const sums = new Map<unknown, number>();
    for (const { resource, scopes } of found.resources) {
      for (const { scope, metrics } of scopes) {
        expect(scope.name).toBe('s');
        for (const { points } of metrics) {
          const key = resource['i'];
          sums.set(key, (sums.get(key) ?? 0) + points.length);
        }
      }
    }
    expect([...sums]).toEqual([
      [1, 10],
      [2, 10],
    ]);
  });
});

describe('bytes that are no request', () => {
  it.each<[string, readonly number[]]>([
    ['a field longer than the body', [0x0a, 0x05, 0x00]],
    ['a length without an end', [0x0a, 0xff]],
    ['a number of more than 64 bits', [0x08, ...Array(11).fill(0xff), 0]],
    ['a group', [0x0b, 0x0c]],
    ['a field without a number', [0x00, 0x00]],
    ['a resource that is a number', [0x0a, 0x02, 0x08, 0x01]],
  ])('%s', (_, bytes) => {
    expect(() => read(Uint8Array.from(bytes))).toThrow(Malformed);
  });

  it(
    'end in Malformed and nothing else, whatever they are',
    () => {
      const damaged = fc
        .tuple(anyRequest, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 5 }))
        .map(([request, changes]) => {
          const bytes = Uint8Array.from(encodeRequest(request));
          for (const [at, to] of changes) if (bytes.length > 0) bytes[at % bytes.length] = to;
          return bytes;
        });
      fc.assert(
        fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 200 })), (bytes) => {
          for (const encoding of ['protobuf', 'json'] as const) {
            try {
              read(bytes, encoding, DECODE_LIMITS, 2);
            } catch (error) {
              expect(error).toBeInstanceOf(Malformed);
            }
          }
        }),
        tries(500),
      );
    },
    PROPERTY_TIMEOUT,
  );

  it('throw where everything must be read', () => {
    expect(() => decodeMetricsRequest(Uint8Array.of(0x0a, 0x05))).toThrow(Malformed);
    expect(() => decodeMetricsRequest(encodeRequest(requestOf({})))).toThrow('has no data');
  });
});
