import type { Histogram } from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from 'vitest';
import { attr, buckets, counter, gauge, histogram, observableCounter } from '../../src/index.js';
import { withFormerNames } from '../../src/otel/former-names.js';
import { coreOf } from '../../src/otel/index.js';
import { collect } from '../support/collected.js';
import { EPOCH } from '../support/fake-clock.js';
import { openRegistry } from '../support/open-registry.js';

const DAY = 864e5;
/** Two days after the fake clock's beginning, so that the name lasts three. */
const until = '2025-01-03';

const declare = () =>
  openRegistry({
    duration: histogram({
      name: 'job.duration',
      description: 'How long a job took.',
      unit: 's',
      buckets: buckets.explicit([0.07, 0.3, 1]),
      attributes: { model: attr.string() },
      renamedFrom: { name: 'task.duration', until, unit: 'ms', factor: 1_000 },
    }),
    calls: counter({ name: 'calls', unit: '{call}', renamedFrom: { name: 'requests', until } }),
    level: gauge({
      name: 'level',
      unit: 'By',
      renamedFrom: { name: 'level.kilo', until, unit: 'kBy', factor: 0.001 },
    }),
    smooth: histogram({
      name: 'smooth',
      unit: 's',
      buckets: buckets.base2(),
      renamedFrom: { name: 'rough', until },
    }),
    seen: observableCounter({ name: 'seen', unit: '1', renamedFrom: { name: 'saw', until } }),
    plain: counter({ name: 'plain', unit: '1' }),
  });

const record = ({ metrics }: ReturnType<typeof declare>) => {
  for (const value of [0.05, 0.2, 0.3, 2.5]) metrics.duration.record(value, { model: 'm' });
  metrics.duration.record(0.5, { model: 'n' });
  metrics.calls.add(3);
  metrics.level.record(2_500);
  metrics.smooth.record(0.25);
  metrics.plain.add(1);
};

describe('an instrument that was renamed', () => {
  it.each(['cumulative', 'delta'] as const)(
    'carries the same under both names: %s',
    async (temporality) => {
      const open = declare();
      open.metrics.seen.addCallback((result) => result.observe(7));
      const producer = open.metrics.producer({ temporality });
      for (let round = 0; round < 3; round++) {
        record(open);
        const metrics = await collect(producer);
        expect([...metrics.keys()]).toEqual([
          ...['job.duration', 'task.duration', 'calls', 'requests', 'level', 'level.kilo'],
          ...['smooth', 'rough', 'seen', 'saw', 'plain'],
        ]);
        for (const [name, former] of [
          ['calls', 'requests'],
          ['smooth', 'rough'],
          ['seen', 'saw'],
        ] as const) {
          const { points, ...one } = metrics.get(name) ?? { points: [] };
          const { points: formerPoints, ...other } = metrics.get(former) ?? { points: [] };
          expect(formerPoints).toEqual(points);
          expect(other).toEqual({
            ...one,
            name: former,
            description: `Former name of "${name}", until ${until}.`,
          });
        }
        const now = metrics.get('job.duration');
        const then = metrics.get('task.duration');
        expect(then).toMatchObject({
          unit: 'ms',
          description: `How long a job took. Former name of "job.duration", until ${until}.`,
          temporality: now?.temporality,
          type: 'HISTOGRAM',
        });
        expect(then?.points).toHaveLength(2);
        then?.points.forEach((point, i) => {
          const same = now?.points[i];
          const value = point.value as Histogram;
          const other = same?.value as Histogram;
          expect({ ...point, value: 0 }).toEqual({ ...same, value: 0 });
          expect(value.count).toBe(other.count);
          expect(value.buckets.counts).toEqual(other.buckets.counts);
          expect(value.buckets.boundaries).toEqual([70, 300, 1_000]);
          expect(value.sum).toBeCloseTo((other.sum ?? 0) * 1_000, 6);
          expect([value.min, value.max]).toEqual([
            (other.min ?? 0) * 1_000,
            (other.max ?? 0) * 1_000,
          ]);
        });
        expect(metrics.get('level.kilo')?.points[0]?.value).toBe(2.5);
        expect(metrics.get('level.kilo')?.unit).toBe('kBy');
        open.clock.advance(1_000);
      }
    },
  );

  it('is exported under both until the last day has ended, by the clock of the registry', async () => {
    const open = declare();
    const producer = open.metrics.producer();
    record(open);
    open.clock.advance(3 * DAY - 1);
    expect((await collect(producer)).has('requests')).toBe(true);
    open.clock.advance(1);
    const metrics = await collect(producer);
    expect([...metrics.keys()]).toEqual(['job.duration', 'calls', 'level', 'smooth', 'plain']);
    expect(metrics.get('calls')?.points[0]?.value).toBe(3);
  });

  it('is the same instrument at every collection', async () => {
    const { metrics } = declare();
    metrics.calls.add(1);
    const reader = coreOf(metrics).attach('cumulative');
    const once = async () => withFormerNames((await reader.collect()).metrics, EPOCH);
    const [first, second] = [await once(), await once()];
    expect(first.map((it) => it.declaration.name)).toEqual(['calls', 'requests']);
    expect(second[1]?.declaration).toBe(first[1]?.declaration);
  });

  it('keeps a sum in the range of a double', async () => {
    const { metrics } = openRegistry({
      size: counter({
        name: 'size',
        unit: 'kBy',
        renamedFrom: { name: 'bytes', until, unit: 'By', factor: 1_000 },
      }),
    });
    metrics.size.add(Number.MAX_VALUE);
    const points = (await collect(metrics.producer())).get('bytes')?.points;
    expect(points?.[0]?.value).toBe(Number.MAX_VALUE);
  });
});
