import { describe, expect, it } from 'vitest';
import type { DecodedMetric } from '../../../src/live/otlp/types.js';
import type { InstrumentView } from '../../../src/live/protocol.js';
import { Store } from '../../../src/live/store/index.js';
import { answer } from '../../../src/live/views/index.js';
import * as points from '../store/support/points.js';

const NAME = 'rpc.duration';

/** Two points of two instances: ten calls of 0.2 s each between them, of each. */
function summary(): DecodedMetric {
  const at = (time: number, instance: string, count: number) => {
    const attributes = { instance };
    const {
      value: _,
      integer: __,
      ...base
    } = points.numberPoint({ start: 0, time, attributes }, 0);
    return { ...base, count, sum: count * 0.2, quantiles: [{ quantile: 0.99, value: 0.9 }] };
  };
  const all = [at(40_000, 'a', 10), at(40_000, 'b', 10), at(50_000, 'a', 20), at(50_000, 'b', 20)];
  return { kind: 'summary', name: NAME, unit: 's', description: 'Calls.', points: all };
}

function withoutBuckets(): DecodedMetric {
  const span = { start: 0, time: 50_000, attributes: { instance: 'a' } };
  const point = { ...points.histogramPoint(span, [], [], 2), count: 10 };
  return { ...points.histogram('delta', [point]), name: NAME, unit: 's' };
}

function viewOf(metric: DecodedMetric): InstrumentView {
  const clock = { at: points.BEGIN };
  const store = new Store({ now: () => clock.at });
  clock.at = points.BEGIN + 60_000;
  store.add(points.request([metric]), clock.at);
  const asking = {
    view: 'instrument',
    instrument: NAME,
    rangeSeconds: 60,
    services: [],
    filters: [],
  };
  const { shown } = answer(store, asking, { manifests: [], receiverUrl: 'http://127.0.0.1:4318' });
  if (shown.kind !== 'instrument') throw new Error(`it shows the ${shown.kind}`);
  return shown;
}

const panelsOf = ({ rows }: InstrumentView) =>
  rows.map(({ title, panels }) => [title, panels.map((it) => it.title)]);

/** The last value that there is of each line. */
function lastOf({ rows }: InstrumentView, row: string, title: string): readonly unknown[] {
  const panel = rows.find((it) => it.title === row)?.panels.find((it) => it.title === title);
  if (panel?.kind !== 'lines') throw new Error(`there are no lines of ${title}`);
  return panel.lines.map(({ values }) => values.filter((it) => it !== null).at(-1));
}

describe('the view of a summary', () => {
  it('has the mean and the count, and says why it has no percentiles', () => {
    const view = viewOf(summary());
    expect(view.empty).toBeUndefined();
    expect(view.type).toBe('summary');
    expect(view.note).toMatch(
      /^A summary has no percentiles here: .* Send a histogram to see them\.$/,
    );
    expect(panelsOf(view)).toEqual([
      ['As a whole', ['Mean', 'How many']],
      ['By instance', ['How many', 'Mean']],
    ]);
    expect(lastOf(view, 'As a whole', 'Mean')).toEqual([0.2]);
    expect(lastOf(view, 'By instance', 'Mean')).toEqual([0.2, 0.2]);
    const [mean] = view.rows[0]?.panels ?? [];
    expect(mean?.queries.promql.join()).toContain('rpc_duration_seconds_sum');
    expect(mean?.queries.sql).toEqual([]);
  });
});

describe('the view of a histogram without buckets', () => {
  it('has the mean and the count too', () => {
    const view = viewOf(withoutBuckets());
    expect(view.note).toMatch(/^A histogram without buckets /);
    expect(panelsOf(view)[0]).toEqual(['As a whole', ['Mean', 'How many']]);
    expect(lastOf(view, 'As a whole', 'Mean')).toEqual([0.2]);
    expect(view.rows[0]?.panels[0]?.queries.sql).not.toEqual([]);
  });

  it('has percentiles where it has buckets', () => {
    const span = { start: 0, time: 50_000, attributes: {} };
    const point = points.histogramPoint(span, [1, 2], [5, 5, 0], 10);
    const view = viewOf({ ...points.histogram('delta', [point]), name: NAME, unit: 's' });
    expect(view.note).toBeUndefined();
    expect(panelsOf(view)).toEqual([['As a whole', ['Percentiles', 'Distribution', 'How many']]]);
  });
});
