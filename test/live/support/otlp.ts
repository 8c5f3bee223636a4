import fc from 'fast-check';
import { type Message, official } from '../../support/official-otlp/definitions.js';

/** Encodes a request with the official definitions. */
export function encodeRequest(request: Message): Uint8Array {
  const { ExportMetricsServiceRequest: type } = official;
  return type.encode(type.fromObject(request)).finish();
}

/** The same request in OTLP's JSON mapping: ids in hexadecimal, other bytes in base64. */
export function jsonOf(request: Message): unknown {
  const { ExportMetricsServiceRequest: type } = official;
  const message = type.toObject(type.decode(encodeRequest(request)), {
    longs: String,
    bytes: String,
    enums: Number,
    json: true,
  });
  return JSON.parse(JSON.stringify(message), (key, value) =>
    key === 'traceId' || key === 'spanId' ? Buffer.from(value, 'base64').toString('hex') : value,
  );
}

const text = fc.oneof(fc.constantFrom('', 'a', '__proto__', '<b>', 'é😀'), fc.string());
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const uint = fc.nat({ max: 2 ** 31 }).map(String);
const nanos = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String);
/** JSON knows no -0. */
const double = fc.oneof(fc.double(), fc.constantFrom(0, Number.NaN, 1e308)).map((it) => it + 0);

const { value } = fc.letrec<{ value: Message }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.record({ stringValue: text }),
    fc.record({ boolValue: fc.boolean() }),
    fc.record({ intValue: int64 }),
    fc.record({ doubleValue: double }),
    fc.record({ bytesValue: fc.uint8Array({ maxLength: 9 }) }),
    fc.constant({}),
    fc.array(tie('value'), { maxLength: 3 }).map((values): Message => ({ arrayValue: { values } })),
    fc
      .array(fc.record({ key: text, value: tie('value') }), { maxLength: 3 })
      .map((values): Message => ({ kvlistValue: { values } })),
  ),
}));

const attributes = fc.array(fc.record({ key: text, value }, { requiredKeys: ['key'] }), {
  maxLength: 4,
});
const number = fc.oneof(fc.record({ asDouble: double }), fc.record({ asInt: int64 }));
const exemplar = fc
  .record(
    {
      filteredAttributes: attributes,
      timeUnixNano: nanos,
      spanId: fc.uint8Array({ minLength: 8, maxLength: 8 }),
      traceId: fc.uint8Array({ minLength: 16, maxLength: 16 }),
      number,
    },
    { requiredKeys: ['number'] },
  )
  .map(({ number: it, ...rest }) => ({ ...rest, ...it }));
const base = {
  attributes,
  startTimeUnixNano: nanos,
  timeUnixNano: nanos,
  flags: fc.constantFrom(0, 1, 2 ** 32 - 1),
  exemplars: fc.array(exemplar, { maxLength: 2 }),
};
const distribution = { ...base, count: uint, sum: double, min: double, max: double };
const some = { requiredKeys: [] } satisfies { requiredKeys: [] };
const numberPoint = fc
  .tuple(fc.record(base, some), number)
  .map(([point, it]): Message => ({ ...point, ...it }));
const buckets = fc.record(
  { offset: fc.integer(), bucketCounts: fc.array(uint, { maxLength: 5 }) },
  some,
);
const histogramPoint = fc.record(
  {
    ...distribution,
    explicitBounds: fc.array(double, { maxLength: 4 }),
    bucketCounts: fc.array(uint, { maxLength: 5 }),
  },
  some,
);
const exponentialPoint = fc.record(
  {
    ...distribution,
    scale: fc.integer({ min: -10, max: 20 }),
    zeroCount: uint,
    zeroThreshold: double,
    positive: buckets,
    negative: buckets,
  },
  some,
);
const { exemplars: _none, ...plainBase } = base;
const summaryPoint = fc.record(
  {
    ...plainBase,
    count: uint,
    sum: double,
    quantileValues: fc.array(fc.record({ quantile: double, value: double }), { maxLength: 3 }),
  },
  some,
);
const aggregationTemporality = fc.constantFrom(0, 1, 2);
const points = <T>(point: fc.Arbitrary<T>) => fc.array(point, { maxLength: 4 });
const data = fc.oneof(
  points(numberPoint).map((dataPoints): Message => ({ gauge: { dataPoints } })),
  fc
    .record({
      dataPoints: points(numberPoint),
      aggregationTemporality,
      isMonotonic: fc.boolean(),
    })
    .map((sum): Message => ({ sum })),
  fc
    .record({ dataPoints: points(histogramPoint), aggregationTemporality })
    .map((histogram): Message => ({ histogram })),
  fc
    .record({ dataPoints: points(exponentialPoint), aggregationTemporality })
    .map((exponentialHistogram): Message => ({ exponentialHistogram })),
  points(summaryPoint).map((dataPoints): Message => ({ summary: { dataPoints } })),
);
const metric = fc
  .tuple(fc.record({ name: text, description: text, unit: text }, some), data)
  .map(([head, it]): Message => ({ ...head, ...it }));
const scopeMetrics = fc.record(
  {
    scope: fc.record({ name: text, version: text, attributes }, some),
    metrics: fc.array(metric, { maxLength: 4 }),
    schemaUrl: text,
  },
  some,
);

/** Any request that the protocol knows. */
export const anyRequest: fc.Arbitrary<Message> = fc.record({
  resourceMetrics: fc.array(
    fc.record(
      {
        resource: fc.record({ attributes }, some),
        scopeMetrics: fc.array(scopeMetrics, { maxLength: 3 }),
        schemaUrl: text,
      },
      some,
    ),
    { maxLength: 2 },
  ),
});
