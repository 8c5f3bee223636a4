import { describe, expect, it } from 'vitest';
import { settle } from '../../demo/ledger/ledger.js';
import { Tally } from '../../demo/ledger/tally.js';
import type { SeriesTotal, Total } from '../../demo/received/accumulator.js';

function series(metric: string, kind: SeriesTotal['kind'], total: Total): SeriesTotal {
  return { instance: 'one', scope: 's', metric, unit: 's', kind, attributes: {}, total };
}

function distribution(values: readonly number[]): Total {
  const sum = values.reduce((a, b) => a + b, 0);
  const rest = { min: undefined, max: undefined, bounds: [], counts: [values.length] };
  return { buckets: 'explicit', count: values.length, sum, ...rest };
}

/** 3 latencies and one NaN, 2 + 3 requests, the gauge at 1. */
function recorded(): Tally {
  const tally = new Tally();
  for (const value of [0.1, 0.2, 0.3]) tally.note('histogram', 'latency', value);
  tally.noteDrop('histogram', 'latency', 'not_a_number');
  tally.note('sum', 'requests', 2);
  tally.note('sum', 'requests', 3);
  tally.note('gauge', 'ready', 0);
  tally.note('gauge', 'ready', 1);
  return tally;
}

const LATENCIES = series('latency', 'histogram', distribution([0.1, 0.2, 0.3]));
const REQUESTS = series('requests', 'sum', 5);
const READY = series('ready', 'gauge', 1);
const DROPS = { latency: { not_a_number: 1 } };

function differences(received: SeriesTotal[], drops: Parameters<typeof settle>[2] = DROPS) {
  const ledger = settle(recorded().entries(), received, drops);
  const found = ledger.rows.flatMap((row) => row.differences.map((d) => `${row.instrument}: ${d}`));
  expect(ledger.balanced).toBe(found.length === 0);
  return found;
}

describe('the ledger', () => {
  it('balances where recorded = received + dropped, over several series', () => {
    expect(differences([LATENCIES, REQUESTS, READY])).toEqual([]);
    const inParts = [
      series('latency', 'histogram', distribution([0.3])),
      series('latency', 'histogram', distribution([0.2, 0.1])),
      series('requests', 'sum', 1.5),
      series('requests', 'sum', 3.5),
      READY,
    ];
    expect(differences(inParts)).toEqual([]);
    const { rows } = settle(recorded().entries(), inParts, DROPS);
    expect(rows.map((row) => [row.instrument, row.recorded, row.received])).toEqual([
      ['latency', 4, 3],
      ['ready', 2, null],
      ['requests', 2, null],
    ]);
  });

  it('does not balance with a missing or a surplus measurement', () => {
    const fewer = series('latency', 'histogram', distribution([0.1, 0.5]));
    expect(differences([fewer, REQUESTS, READY])).toEqual([
      'latency: recorded 4, but received 2 and dropped 1: 1 missing',
    ]);
    const more = series('latency', 'histogram', distribution([0.1, 0.2, 0.2, 0.1]));
    expect(differences([more, REQUESTS, READY])).toEqual([
      'latency: recorded 4, but received 4 and dropped 1: 1 too many',
    ]);
  });

  it('does not balance where the counts agree but the totals do not', () => {
    const off = series('latency', 'histogram', distribution([0.1, 0.2, 0.3 + 1e-8]));
    expect(differences([off, REQUESTS, READY])).toHaveLength(1);
    const rounded = series('latency', 'histogram', distribution([0.1, 0.2, 0.3 + 1e-11]));
    expect(differences([rounded, REQUESTS, READY])).toEqual([]);
    expect(differences([LATENCIES, series('requests', 'sum', 4), READY])).toEqual([
      'requests: the values add up to 4 instead of 5',
    ]);
    expect(differences([LATENCIES, REQUESTS, series('ready', 'gauge', 0)])).toHaveLength(1);
  });

  it('does not balance where something never arrived at all', () => {
    expect(differences([LATENCIES, READY])).toEqual([
      'requests: the values add up to 0 instead of 5',
    ]);
  });

  it('does not balance with a drop of another reason, or one that nobody provoked', () => {
    const received = [LATENCIES, REQUESTS, READY];
    expect(differences(received, { latency: { not_finite: 1 } })).toEqual([
      'latency: dropped as not_a_number: 0 instead of 1',
      'latency: dropped as not_finite: 1 instead of 0',
    ]);
    expect(differences(received, { ...DROPS, requests: { negative_value: 1 } })).toEqual([
      'requests: dropped as negative_value: 1 instead of 0',
    ]);
  });

  it('does not balance with measurements that nobody recorded; zeros are none', () => {
    const received = [LATENCIES, REQUESTS, READY];
    expect(differences([...received, series('seeded', 'sum', 0)])).toEqual([]);
    expect(differences([...received, series('strange', 'sum', 2)])).toEqual([
      'strange: the values add up to 2 instead of 0',
    ]);
    expect(differences([...received, series('odd', 'histogram', distribution([0]))])).toEqual([
      'odd: recorded 0, but received 1 and dropped 0: 1 too many',
    ]);
  });
});

describe('the tally', () => {
  it('adds up without rounding away the small', () => {
    const tally = new Tally();
    tally.note('sum', 'm', 1e16);
    for (let i = 0; i < 1000; i++) tally.note('sum', 'm', 0.1);
    tally.note('sum', 'm', -1e16);
    expect(tally.entries()[0]?.total).toBeCloseTo(100, 9);
  });
});
