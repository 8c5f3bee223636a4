import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  AggregationType,
  InstrumentType,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TrackedExporter, type TrackedExporterOptions } from '../../src/otel/index.js';

type Export = PushMetricExporter['export'];

const NOTHING = { resource: emptyResource(), scopeMetrics: [] };
const SUCCESS = { code: 0 };

/** An exporter that does nothing but what the test says. */
function fakeExporter(act: Export): PushMetricExporter {
  return { export: act, forceFlush: async () => undefined, shutdown: async () => undefined };
}

function track(act: Export, options: Partial<TrackedExporterOptions> = {}) {
  const made: number[] = [];
  const onFailure = vi.fn();
  const exporter = new TrackedExporter({
    make(timeoutMillis) {
      made.push(timeoutMillis);
      return fakeExporter(act);
    },
    timeoutMillis: 1_000,
    onFailure,
    ...options,
  });
  const results: Parameters<Parameters<Export>[1]>[0][] = [];
  return {
    exporter,
    made,
    onFailure,
    results,
    export: () => exporter.export(NOTHING, (result) => void results.push(result)),
  };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('an export', () => {
  it('that succeeds is the last success, and ends the failures', () => {
    vi.setSystemTime(1_234);
    const answers = [{ code: 1, error: new Error('no') }, SUCCESS];
    const tracked = track((_, done) => done(answers.shift() ?? SUCCESS));
    tracked.export();
    expect(tracked.exporter.state).toEqual({
      attempts: 1,
      lastSuccess: undefined,
      consecutiveFailures: 1,
      lastError: 'no',
    });
    expect(tracked.onFailure).toHaveBeenCalledWith(tracked.exporter.state);
    tracked.export();
    expect(tracked.exporter.state).toEqual({
      attempts: 2,
      lastSuccess: new Date(1_234),
      consecutiveFailures: 0,
      lastError: 'no',
    });
    expect(tracked.onFailure).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that throws has failed', () => {
    for (const thrown of [new Error('boom'), 'boom']) {
      const tracked = track(() => {
        throw thrown;
      });
      tracked.export();
      expect(tracked.results).toMatchObject([{ code: 1, error: { message: 'boom' } }]);
      expect(tracked.exporter.state.lastError).toBe('boom');
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  it('that is late has failed and is cut, whatever it says afterwards', () => {
    let late: (() => void) | undefined;
    const cut = vi.fn();
    const tracked = track(
      (_, done) => {
        late = () => done(SUCCESS);
      },
      { cut },
    );
    tracked.export();
    vi.advanceTimersByTime(999);
    expect(tracked.results).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(cut).toHaveBeenCalledWith('there was no complete answer within 1000 ms');
    late?.();
    expect(tracked.results).toMatchObject([{ code: 1 }]);
    expect(tracked.exporter.state).toMatchObject({
      lastSuccess: undefined,
      consecutiveFailures: 1,
      lastError: 'there was no complete answer within 1000 ms',
    });
  });

  it('counts once, though the exporter answers twice', () => {
    const tracked = track((_, done) => {
      done(SUCCESS);
      done({ code: 1 });
    });
    tracked.export();
    expect(tracked.results).toEqual([SUCCESS]);
    expect(tracked.exporter.state.consecutiveFailures).toBe(0);
  });
});

describe('hasten', () => {
  it('bounds what is yet to begin, by a new exporter, and only ever shortens', () => {
    const tracked = track(() => undefined);
    tracked.export();
    tracked.exporter.hasten(5_000);
    tracked.exporter.hasten(100);
    expect(tracked.made).toEqual([1_000, 100]);
    tracked.export();
    vi.advanceTimersByTime(100);
    expect(tracked.results).toHaveLength(1);
    vi.advanceTimersByTime(900);
    expect(tracked.results).toHaveLength(2);
  });
});

describe('a failure', () => {
  const failure = (message: string, code?: number | string, data?: string) =>
    Object.assign(new Error(message), { code, data });

  it.each([
    ['without a reason', undefined, 'the exporter gave no reason'],
    ['without a message', new TypeError(), 'TypeError'],
    ['with a status', failure('Not Found', 404), 'Not Found (404)'],
    ['with a status and a body', failure('Not Found', 404, ' who? '), 'Not Found (404): who?'],
    [
      'with a code that the message has',
      failure('connect ECONNREFUSED 127.0.0.1:4318', 'ECONNREFUSED'),
      'connect ECONNREFUSED 127.0.0.1:4318',
    ],
    ['with a Status', failure('Bad', 400, '\u0012\u0005hello'), 'Bad (400): hello'],
    [
      'with a Status and its code',
      failure('Bad', 400, '\b\u0003\u0012\u0005hello'),
      'Bad (400): hello',
    ],
    [
      'with a long Status',
      failure('Bad', 400, `\u0012\uFFFD\u0001${'x'.repeat(130)}`),
      `Bad (400): ${'x'.repeat(130)}`,
    ],
    ['with a page', failure('Bad', 400, '<h1>\n\tBad\u0000\n</h1>'), 'Bad (400): <h1> Bad </h1>'],
    ['with very many words', failure('Bad', 400, 'y'.repeat(999)), `Bad (400): ${'y'.repeat(200)}`],
  ])('%s is told in a line', (_, error, expected) => {
    const tracked = track((__, done) =>
      done(error === undefined ? { code: 1 } : { code: 1, error }),
    );
    tracked.export();
    expect(tracked.exporter.state.lastError).toBe(expected);
  });
});

describe('what the exporter prefers', () => {
  it('is passed on, and where it prefers nothing it is the default', () => {
    const { exporter } = track(() => undefined);
    expect(exporter.selectAggregation(InstrumentType.HISTOGRAM)).toEqual({
      type: AggregationType.DEFAULT,
    });
    expect(exporter.selectAggregationTemporality(InstrumentType.COUNTER)).toBe(
      AggregationTemporality.CUMULATIVE,
    );
    const choosy = new TrackedExporter({
      make: () => ({
        ...fakeExporter(() => undefined),
        selectAggregation: () => ({ type: AggregationType.DROP }),
        selectAggregationTemporality: () => AggregationTemporality.DELTA,
      }),
      timeoutMillis: 1,
      onFailure: () => undefined,
    });
    expect(choosy.selectAggregation(InstrumentType.COUNTER)).toEqual({
      type: AggregationType.DROP,
    });
    expect(choosy.selectAggregationTemporality(InstrumentType.COUNTER)).toBe(
      AggregationTemporality.DELTA,
    );
  });
});
