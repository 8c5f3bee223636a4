import {
  MeterProvider,
  MetricReader,
  type ResourceMetrics,
  type ScopeMetrics,
} from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atOnce, inSlices } from '../../../src/core/index.js';
import {
  attr,
  buckets,
  counter,
  gauge,
  histogram,
  observableCounter,
  type TemporalityPreference,
} from '../../../src/index.js';
import type { DecodedHistogramPoint } from '../../../src/live/otlp/types.js';
import { mergeBatches } from '../../../src/otel/delivery/merge.js';
import { joinedParts, partsOf, pointsIn } from '../../../src/otel/delivery/points.js';
import { spareOf } from '../../../src/otel/otlp/backward-writer.js';
import { encodeRequest } from '../../../src/otel/otlp/request.js';
import { rowsOf } from '../../../src/otel/row-metrics.js';
import { FakeClock } from '../../support/fake-clock.js';
import { decodeMetricsRequest } from '../../support/official-otlp/decode.js';
import { openRegistry } from '../../support/open-registry.js';
import { PROPERTY_TIMEOUT, tries } from '../../support/property.js';
import {
  attributesOfChoices,
  randomChoices,
  randomInstruments,
  valueOfChoices,
} from '../../support/random-registry.js';
import {
  RESOURCE,
  readOurs,
  readTheirs,
  regrouped,
  rowBatches,
  serialize,
} from '../../support/row-batches.js';

type Recorder = Readonly<Record<'add' | 'record' | 'addCallback', (...args: unknown[]) => void>>;

const TEMPORALITIES: readonly TemporalityPreference[] = ['cumulative', 'delta', 'lowmemory'];

/** Points of one metric have no order of their own once batches are merged. */
function sorted(decoded: ReturnType<typeof readOurs>) {
  const text = (point: unknown): string =>
    JSON.stringify(point, (_, value) => (typeof value === 'bigint' ? String(value) : value));
  return new Map(
    [...regrouped(decoded)].map(([key, { points }]) => [key, points.map(text).sort()] as const),
  );
}

/** Random registries, recorded into over several intervals; what each interval has collected. */
const intervals = fc.record({
  instruments: randomInstruments,
  steps: fc.array(
    fc.array(fc.record({ which: fc.nat(4), choices: randomChoices }), { maxLength: 20 }),
    { minLength: 1, maxLength: 4 },
  ),
  temporality: fc.constantFrom(...TEMPORALITIES),
  size: fc.integer({ min: 1, max: 12 }),
});

async function batchesOf({
  instruments,
  steps,
  temporality,
}: typeof intervals extends fc.Arbitrary<infer T> ? T : never): Promise<ResourceMetrics[]> {
  const all = Object.entries(instruments);
  const declarations = Object.fromEntries(all.map(([key, it]) => [key, it.declaration]));
  const { metrics, clock } = openRegistry(declarations);
  const live = metrics as unknown as Readonly<Record<string, Recorder>>;
  const observed = new Map<string, readonly (readonly [number, unknown])[]>();
  for (const [key, { declaration }] of all) {
    if (!declaration.kind.startsWith('observable')) continue;
    live[key]?.addCallback((result: { observe(value: number, attributes: unknown): void }) => {
      for (const [value, attributes] of observed.get(key) ?? []) result.observe(value, attributes);
    });
  }
  const collect = rowBatches(metrics, temporality);
  const batches: ResourceMetrics[] = [];
  for (const step of steps) {
    for (const { which, choices } of step) {
      const [key, it] = all[which % all.length] as (typeof all)[number];
      const args = [valueOfChoices(it, choices), attributesOfChoices(it.declaration, choices)];
      const { kind } = it.declaration;
      if (kind.startsWith('observable'))
        observed.set(key, [...(observed.get(key) ?? []), args as [number, unknown]]);
      else if (kind === 'gauge' || kind === 'histogram') live[key]?.record(...args);
      else live[key]?.add(...args);
    }
    clock.advance(1_000);
    batches.push(await collect());
  }
  return batches;
}

/** The same batch with objects in the place of rows. */
function asObjects({ resource, scopeMetrics }: ResourceMetrics): ResourceMetrics {
  return {
    resource,
    scopeMetrics: scopeMetrics.map(({ scope, metrics }) => ({
      scope,
      metrics: metrics.map((metric) => ({ ...metric })),
    })),
  };
}

describe('random registries', () => {
  it(
    'read the same from rows as from objects: whole, in parts, and merged with what comes after',
    async () => {
      await fc.assert(
        fc.asyncProperty(intervals, async (world) => {
          const batches = await batchesOf(world);
          for (const batch of batches) {
            const ours = readOurs(batch);
            const parts = partsOf(batch, world.size);
            const inParts = parts.flatMap(readOurs);
            const joined = parts.length === 0 ? [] : readOurs(joinedParts(parts));
            for (const part of parts) expect(pointsIn(part)).toBeLessThanOrEqual(world.size);
            expect(regrouped(inParts)).toEqual(regrouped(ours));
            expect(regrouped(joined)).toEqual(regrouped(ours));
          }
          const merged = atOnce(mergeBatches(batches, () => undefined));
          const whole = sorted(readOurs(merged));
          // Now as objects from the beginning, by the official serializer to the end.
          const objects = batches.map(asObjects);
          for (const batch of batches)
            for (const metric of batch.scopeMetrics.flatMap(({ metrics }) => metrics))
              expect(rowsOf(metric)).toBeUndefined();
          expect(whole).toEqual(sorted(readTheirs(atOnce(mergeBatches(objects, () => undefined)))));
        }),
        tries(80),
      );
    },
    PROPERTY_TIMEOUT,
  );
});

describe('a batch of ours and of other libraries', () => {
  class Reader extends MetricReader {
    protected async onForceFlush(): Promise<void> {}
    protected async onShutdown(): Promise<void> {}
  }

  const collectBoth = async (): Promise<ResourceMetrics> => {
    const reader = new Reader();
    const meter = new MeterProvider({ readers: [reader] }).getMeter('other', '9', {
      schemaUrl: 'https://example.org/schema',
    });
    const calls = meter.createCounter('other.calls', { description: 'Theirs.' });
    for (let i = 0; i < 150; i++) calls.add(i, { id: i, list: ['a', 'b'] });
    meter.createHistogram('other.latency').record(3);
    const { metrics } = openRegistry({
      calls: counter({ name: 'calls', unit: '1', attributes: { id: attr.int() } }),
      total: observableCounter({ name: 'total', unit: '1' }),
    });
    metrics.total.addCallback((result) => result.observe(7));
    for (let id = 0; id < 150; id++) metrics.calls.add(id, { id });
    const ours = await rowBatches(metrics, 'cumulative')();
    const theirs = (await reader.collect()).resourceMetrics.scopeMetrics;
    const mixed: ScopeMetrics[] = [theirs, ours.scopeMetrics, theirs].flat();
    return { resource: RESOURCE, scopeMetrics: mixed };
  };

  it('says what both have, whoever wrote it', async () => {
    const batch = await collectBoth();
    const decoded = readOurs(batch);
    expect(decoded).toHaveLength(1);
    const ours = regrouped(decoded);
    expect([...ours.values()].map(({ points }) => points.length).sort()).toEqual([1, 150, 2, 300]);
    expect(ours).toEqual(regrouped(readTheirs(batch)));
  });

  it('is unencodable as a whole where theirs is, and ours is written the next time', async () => {
    const batch = await collectBoth();
    const fail = () => {
      throw new Error('theirs');
    };
    expect(() => atOnce(encodeRequest(batch, fail))).toThrow('theirs');
    const own = { ...batch, scopeMetrics: batch.scopeMetrics.slice(1, 2) };
    expect(pointsIn(own)).toBe(151);
    expect(regrouped(readOurs(own)).size).toBe(2);
  });
});

describe('an instrument under its former name', () => {
  it('is written with values, sums and boundaries in the former unit', async () => {
    const clock = new FakeClock();
    const until = new Date(clock.now() + 40 * 86_400_000).toISOString().slice(0, 10);
    const { metrics } = openRegistry({
      latency: histogram({
        name: 'latency',
        unit: 's',
        buckets: buckets.explicit([0.07, 1]),
        renamedFrom: { name: 'latency.millis', unit: 'ms', factor: 1_000, until },
      }),
      level: gauge({
        name: 'level',
        unit: 'By',
        renamedFrom: { name: 'level.kilo', unit: 'kBy', factor: 0.001, until },
      }),
    });
    metrics.latency.record(0.5);
    metrics.level.record(2_500);
    const batch = await rowBatches(metrics, 'delta')();
    const ours = readOurs(batch);
    expect(JSON.stringify(ours, (_, it) => (typeof it === 'bigint' ? 0 : it))).toContain(
      '"sum":500,"min":500,"max":500,"bounds":[70,1000],"bucketCounts":[0,1,0]',
    );
    expect(ours).toEqual(readTheirs(batch));
  });
});

describe('very many series', () => {
  it('are never torn by what is recorded while they are collected and written, nor is any of it lost', async () => {
    const SERIES = 4_000;
    const { metrics } = openRegistry({
      latency: histogram({
        name: 'latency',
        unit: 's',
        buckets: buckets.explicit([1, 2]),
        attributes: { id: attr.int() },
        maxSeries: SERIES,
      }),
    });
    let recorded = 0;
    const record = (id: number): void => {
      metrics.latency.record(1, { id: id % SERIES });
      recorded += 1;
    };
    for (let id = 0; id < SERIES; id++) record(id);
    const collect = rowBatches(metrics, 'delta');
    let turns = 0;
    let isOver = false;
    const turn = (): void => {
      turns += 1;
      for (let i = 0; i < 100; i++) record(turns * 61 + i * 97);
      if (!isOver) setImmediate(turn);
    };
    setImmediate(turn);
    let arrived = 0;
    for (let round = 0; round < 5; round++) {
      if (round === 4) isOver = true;
      const body = await inSlices(encodeRequest(await collect(), serialize));
      for (const metric of decodeMetricsRequest(body)[0]?.scopes[0]?.metrics ?? []) {
        for (const point of metric.points as readonly DecodedHistogramPoint[]) {
          expect(point.sum).toBe(point.count);
          expect(point.bucketCounts).toEqual([point.count, 0, 0]);
          arrived += point.count;
        }
      }
    }
    for (const metric of (await collect()).scopeMetrics[0]?.metrics ?? [])
      for (const { value } of metric.dataPoints) arrived += (value as { count: number }).count;
    expect(turns).toBeGreaterThan(4);
    expect(arrived).toBe(recorded);
  });

  it('are written in slices, into memory of an earlier request, while others are being written', async () => {
    const { metrics } = openRegistry({
      latency: histogram({
        name: 'latency',
        unit: 's',
        buckets: buckets.explicit([1, 2]),
        attributes: { id: attr.int() },
        maxSeries: 3_000,
      }),
    });
    for (let id = 0; id < 3_000; id++) metrics.latency.record(id % 4, { id });
    const batch = await rowBatches(metrics, 'cumulative')();
    const first = await inSlices(encodeRequest(batch, serialize));
    const expected = Buffer.from(first);
    const spare = spareOf(first);
    expect(spare?.length).toBeGreaterThanOrEqual(first.length);
    const steps = encodeRequest(batch, serialize, spare);
    for (let i = 0; i < 20; i++) expect(steps.next().done).toBe(false);
    // As at the end of a process, with another request half done.
    const meanwhile = atOnce(encodeRequest(batch, serialize));
    expect(expected.equals(meanwhile)).toBe(true);
    const second = atOnce(steps);
    expect(expected.equals(second)).toBe(true);
    expect(second.buffer).toBe(first.buffer);
    // What nobody of ours has made may lie where others have theirs.
    expect(spareOf(Buffer.from('of the pool'))).toBeUndefined();
    expect(spareOf(Buffer.alloc(1_000_000))).toBeUndefined();
  });
});
