import { describe, expect, it } from 'vitest';
import type { Accumulator, SeriesTotal } from '../../demo/received/accumulator.js';
import { BY_ENDPOINT, figuresOf } from '../../demo/view/figures.js';

function durations(
  metric: string,
  attributes: SeriesTotal['attributes'],
  counts: readonly number[],
): SeriesTotal {
  const count = counts.reduce((a, b) => a + b, 0);
  const total = { count, sum: count * 1.5, min: undefined, max: undefined, bounds: [1, 2], counts };
  const rest = { instance: 'one', scope: 's', unit: 's', kind: 'histogram' } as const;
  return { ...rest, metric, attributes, total: { buckets: 'explicit', ...total } };
}

describe('the figures of an endpoint', () => {
  it('are made of all its series; errors and the first token are told apart', () => {
    const here = { 'http.request.method': 'POST', 'http.route': '/a' };
    const series = [
      durations(BY_ENDPOINT.duration, { ...here, 'organization.id': 'one' }, [0, 60, 0]),
      durations(BY_ENDPOINT.duration, { ...here, 'organization.id': 'two' }, [0, 30, 0]),
      durations(BY_ENDPOINT.duration, { ...here, 'http.response.status_code': 502 }, [10, 0, 0]),
      durations(BY_ENDPOINT.duration, { 'http.request.method': 'GET' }, [1, 0, 0]),
      durations(BY_ENDPOINT.firstToken, here, [40, 0, 0]),
    ];
    const received = {
      series: (metric?: string) => series.filter((one) => one.metric === metric),
    } as Accumulator;

    const [get, post] = figuresOf(received, BY_ENDPOINT);
    expect(post).toMatchObject({
      name: 'POST /a',
      requests: 100,
      errors: 10,
      firstToken: { p50: 0.5 },
      firstTokenShare: 0.4,
    });
    // 10 below 1 s, 90 evenly from 1 s to 2 s.
    expect(post?.latency.p50).toBeCloseTo(1 + 40 / 90);
    expect(get).toMatchObject({ name: 'GET (no route)', requests: 1, errors: 0 });
    expect(get?.firstToken.p50).toBeNull();
    expect(get?.firstTokenShare).toBeNull();
  });
});
