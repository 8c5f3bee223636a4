import { describe, expect, it } from 'vitest';
import { compile, messagesOf } from '../support/compile.js';

/**
 * What the compiler says of each misuse. A message reads as a sentence: what is wrong, and where it
 * can, what is right. Only its essential part is held, since the rest is the compiler's own.
 */
const PREAMBLE = `
import {
  attr, buckets, counter, defineRegistry, gauge, histogram, observableGauge, slo, upDownCounter,
} from '../../src/index.js';

const scope = { name: 'service' };
const latency = histogram({
  name: 'latency',
  unit: 's',
  buckets: buckets.explicit([1, 2]),
  attributes: { model: attr.string(), kind: attr.oneOf('chat', 'embeddings').optional() },
});
const size = histogram({ name: 'size', unit: 'By', buckets: buckets.base2() });
const calls = counter({ name: 'calls', unit: '{call}', attributes: { model: attr.string() } });
const plain = counter({ name: 'plain', unit: '1' });
const depth = observableGauge({ name: 'depth', unit: '1', attributes: { shard: attr.int() } });
const metrics = defineRegistry({ scope, instruments: { latency, size, calls, plain, depth } });
const objective = { objective: 0.99, window: '30d' } as const;
`;

const NO_TIME = 'A timer cannot record in \\"By\\", which is no unit of time.';

/** What is written, and what the compiler says of it. */
const MISUSES: Readonly<Record<string, readonly [source: string, says: string]>> = {
  'an undeclared key': [
    `metrics.calls.add(1, { model: 'a', user: 'b' });`,
    "'user' does not exist in type '{ readonly model: string; }'.",
  ],
  'a missing key': [
    'metrics.calls.add(1, {});',
    "Property 'model' is missing in type '{}' but required in type '{ readonly model: string; }'.",
  ],
  'no attributes at all': ['metrics.calls.add(1);', 'Expected 2 arguments, but got 1.'],
  'a bound series without them': [
    'metrics.calls.bind({});',
    "Property 'model' is missing in type '{}' but required in type '{ readonly model: string; }'.",
  ],
  'attributes where none are declared': [
    `metrics.plain.add(1, { model: 'a' });`,
    '"This instrument declares no attributes."',
  ],
  'a value outside the set': [
    `metrics.latency.record(1, { model: 'a', kind: 'images' });`,
    `Type '"images"' is not assignable to type '"chat" | "embeddings" | undefined'.`,
  ],
  'a value of the wrong type': [
    'metrics.calls.add(1, { model: 5 });',
    "Type 'number' is not assignable to type 'string'.",
  ],
  'an observed value of the wrong type': [
    `metrics.depth.addCallback((result) => result.observe(1, { shard: 'a' }));`,
    "Type 'string' is not assignable to type 'number'.",
  ],
  'a measurement that is no number': [
    `metrics.calls.add('1', { model: 'a' });`,
    "Argument of type 'string' is not assignable to parameter of type 'number'.",
  ],
  'add() on a histogram': [
    `metrics.latency.add(1, { model: 'a' });`,
    "Property 'add' does not exist on type 'Histogram<",
  ],
  'record() on a counter': [
    `metrics.calls.record(1, { model: 'a' });`,
    "Property 'record' does not exist on type 'Counter<",
  ],
  'an instrument that there is not': ['metrics.callz.add(1);', "Did you mean 'calls'?"],
  'a timer in bytes': ['metrics.size.startTimer();', NO_TIME],
  'a timed call in bytes': ['metrics.size.time(() => 1);', NO_TIME],
  'a bound timer in bytes': ['metrics.size.bind().startTimer();', NO_TIME],
  'a unit in words': [
    `counter({ name: 'x', unit: 'seconds' });`,
    `Type '"seconds"' is not assignable to type 'Unit'.`,
  ],
  'a histogram without buckets': [
    `histogram({ name: 'x', unit: 's' });`,
    "Property 'buckets' is missing",
  ],
  'bounds without a builder': [
    `histogram({ name: 'x', unit: 's', buckets: [1, 2] });`,
    "Type 'number[]' is not assignable to type 'Buckets'.",
  ],
  'a sampled gauge': [
    `gauge({ name: 'x', unit: '1', sampleOneIn: 10 });`,
    "'sampleOneIn' does not exist in type",
  ],
  'a seeded upDownCounter': [
    `upDownCounter({ name: 'x', unit: '1', seedZero: true });`,
    "'seedZero' does not exist in type",
  ],
  'oneOf() without values': ['attr.oneOf();', 'Expected at least 1 arguments, but got 0.'],
  'an SLO threshold between two boundaries': [
    `defineRegistry({
      scope,
      instruments: { latency },
      slos: { fast: slo({ ...objective, instrument: 'latency', threshold: 3 }) },
    });`,
    '"The threshold 3 is no bucket boundary of \\"latency\\"."',
  ],
  'an SLO on an unknown instrument': [
    `defineRegistry({
      scope,
      instruments: { latency },
      slos: { fast: slo({ ...objective, instrument: 'latencies', threshold: 1 }) },
    });`,
    '"The SLO names the instrument \\"latencies\\", which the registry does not declare."',
  ],
  'an SLO on a counter': [
    `defineRegistry({
      scope,
      instruments: { calls },
      slos: { fast: slo({ ...objective, instrument: 'calls', threshold: 1 }) },
    });`,
    '"The SLO is on \\"calls\\", which is no histogram."',
  ],
  'an SLO window in words': [
    `slo({ instrument: 'latency', objective: 0.99, threshold: 1, window: '30 days' });`,
    `Type '"30 days"' is not assignable to type 'SloWindow'.`,
  ],
  'a temporality that there is not': [
    `metrics.producer({ temporality: 'detla' });`,
    `Type '"detla"' is not assignable to type 'TemporalityPreference | undefined'.`,
  ],
};

describe('what the compiler says of', { timeout: 120_000 }, () => {
  const sources = Object.entries(MISUSES).map(
    ([, [source]], i) => [`misuse-${i}.ts`, `${PREAMBLE}${source}\n`] as const,
  );
  const program = compile({ ...Object.fromEntries(sources), 'right.ts': PREAMBLE });

  it('the declarations themselves: nothing', () => {
    expect(messagesOf(program, 'right.ts')).toEqual([]);
  });

  it.each(Object.entries(MISUSES).map(([what, [, says]], i) => [what, i, says] as const))(
    '%s',
    (_, i, says) => {
      const messages = messagesOf(program, `misuse-${i}.ts`);
      expect(messages).toHaveLength(1);
      expect(messages[0]).toContain(says);
      expect(messages[0]).not.toContain('exactOptionalPropertyTypes');
    },
  );
});
