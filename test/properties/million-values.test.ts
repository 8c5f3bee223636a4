import type { Histogram } from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from 'vitest';
import { attr, buckets, counter, histogram, observableCounter } from '../../src/index.js';
import type { RegistryProducer } from '../../src/otel/index.js';
import { collect, pointsOf } from '../support/collected.js';
import { usedBytes } from '../support/heap.js';
import { openRegistry } from '../support/open-registry.js';

const MILLION = 1_000_000;
const EXPECTED = { c: MILLION, h: MILLION / 10 };
/** Growth allowed, bytes: full tables of series, and nothing for each value seen. */
const BOUND = 20e6;

/** What a backend holds in the end. */
class Totals {
  readonly count = { c: 0, h: 0 };

  constructor(private readonly producer: RegistryProducer) {}

  async addDeltas(): Promise<void> {
    const { resourceMetrics } = await this.producer.collect();
    for (const { descriptor, dataPoints } of resourceMetrics.scopeMetrics[0]?.metrics ?? [])
      for (const { value } of dataPoints)
        this.count[descriptor.name as 'c' | 'h'] += typeof value === 'number' ? value : value.count;
  }
}

async function totalOf(producer: RegistryProducer): Promise<{ c: number; h: number }> {
  const exported = await collect(producer);
  const sum = (name: string, of: (value: number | Histogram) => number) =>
    (exported.get(name)?.points ?? []).reduce(
      (total, { value }) => total + of(value as number | Histogram),
      0,
    );
  return {
    c: sum('c', (value) => value as number),
    h: sum('h', (value) => (value as Histogram).count),
  };
}

function declare(limits: { maxSeries?: number; idleSeconds?: number }, maxValues?: number) {
  const attributes = {
    user: attr.string(maxValues === undefined ? {} : { maxValues }),
    kind: attr.oneOf('a', 'b'),
  };
  const shared = { unit: '1', attributes, ...limits } as const;
  return openRegistry({
    c: counter({ name: 'c', ...shared }),
    h: histogram({ name: 'h', ...shared, buckets: buckets.presets.http }),
  });
}

/** One measurement for each value, each cut from a longer text; one in ten in the histogram too. */
function record(
  { metrics }: ReturnType<typeof declare>,
  from: number,
  to: number,
  padding: string,
): void {
  for (let i = from; i < to; i++) {
    const user = `${i}-user-${padding}`.slice(0, 20);
    const kind = i % 2 === 0 ? 'a' : 'b';
    metrics.c.add(1, { user, kind });
    if (i % 10 === 0) metrics.h.record(0.1, { user, kind });
  }
}

describe('a million distinct values', () => {
  const padding = 'x'.repeat(50);

  it.each([
    ['maxValues', () => declare({}, 100)],
    ['maxSeries', () => declare({ maxSeries: 2_000 })],
  ])('keep their totals within bounded memory: %s', { timeout: 60_000 }, async (_, open) => {
    const opened = open();
    const [cumulative, delta] = [
      opened.metrics.producer(),
      opened.metrics.producer({ temporality: 'delta' }),
    ];
    const before = usedBytes();
    const totals = new Totals(delta);
    for (let i = 0; i < 10; i++) {
      record(opened, (i * MILLION) / 10, ((i + 1) * MILLION) / 10, padding);
      await totals.addDeltas();
    }
    expect(usedBytes() - before).toBeLessThan(BOUND);
    expect(await totalOf(cumulative)).toEqual(EXPECTED);
    expect(totals.count).toEqual(EXPECTED);
    expect(opened.metrics.dropped()).toEqual([]);
  });

  it('keep their totals within bounded memory: idleSeconds', { timeout: 60_000 }, async () => {
    const opened = declare({ maxSeries: 5_000, idleSeconds: 30 });
    const { metrics, clock } = opened;
    const totals = [0, 1].map(() => new Totals(metrics.producer({ temporality: 'delta' })));
    const before = usedBytes();
    for (let i = 0; i < MILLION; i += 1_000) {
      record(opened, i, i + 1_000, padding);
      clock.advance(20_000);
      await totals[0]?.addDeltas();
      if (i % 2_000 === 0) await totals[1]?.addDeltas();
    }
    for (const it of totals) await it.addDeltas();
    expect(usedBytes() - before).toBeLessThan(BOUND);
    for (const it of totals) expect(it.count).toEqual(EXPECTED);
    // Retired in time, so that nobody ever overflowed.
    expect(metrics.cardinality().map((it) => it.isOverflowing)).toEqual([false, false]);
  });

  it('observed and gone again leave nothing behind: idleSeconds', { timeout: 60_000 }, async () => {
    const { metrics, clock } = openRegistry({
      o: observableCounter({
        name: 'o',
        unit: '1',
        attributes: { id: attr.int() },
        maxSeries: 5_000,
        idleSeconds: 30,
      }),
    });
    let first = 0;
    metrics.o.addCallback((result) => {
      for (let i = 0; i < 1_000; i++) result.observe(1, { id: first + i });
    });
    const producer = metrics.producer({ temporality: 'delta' });
    const before = usedBytes();
    let total = 0;
    for (; first < MILLION / 10; first += 1_000) {
      clock.advance(20_000);
      total += (await pointsOf(producer, 'o')).length;
    }
    expect(usedBytes() - before).toBeLessThan(BOUND / 10);
    expect(total).toBe(MILLION / 10);
    expect(metrics.cardinality()[0]).toMatchObject({ isOverflowing: false });
  });
});
