import { beforeAll, describe, expect, it } from 'vitest';
import { Accumulator } from '../../../../demo/received/accumulator.js';
import { runDemo } from '../../../../demo/run.js';
import type { RatedFigures } from '../../../../demo/view/report.js';
import type { DemoResult } from '../../../../demo/view/state.js';
import type { Board, BoardRow, GroupRow, Overview } from '../../../../src/live/protocol.js';
import { Store } from '../../../../src/live/store/index.js';
import { answer } from '../../../../src/live/views/answer.js';
import { namesIn } from '../../../artefacts/support/promql.js';
import { keptOf } from '../../store/support/points.js';

const QUANTILES = ['p50', 'p90', 'p95', 'p99'] as const;
/** What is shown is rounded to six digits. */
const ROUNDED = 1e-5;

/**
 * The demo runs, and what it exports gets into the store too. A file of its own for each temporality: the
 * registries that the demo records in go on counting.
 */
export function describeDemo(temporality: 'delta' | 'cumulative'): void {
  describe(`the live view of a demo with ${temporality} metrics`, { timeout: 60_000 }, () => {
    const store = new Store();
    const accumulator = new Accumulator();
    let result: DemoResult;

    const ask = (view: string) =>
      answer(
        store,
        { view, rangeSeconds: 300, services: [], filters: [] },
        { manifests: [], receiverUrl: 'http://127.0.0.1:4318' },
      );

    beforeAll(async () => {
      result = await runDemo(
        {
          durationSeconds: 4,
          rate: 20,
          temporality,
          slowModel: undefined,
          open: false,
          json: true,
          help: false,
        },
        { show: () => undefined, finish: () => undefined },
        new AbortController().signal,
        {
          respond: ({ resourceMetrics }) => {
            expect(store.add(resourceMetrics, Date.now())).toEqual({ rejectedPoints: 0 });
            accumulator.add(resourceMetrics);
            return undefined;
          },
        },
      );
    }, 60_000);

    it('has counted what the ledger has', () => {
      expect(result.ledger.balanced).toBe(true);
      const counted = new Map<string, { count: number; sum: number }>();
      for (const { metric, kind, total } of accumulator.series()) {
        if (kind === 'gauge') continue;
        const before = counted.get(metric) ?? { count: 0, sum: 0 };
        const { count, sum } = typeof total === 'number' ? { count: total, sum: 0 } : total;
        counted.set(metric, { count: before.count + count, sum: before.sum + sum });
      }
      const compared = store.instruments.filter(({ type }) =>
        ['counter', 'histogram'].includes(type),
      );
      expect(compared.length).toBeGreaterThan(20);
      for (const { name, series } of compared) {
        const kept = [...series].map(keptOf);
        const expected = counted.get(name);
        const count = kept.reduce((total, it) => total + it.count, 0);
        expect(count, name).toBeCloseTo(expected?.count ?? Number.NaN, 6);
        const sum = kept.reduce((total, it) => total + it.sum, 0);
        expect(sum, name).toBeCloseTo(expected?.sum ?? Number.NaN, 6);
      }
    });

    it.each([
      ['endpoints', 'http.server.request.duration'],
      ['models', 'gen_ai.client.operation.duration'],
    ] as const)('shows rate, errors and percentiles of %s as the demo does', (id, name) => {
      const shown = ask('overview').shown as Overview;
      const rows = shown.tables.find((table) => table.id === id)?.rows ?? [];
      const bounds = store.instruments.find((it) => it.name === name)?.bounds ?? [];
      const figures = result.state.report[id];
      expect(figures.length).toBeGreaterThan(2);
      expect(bounds.length).toBeGreaterThan(2);
      for (const figure of figures) {
        const row = rows.find((it) => it.name === figure.name.replace(' (no route)', ''));
        expect(row?.count, figure.name).toBe(figure.requests);
        const failed = failedOf(accumulator, name, figure.name);
        expect(row?.errors, figure.name).toBeCloseTo(failed / figure.requests, 5);
        expectSameBuckets(row as GroupRow, figure, bounds);
      }
    });

    it('has in every view queries that can be pasted as they are', () => {
      const views = ask('overview').views.map(({ view }) => view);
      const rows = views.flatMap((view): readonly BoardRow[] => {
        const shown = ask(view).shown as Board | Overview;
        return shown.rows ?? [];
      });
      const queries = rows.flatMap(({ panels }) => panels.map((panel) => panel.queries));
      const promql = queries.flatMap((it) => it.promql);
      expect(promql.length).toBeGreaterThan(50);
      for (const query of promql) {
        expect(query).not.toMatch(/\$/);
        expect(namesIn(query).metrics.size, query).toBeGreaterThan(0);
      }
      for (const query of queries.flatMap((it) => it.sql)) expect(query).not.toMatch(/\$/);
    });
  });
}

/** Failed is what has an `error.type`; the demo's own table leaves out streams that a client has left. */
function failedOf(accumulator: Accumulator, metric: string, name: string): number {
  let failed = 0;
  for (const { attributes, total } of accumulator.series(metric)) {
    const { 'http.request.method': method, 'http.route': route } = attributes;
    const own =
      method === undefined
        ? attributes['gen_ai.request.model']
        : `${method} ${route ?? '(no route)'}`;
    const isFailed = attributes['error.type'] !== undefined;
    if (own === name && isFailed && typeof total !== 'number') failed += total.count;
  }
  return failed;
}

/** The demo knows the least and the largest value and interpolates to them: in the same bucket. */
function expectSameBuckets(row: GroupRow, figure: RatedFigures, bounds: readonly number[]): void {
  for (const quantile of QUANTILES) {
    const expected = figure.latency[quantile];
    const shown = row[quantile];
    if (expected === null || shown === undefined) {
      expect(shown, `${figure.name} ${quantile}`).toBe(expected ?? undefined);
      continue;
    }
    const i = bounds.findIndex((bound) => expected <= bound);
    // Above all bounds it is the last of them, as Prometheus says it.
    const low = i < 0 ? (bounds.at(-1) as number) : (bounds[i - 1] ?? 0);
    const high = i < 0 ? low : (bounds[i] as number);
    expect(shown, `${figure.name} ${quantile}`).toBeGreaterThanOrEqual(low * (1 - ROUNDED));
    expect(shown, `${figure.name} ${quantile}`).toBeLessThanOrEqual(high * (1 + ROUNDED));
  }
}
