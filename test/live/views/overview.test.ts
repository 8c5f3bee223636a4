import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../../src/declare/index.js';
import { attr, buckets, defineRegistry, histogram, slo } from '../../../src/index.js';
import type { OtlpAttributes } from '../../../src/live/otlp/types.js';
import type { Asking, Overview } from '../../../src/live/protocol.js';
import { Store } from '../../../src/live/store/index.js';
import { answer } from '../../../src/live/views/index.js';
import * as points from '../store/support/points.js';

const NOW = 60_000;
const BOUNDS = [0.1, 0.5, 1, 5];

/** A store at one moment, a minute after the tests' beginning. */
function storeAt(now = NOW): Store & { at: number } {
  const clock = { at: points.BEGIN };
  const store = new Store({ now: () => clock.at });
  clock.at = points.BEGIN + now;
  return Object.assign(store, clock);
}

interface Named {
  readonly name: string;
  readonly unit?: string;
}

/** Histogram points, one for each attribute set: how many of them lie in each bucket. */
function durations(
  { name, unit = 's' }: Named,
  all: readonly (readonly [OtlpAttributes, readonly number[], sum?: number])[],
) {
  const each = all.map(([attributes, counts, sum]) =>
    points.histogramPoint({ start: 0, time: NOW - 5_000, attributes }, BOUNDS, counts, sum),
  );
  return { ...points.histogram('delta', each), name, unit };
}

function sums(name: string, all: readonly (readonly [OtlpAttributes, number])[]) {
  const each = all.map(([attributes, value]) =>
    points.numberPoint({ start: 0, time: NOW - 5_000, attributes }, value),
  );
  return { ...points.counter('delta', each), name };
}

function gauges(name: string, all: readonly (readonly [OtlpAttributes, number])[]) {
  const each = all.map(([attributes, value]) =>
    points.numberPoint({ time: NOW - 2_000, attributes }, value),
  );
  return { ...points.gauge(each), name };
}

function ask(
  store: Store,
  asking: Partial<Asking> = {},
  manifests: readonly Manifest[] = [],
): Overview {
  const whole = { view: 'overview', rangeSeconds: 60, services: [], filters: [], ...asking };
  const { shown } = answer(store, whole, { manifests, receiverUrl: 'http://127.0.0.1:4318' });
  if (shown.kind !== 'overview') throw new Error(`it shows the ${shown.kind}`);
  return shown;
}

function add(store: Store, ...metrics: Parameters<typeof points.request>[0]): void {
  const { rejectedPoints } = store.add(points.request(metrics), points.BEGIN + NOW);
  expect(rejectedPoints).toBe(0);
}

const CALLS = { name: 'gen_ai.client.operation.duration' };
const FAST = { 'gen_ai.request.model': 'm-fast' };
const SLOW = { 'gen_ai.request.model': 'm-slow' };

describe('the tables', () => {
  it('tell rate, errors and percentiles of each model', () => {
    const store = storeAt();
    const failed = { ...FAST, 'error.type': 'timeout' };
    add(
      store,
      durations(CALLS, [
        [FAST, [27, 0, 0, 0, 0], 1.2],
        [failed, [3, 0, 0, 0, 0], 0.1],
      ]),
    );
    const [models] = ask(store).tables;
    expect(models).toMatchObject({ id: 'models', unit: 's', instrument: CALLS.name, more: 0 });
    expect(models?.rows).toMatchObject([
      { name: 'm-fast', count: 30, perSecond: 0.5, errors: 0.1, p50: 0.05, isBottleneck: false },
    ]);
  });

  it('tell the P95 of a bottleneck in the unit that reads best', () => {
    const store = storeAt();
    add(
      store,
      durations(CALLS, [
        [FAST, [90, 0, 0, 0, 0], 0.9],
        [SLOW, [0, 10, 0, 0, 0], 4],
      ]),
    );
    const [finding] = ask(store).findings;
    expect(finding?.text).toMatch(/ is the bottleneck of models: P95 4\d\d ms\.$/);
  });

  it('name the bottleneck: much slower than the rest, and much of the time', () => {
    const store = storeAt();
    add(
      store,
      durations(CALLS, [
        [FAST, [90, 0, 0, 0, 0], 4.5],
        [SLOW, [0, 0, 0, 10, 0], 30],
      ]),
    );
    const { tables, findings } = ask(store);
    expect(tables[0]?.rows.map(({ name, isBottleneck }) => [name, isBottleneck])).toEqual([
      ['m-fast', false],
      ['m-slow', true],
    ]);
    expect(findings[0]?.text).toMatch(/^Model m-slow is the bottleneck of models: P95 4\.\d+ s\.$/);
    expect(findings[0]?.see).toMatchObject({
      view: 'instrument',
      instrument: CALLS.name,
      filters: [{ key: 'gen_ai.request.model', value: 'm-slow' }],
    });
  });

  it('name none where all are alike', () => {
    const store = storeAt();
    add(
      store,
      durations(CALLS, [
        [FAST, [50, 0, 0, 0, 0], 2.5],
        [SLOW, [50, 0, 0, 0, 0], 3],
      ]),
    );
    const { tables, findings } = ask(store);
    expect(tables[0]?.rows.some(({ isBottleneck }) => isBottleneck)).toBe(false);
    expect(findings).toMatchObject([{ level: 'good' }]);
  });

  it('tell the share of the time before the first token', () => {
    const store = storeAt();
    const first = { name: 'gen_ai.client.operation.time_to_first_chunk' };
    add(
      store,
      durations(CALLS, [[FAST, [0, 0, 20, 0, 0], 16]]),
      durations(first, [[FAST, [0, 20, 0, 0, 0], 4]]),
    );
    expect(ask(store).tables[0]?.rows[0]).toMatchObject({ firstShare: 0.25, firstP50: 0.3 });
  });

  it('know requests of older conventions, and their failures by the status', () => {
    const store = storeAt();
    const at = (status: number) => ({ 'http.method': 'GET', 'http.status_code': status });
    add(
      store,
      durations({ name: 'http.server.duration', unit: 'ms' }, [
        [at(200), [9, 0, 0, 0, 0]],
        [at(503), [1, 0, 0, 0, 0]],
      ]),
    );
    expect(ask(store).tables).toMatchObject([
      { id: 'endpoints', unit: 'ms', rows: [{ name: 'GET', count: 10, errors: 0.1 }] },
    ]);
  });

  it('are broken down by what is asked for, and filtered', () => {
    const store = storeAt();
    const of = (organization: string, model: object) => ({
      ...model,
      'organization.id': organization,
    });
    add(
      store,
      durations(CALLS, [
        [of('a', FAST), [5, 0, 0, 0, 0]],
        [of('a', SLOW), [2, 0, 0, 0, 0]],
        [of('b', FAST), [3, 0, 0, 0, 0]],
      ]),
    );
    const names = (overview: Overview) =>
      overview.tables[0]?.rows.map(({ name, count }) => [name, count]);
    expect(names(ask(store, { by: 'organization.id' }))).toEqual([
      ['a', 7],
      ['b', 3],
    ]);
    const filters = [{ key: 'organization.id', value: 'a' }];
    expect(names(ask(store, { filters }))).toEqual([
      ['m-fast', 5],
      ['m-slow', 2],
    ]);
    expect(names(ask(store, { services: ['another'] }))).toBeUndefined();
  });
});

describe('objectives', () => {
  const registry = defineRegistry({
    scope: { name: 'shop' },
    instruments: {
      lookup: histogram({
        name: 'lookup.duration',
        unit: 's',
        buckets: buckets.explicit(BOUNDS),
        attributes: { kind: attr.string().optional() },
      }),
    },
    slos: {
      fast: slo({ instrument: 'lookup', objective: 0.9, threshold: 0.5, window: '30d' }),
    },
  });
  const manifests = [registry.manifest()];
  const with_ = (above: number, below: number) => {
    const store = storeAt();
    add(store, durations({ name: 'lookup.duration' }, [[{}, [below, 0, 0, above, 0]]]));
    return ask(store, {}, manifests);
  };

  it('are within their budget', () => {
    const { slos, findings } = with_(1, 99);
    expect(slos).toMatchObject([
      { name: 'fast', errors: 0.01, budgetLeft: 0.9, level: 'good', verdict: 'within its budget' },
    ]);
    expect(findings[0]?.level).toBe('good');
  });

  it('burn', () => {
    const { slos, findings, level } = with_(80, 20);
    expect(slos[0]).toMatchObject({ errors: 0.8, level: 'problem' });
    expect(slos[0]?.budgetLeft).toBeCloseTo(-7);
    expect(slos[0]?.burnRates[0]).toMatchObject({ seconds: 300, rate: 8 });
    expect(slos[0]?.verdict).toMatch(/^burns 8 × as fast as allowed, over 5 s$/);
    expect(findings[0]?.text).toMatch(/^The objective fast burns/);
    expect(level).toBe('problem');
  });

  it('say that nothing was measured, and where they come from', () => {
    expect(ask(storeAt(), {}, manifests).slos).toEqual([]);
    expect(ask(storeAt()).noSlos).toMatch(/--registry/);
  });
});

describe('cardinality and delivery', () => {
  it('names an overflow, and the attribute with the most values', () => {
    const store = storeAt();
    const users = Array.from({ length: 20 }, (_, i) => ({ user: `u${i}` }));
    add(
      store,
      sums('logins', [
        ...users.map((user) => [user, 1] as const),
        [{ 'otel.metric.overflow': true }, 5],
      ]),
    );
    const { cardinality, findings } = ask(store);
    expect(cardinality).toMatchObject([
      { instrument: 'logins', series: 21, isOverflowing: true, attribute: 'user', values: 20 },
    ]);
    expect(findings[0]?.text).toBe('logins has more series than its limit. user has 20 values.');
  });

  it('believes a service that says that one of its instruments overflows', () => {
    const store = storeAt();
    add(
      store,
      sums('logins', [[{}, 1]]),
      gauges('meterbook.overflow', [[{ instrument: 'logins' }, 1]]),
    );
    const row = ask(store).cardinality.find(({ instrument }) => instrument === 'logins');
    expect(row?.isOverflowing).toBe(true);
  });

  it('tells what became of exports', () => {
    const store = storeAt();
    add(
      store,
      sums('meterbook.export.attempts', [
        [{ outcome: 'accepted' }, 7],
        [{ outcome: 'retryable' }, 2],
      ]),
      sums('meterbook.export.dropped_points', [[{ reason: 'rejected' }, 4]]),
    );
    const { exporters, findings } = ask(store);
    expect(exporters).toMatchObject([
      { service: 's', attempts: 9, failed: 2, droppedPoints: 4, level: 'problem' },
    ]);
    expect(findings[0]?.text).toBe('Metrics of s: 4 points were given up, 2 exports failed.');
  });
});

describe('what has nothing to show', () => {
  it('tells where to send metrics', () => {
    expect(ask(storeAt()).empty).toMatch(/setupMetrics\(\).*http:\/\/127\.0\.0\.1:4318/s);
  });

  it('names the services that there are', () => {
    const store = storeAt();
    add(store, sums('logins', [[{}, 1]]));
    expect(ask(store, { services: ['t'] }).empty).toBe(
      'No service called t has sent anything. There are s.',
    );
  });
});
