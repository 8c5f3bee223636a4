import { expect, it } from 'vitest';
import type { Manifest } from '../../../src/declare/index.js';
import { buckets, defineRegistry, histogram, slo } from '../../../src/index.js';
import { format } from '../../../src/live/format.js';
import type { DecodedMetric } from '../../../src/live/otlp/types.js';
import type { Asking, PanelData } from '../../../src/live/protocol.js';
import { Store } from '../../../src/live/store/index.js';
import { answer } from '../../../src/live/views/index.js';
import * as points from '../store/support/points.js';

const NOW = 60_000;

function storeOf(...metrics: DecodedMetric[]): Store {
  const store = new Store({ now: () => points.BEGIN + NOW });
  store.add(points.request(metrics), points.BEGIN + NOW);
  return store;
}

function gauge(name: string, unit: string, value: number, attributes = {}): DecodedMetric {
  const point = points.numberPoint({ time: NOW - 2_000, attributes }, value);
  return { ...points.gauge([point]), name, unit };
}

function ask(store: Store, asking: Partial<Asking>, manifests: readonly Manifest[] = []) {
  const whole = { view: 'overview', rangeSeconds: 60, services: [], filters: [], ...asking };
  return answer(store, whole, { manifests, receiverUrl: 'http://127.0.0.1:4318' }).shown;
}

/** Titles of the overview's panels about the runtime. */
function runtimePanels(store: Store): readonly PanelData[] {
  const shown = ask(store, {});
  const rows = shown.kind === 'overview' ? shown.rows : [];
  return rows.find(({ title }) => title === 'Runtime')?.panels ?? [];
}

it.each([
  ['nodejs.eventloop.utilization', '1', '59.9 %'],
  ['process.cpu.utilization', '1', '59.9 %'],
  ['jvm.cpu.recent_utilization', '1', '59.9 %'],
  ['cache.hit_ratio', '1', '59.9 %'],
  ['cache.ratios', '1', '0.599'],
  ['queue.length', '1', '0.599'],
  ['disk.utilization', 's', '599 ms'],
])('%s of unit %s is shown as %s', (instrument, unit, text) => {
  const shown = ask(storeOf(gauge(instrument, unit, 0.599)), { view: 'instrument', instrument });
  const [panel] = shown.kind === 'instrument' ? shown.rows.flatMap(({ panels }) => panels) : [];
  const [line] = panel?.kind === 'lines' ? panel.lines : [];
  expect(
    format(
      line?.values.findLast((it) => it !== null),
      panel?.unit ?? '',
    ),
  ).toBe(text);
});

it('panels of a runtime are called what people call it, and name the instrument beside it', () => {
  const space = { 'v8js.heap.space.name': 'new_space' };
  const panels = runtimePanels(
    storeOf(
      gauge('nodejs.eventloop.delay.p99', 's', 0.01),
      gauge('nodejs.eventloop.utilization', '1', 0.5),
      gauge('v8js.memory.heap.used', 'By', 1_000, space),
    ),
  );
  expect(panels.map(({ title, instrument }) => [title, instrument])).toEqual([
    ['Event loop delay, P99', 'nodejs.eventloop.delay.p99'],
    ['Event loop utilization', 'nodejs.eventloop.utilization'],
    ['Heap used by v8js.heap.space.name', 'v8js.memory.heap.used'],
  ]);
  // Links that were kept lead to them still.
  expect(panels.map(({ id }) => id)[0]).toBe('overview-runtime-nodejs-eventloop-delay-p99');
});

it('an instrument that nobody else knows keeps its name', () => {
  const shown = ask(storeOf(gauge('nodejs.eventloop.delay.p99x', 's', 1)), { view: 'instruments' });
  const rows = shown.kind === 'board' ? shown.rows : [];
  expect(rows.flatMap(({ panels }) => panels.map(({ title }) => title))).toEqual([
    'nodejs.eventloop.delay.p99x',
  ]);
});

it('verdicts and findings say durations and shares as the rest of the page does', () => {
  const registry = defineRegistry({
    scope: { name: 'shop' },
    instruments: {
      lookup: histogram({
        name: 'lookup.duration',
        unit: 's',
        buckets: buckets.explicit([0.5, 1]),
        attributes: {},
      }),
    },
    slos: {
      fast: slo({ instrument: 'lookup', objective: 0.9995, threshold: 0.5, window: '30d' }),
    },
  });
  const clock = { at: points.BEGIN };
  const store = new Store({ now: () => clock.at });
  const add = (time: number) => {
    clock.at = points.BEGIN + time;
    const point = points.histogramPoint({ start: time - 2_000, time }, [0.5, 1], [50, 0, 50]);
    const metric = { ...points.histogram('delta', [point]), name: 'lookup.duration', unit: 's' };
    store.add(
      points.request([metric, gauge('nodejs.eventloop.delay.p99', 's', 0.123_4)]),
      clock.at,
    );
  };
  add(2_000);
  add(150_000);
  const shown = ask(store, { rangeSeconds: 300 }, [registry.manifest()]);
  const { slos, findings } = shown.kind === 'overview' ? shown : { slos: [], findings: [] };
  expect(slos[0]).toMatchObject({
    verdict: 'burns 1 k × as fast as allowed, over 2 min',
    description: 'At most 500 ms for 99.95 % of lookup.duration.',
  });
  expect(findings.map(({ text }) => text)).toContain(
    'The objective fast burns 1 k × as fast as allowed, over 2 min.',
  );
});
