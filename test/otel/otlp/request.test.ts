import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  attr,
  buckets,
  counter,
  defineRegistry,
  gauge,
  histogram,
  type TemporalityPreference,
} from '../../../src/index.js';
import { rowsOf } from '../../../src/otel/row-metrics.js';
import { openRegistry } from '../../support/open-registry.js';
import { PROPERTY_TIMEOUT, tries } from '../../support/property.js';
import { readOurs, readTheirs, rowBatches } from '../../support/row-batches.js';

/** Names, texts and values that an encoder could trip over. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    'é',
    '漢字',
    '😀',
    '\ud800',
    'a\udfff',
    '\u0000',
    'x'.repeat(127),
    'x'.repeat(128),
  ),
  // Longer than a length of one byte tells, and than one of two bytes in UTF-8.
  fc.constantFrom('ü'.repeat(64), '漢'.repeat(255), 'x'.repeat(1_000)),
);
const int = fc.oneof(
  fc.maxSafeInteger(),
  fc.constantFrom(
    0,
    -0,
    1,
    -1,
    127,
    128,
    -128,
    2 ** 31,
    -(2 ** 31),
    2 ** 32,
    2 ** 53 - 1,
    -(2 ** 53) + 1,
  ),
);
const amount = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true, min: 0, max: 1e300 }),
  fc.nat(20),
  fc.constantFrom(0, Number.MIN_VALUE, 2 ** 53, 1e15),
);

const measurement = fc.record({
  what: fc.constantFrom('calls', 'level', 'temperature', 'latency', 'size', 'small'),
  text: fc.option(text, { nil: undefined }),
  int: fc.option(int, { nil: undefined }),
  flag: fc.option(fc.boolean(), { nil: undefined }),
  value: amount,
  times: fc.constantFrom(1, 1, 1, 200),
});

type Measurement = typeof measurement extends fc.Arbitrary<infer T> ? T : never;

function open(description: string) {
  const attributes = {
    text: attr.string().optional(),
    // Comes first wherever an object is enumerated.
    7: attr.int().optional(),
    'clé.😀': attr.boolean().optional(),
  };
  const bounded = { attributes, maxSeries: 6 };
  return openRegistry({
    calls: counter({ name: 'calls', unit: '{call}', description, ...bounded }),
    level: { ...counter({ name: 'level', unit: '1', ...bounded }), kind: 'upDownCounter' as const },
    temperature: gauge({ name: 'temperature', unit: 'Cel', description, ...bounded }),
    latency: histogram({
      name: 'latency',
      unit: 's',
      buckets: buckets.explicit([0, 0.1, 1, 10, 1e9]),
      ...bounded,
    }),
    size: histogram({ name: 'size', unit: 'By', buckets: buckets.base2(), ...bounded }),
    small: histogram({
      name: 'small',
      unit: 'By',
      buckets: buckets.base2({ maxSize: 2 }),
      ...bounded,
    }),
  });
}

function record({ metrics }: ReturnType<typeof open>, it: Measurement): void {
  const attributes = { text: it.text, 7: it.int, 'clé.😀': it.flag };
  for (let i = 0; i < it.times; i++) {
    if (it.what === 'calls' || it.what === 'level') metrics[it.what].add(it.value, attributes);
    else if (it.what === 'temperature') metrics.temperature.record(-it.value, attributes);
    else metrics[it.what as 'latency'].record(it.value, attributes);
  }
}

describe('a request written from rows', () => {
  it.each<TemporalityPreference>(['cumulative', 'delta', 'lowmemory'])(
    'says what the official serializer says of the same points: %s',
    async (temporality) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(measurement, { maxLength: 25 }), { minLength: 1, maxLength: 3 }),
          fc.constantFrom('', 'What is counted: ½ of all.'),
          async (intervals, description) => {
            const opened = open(description);
            const collect = rowBatches(opened.metrics, temporality);
            for (const measurements of intervals) {
              for (const it of measurements) record(opened, it);
              opened.clock.advance(1_234.567);
              const batch = await collect();
              const metrics = batch.scopeMetrics.flatMap((scope) => scope.metrics);
              expect(metrics.every((metric) => rowsOf(metric) !== undefined)).toBe(true);
              const ours = readOurs(batch);
              if (metrics.length > 0) expect(ours).toEqual(readTheirs(batch));
              // Whoever has asked for objects gets what they say.
              expect(metrics.every((metric) => rowsOf(metric) === undefined)).toBe(true);
              expect(readOurs(batch)).toEqual(ours);
            }
          },
        ),
        tries(60),
      );
    },
    PROPERTY_TIMEOUT,
  );

  it('has the schema of the scope', async () => {
    const metrics = defineRegistry({
      scope: { name: 'test', version: '1', schemaUrl: 'https://example.com/schemas/1.0.0' },
      instruments: { calls: counter({ name: 'calls', unit: '{call}' }) },
    });
    metrics.calls.add(1);
    const batch = await rowBatches(metrics, 'delta')();
    const ours = readOurs(batch);
    expect(ours[0]?.scopes[0]?.schemaUrl).toBe('https://example.com/schemas/1.0.0');
    expect(ours).toEqual(readTheirs(batch));
  });
});
