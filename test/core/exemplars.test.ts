import { describe, expect, it } from 'vitest';
import { newestExemplars, type TraceContext } from '../../src/core/index.js';
import { pointsOf } from '../../src/core/snapshot.js';
import { attr, buckets, counter, gauge, histogram, upDownCounter } from '../../src/index.js';
import { coreOf } from '../../src/otel/index.js';
import { EPOCH } from '../support/fake-clock.js';
import { openRegistry } from '../support/open-registry.js';

/** A registry whose active trace the test sets. */
function declare(random = () => 0.999) {
  const attributes = { key: attr.string().optional() };
  const opened = openRegistry(
    {
      c: counter({ name: 'c', unit: '1', attributes }),
      u: upDownCounter({ name: 'u', unit: '1' }),
      g: gauge({ name: 'g', unit: '1' }),
      h: histogram({ name: 'h', unit: '1', buckets: buckets.explicit([1, 10]), attributes }),
      e: histogram({ name: 'e', unit: '1', buckets: buckets.base2() }),
      idle: counter({ name: 'idle', unit: '1', attributes, idleSeconds: 1 }),
    },
    { random },
  );
  const core = coreOf(opened.metrics);
  const active = { trace: undefined as TraceContext | undefined, looks: 0 };
  const trace = () => {
    active.looks += 1;
    return active.trace;
  };
  core.setTrace(trace);
  const attach = (temporality: 'cumulative' | 'delta' = 'cumulative') => {
    const reader = core.attach(temporality);
    /** The exemplars of each series of one metric. */
    return (name: string) => {
      const metric = reader.collectNow().metrics.find((it) => it.declaration.name === name);
      return metric === undefined ? [] : pointsOf(metric).map(({ exemplars = [] }) => exemplars);
    };
  };
  return { ...opened, core, active, trace, attach };
}

const span = (spanId: string): TraceContext => ({ traceId: 't'.repeat(32), spanId });
const spans = (exemplars: readonly { readonly spanId?: string | undefined }[] | undefined) =>
  exemplars?.map(({ spanId }) => spanId);

describe('exemplars', () => {
  it.each(['c', 'u', 'g', 'e'] as const)('of %s: the value, the time and the ids', (name) => {
    const { metrics, clock, active, attach } = declare();
    const collect = attach();
    active.trace = span('a');
    clock.advance(5);
    if (name === 'c' || name === 'u') metrics[name].add(3);
    else metrics[name].record(3);
    const [exemplars] = collect(name);
    expect(exemplars).toMatchObject([
      { value: 3, millis: EPOCH + 5, traceId: 't'.repeat(32), spanId: 'a' },
    ]);
  });

  it('of a histogram: one for each bucket, the boundary in the lower one', () => {
    const { metrics, active, attach } = declare();
    const collect = attach();
    for (const value of [10.5, 10, 0]) {
      active.trace = span(String(value));
      metrics.h.record(value);
      metrics.h.record(value);
    }
    const [exemplars = []] = collect('h');
    expect(exemplars.map(({ slot, value, spanId }) => [slot, value, spanId]).sort()).toEqual([
      [0, 0, '0'],
      [1, 10, '10'],
      [2, 10.5, '10.5'],
    ]);
  });

  it('of a base-2 histogram are at most twenty', () => {
    const { metrics, active, attach } = declare();
    const collect = attach();
    active.trace = span('a');
    metrics.e.record(0);
    for (let i = 0; i < 500; i++) metrics.e.record(1 + i);
    const [exemplars = []] = collect('e');
    expect(exemplars.length).toBeGreaterThan(10);
    expect(exemplars.length).toBeLessThanOrEqual(20);
  });

  it('are of one interval', () => {
    const { metrics, active, attach } = declare();
    const collect = attach();
    active.trace = span('a');
    metrics.c.add(1);
    expect(collect('c').map(spans)).toEqual([['a']]);
    expect(collect('c').map(spans)).toEqual([[]]);
    active.trace = span('b');
    metrics.c.add(1);
    expect(collect('c').map(spans)).toEqual([['b']]);
  });

  it('are for each reader those of its own interval, the newest of each bucket', () => {
    const { metrics, active, attach } = declare();
    const [often, seldom] = [attach('delta'), attach('cumulative')];
    active.trace = span('a');
    metrics.h.record(0.5);
    metrics.h.record(5);
    expect(often('h').map(spans)).toEqual([['a', 'a']]);
    active.trace = span('b');
    metrics.h.record(0.5);
    expect(often('h').map(spans)).toEqual([['b']]);
    expect(seldom('h').map((it) => spans(it)?.sort())).toEqual([['a', 'b']]);
    expect(seldom('h').map(spans)).toEqual([[]]);
  });

  it('belong to their own series', () => {
    const { metrics, active, attach } = declare();
    const collect = attach();
    for (const key of ['x', 'y']) {
      active.trace = span(key);
      metrics.c.add(1, { key });
    }
    active.trace = undefined;
    metrics.c.add(1, { key: 'z' });
    expect(collect('c').map(spans)).toEqual([['x'], ['y'], []]);
  });

  it('of a retired series are not those of the one that gets its row', () => {
    const { metrics, clock, active, attach } = declare();
    const [one, other] = [attach(), attach()];
    active.trace = span('a');
    metrics.idle.add(1, { key: 'x' });
    one('idle');
    clock.advance(5_000);
    expect(other('idle').map(spans)).toEqual([['a']]);
    one('idle');
    expect(one('idle')).toEqual([]);
    active.trace = undefined;
    metrics.idle.add(1, { key: 'y' });
    expect([one('idle'), other('idle')].map((it) => it.map(spans))).toEqual([[[]], [[]]]);
  });

  it('are not taken where nothing asks for them, and none are left when that ends', () => {
    const { core, metrics, active, trace, attach } = declare();
    const collect = attach();
    active.trace = span('a');
    core.setTrace(undefined);
    metrics.c.add(1);
    expect(active.looks).toBe(0);
    expect(collect('c').map(spans)).toEqual([[]]);
    core.setTrace(trace);
    metrics.c.add(1);
    core.setTrace(undefined);
    expect(collect('c').map(spans)).toEqual([[]]);
    core.setTrace(trace);
    metrics.c.add(1, { key: 'new' });
    expect(collect('c').map(spans)).toEqual([[], ['a']]);
    active.trace = undefined;
    metrics.c.add(1);
    expect(collect('c').map(spans)).toEqual([[], []]);
  });
});

describe('the look for a trace', () => {
  it('is at the first measurement of each bucket and interval, and ever rarer without one', () => {
    const { metrics, active, attach } = declare();
    const collect = attach();
    for (let i = 0; i < 10_000; i++) metrics.h.record(0.5);
    // Gaps of 0, 1, 2, …: the sum of the first 141 is just below 10,000.
    expect(active.looks).toBeGreaterThan(130);
    expect(active.looks).toBeLessThan(150);
    metrics.h.record(5);
    const before = active.looks;
    collect('h');
    metrics.h.record(0.5);
    metrics.h.record(5);
    expect(active.looks).toBe(before + 2);
  });

  it('is rare where there is an exemplar, and finds each moment as likely', () => {
    const counts = [0, 0, 0, 0];
    let seed = 1;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const { metrics, active, attach } = declare(random);
    const collect = attach();
    for (let interval = 0; interval < 2_000; interval++) {
      for (let i = 0; i < 640; i++) {
        active.trace = span(String(Math.floor(i / 160)));
        metrics.c.add(1);
      }
      const [[exemplar] = []] = collect('c');
      (counts[Number(exemplar?.spanId)] as number) += 1;
    }
    // The sum of 1/n over 640 measurements is 7.04.
    expect(active.looks / 2_000).toBeLessThan(8);
    for (const count of counts) expect(count).toBeGreaterThan(400);
  });
});

describe('newestExemplars', () => {
  it('has one of each bucket', () => {
    const of = (slot: number, millis: number) => ({ slot, value: slot, millis });
    expect(newestExemplars([of(0, 1), of(1, 1)], [of(1, 2), of(2, 2)])).toEqual([
      of(1, 2),
      of(2, 2),
      of(0, 1),
    ]);
    expect(newestExemplars(undefined, [of(1, 2)])).toEqual([of(1, 2)]);
    expect(newestExemplars([of(1, 2)], undefined)).toEqual([of(1, 2)]);
  });
});
