import type { Histogram } from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from 'vitest';
import { attr, buckets, histogram } from '../../src/index.js';
import { onlyValueOf, pointsOf } from '../support/collected.js';
import { untyped } from '../support/hostile.js';
import { openRegistry } from '../support/open-registry.js';

const explicit = buckets.explicit([1, 2]);

const declare = () =>
  openRegistry({
    job: histogram({
      name: 'job',
      unit: 's',
      buckets: explicit,
      attributes: {
        model: attr.string(),
        kind: attr.oneOf('a', 'b').optional(),
        'error.type': attr.string().optional(),
      },
    }),
    plain: histogram({ name: 'plain', unit: 'ms', buckets: explicit }),
    size: histogram({ name: 'size', unit: 'By', buckets: explicit }),
  });

describe('a timer', () => {
  it.each([
    ['ns', 1_500e6],
    ['us', 1_500e3],
    ['ms', 1_500],
    ['s', 1.5],
    ['min', 0.025],
    ['h', 1.5 / 3_600],
    ['d', 1.5 / 86_400],
  ] as const)('records in %s: a second and a half is %s', async (unit, expected) => {
    const { metrics, clock } = openRegistry({
      timed: histogram({ name: 'timed', unit, buckets: explicit }),
    });
    const stop = metrics.timed.startTimer();
    clock.advance(1_500);
    expect(stop()).toBeCloseTo(expected, 10);
    const { sum } = (await onlyValueOf(metrics.producer(), 'timed')) as Histogram;
    expect(sum).toBeCloseTo(expected, 10);
  });

  it('is monotonic: the wall clock has no part in it', () => {
    const { metrics, clock } = declare();
    const stop = metrics.plain.startTimer();
    clock.setWallBy(-3_600_000);
    clock.advance(20);
    clock.setWallBy(7_200_000);
    expect(stop()).toBe(20);
  });

  it('records once, however often it is stopped, and goes on saying how long it was', async () => {
    const { metrics, clock } = declare();
    const stop = metrics.job.startTimer();
    clock.advance(500);
    expect(stop({ model: 'a' })).toBe(0.5);
    clock.advance(500);
    expect(stop({ model: 'b' })).toBe(0.5);
    const points = await pointsOf(metrics.producer(), 'job');
    expect(points).toMatchObject([{ attributes: { model: 'a' }, value: { count: 1, sum: 0.5 } }]);
  });

  it('merges the attributes of its start and its end, those of the end on top', async () => {
    const { metrics } = declare();
    const given: { model: string; kind?: 'a' | 'b' } = { model: 'a', kind: 'a' };
    const stop = metrics.job.startTimer(given);
    given.model = 'changed since';
    stop({ kind: 'b' });
    metrics.job.startTimer({ model: 'c' })();
    const points = await pointsOf(metrics.producer(), 'job');
    expect(points.map((it) => it.attributes)).toEqual([{ model: 'a', kind: 'b' }, { model: 'c' }]);
  });

  it('records when its scope ends, by `using`', async () => {
    const { metrics, clock } = declare();
    const work = () => {
      using _ = metrics.job.startTimer({ model: 'a' });
      clock.advance(250);
      throw new Error('of the application');
    };
    expect(work).toThrow('of the application');
    const early = () => {
      using stop = metrics.plain.startTimer();
      clock.advance(3);
      stop();
      clock.advance(1_000);
    };
    early();
    const producer = metrics.producer();
    expect(await onlyValueOf(producer, 'job')).toMatchObject({ count: 1, sum: 0.25 });
    expect(await onlyValueOf(producer, 'plain')).toMatchObject({ count: 1, sum: 3 });
  });

  it('of a bound series records into it, each start anew', async () => {
    const { metrics, clock } = declare();
    const bound = metrics.job.bind({ model: 'a' });
    const [one, other] = [bound.startTimer(), bound.startTimer()];
    clock.advance(1_000);
    expect(one()).toBe(1);
    clock.advance(1_000);
    expect(other()).toBe(2);
    expect(bound.time(() => 'result')).toBe('result');
    const points = await pointsOf(metrics.producer(), 'job');
    expect(points).toMatchObject([{ attributes: { model: 'a' }, value: { count: 3, sum: 3 } }]);
  });

  it('that is never stopped records nothing', async () => {
    const { metrics } = declare();
    metrics.job.startTimer({ model: 'a' });
    expect(await pointsOf(metrics.producer(), 'job')).toEqual([]);
  });

  it('has no place in a unit that is no time: dropped and counted, the result unharmed', () => {
    const { metrics } = declare();
    const size = untyped<typeof metrics.plain>(metrics.size);
    expect(size.startTimer()()).toBeNaN();
    expect(size.time(() => 7)).toBe(7);
    expect(size.bind().startTimer()()).toBeNaN();
    expect(metrics.dropped()).toMatchObject([
      { instrument: 'size', measurements: { unit_is_no_time: 3 } },
    ]);
  });
});

describe('a timed function', () => {
  it('gives its result, and its time from the call to the end', async () => {
    const { metrics, clock } = declare();
    const result = metrics.plain.time(() => {
      clock.advance(5);
      return 'done';
    });
    expect(result).toBe('done');
    const { count, sum } = (await onlyValueOf(metrics.producer(), 'plain')) as Histogram;
    expect([count, sum]).toEqual([1, 5]);
  });

  it('that is asynchronous is timed until it has settled', async () => {
    const { metrics, clock } = declare();
    let finish = (_: string): void => undefined;
    const work = new Promise<string>((resolve) => {
      finish = resolve;
    });
    const result = metrics.plain.time(() => work);
    clock.advance(30);
    const producer = metrics.producer();
    expect(await pointsOf(producer, 'plain')).toEqual([]);
    finish('done');
    expect(await result).toBe('done');
    expect(await onlyValueOf(producer, 'plain')).toMatchObject({ count: 1, sum: 30 });
  });

  class RateLimitError extends Error {
    override readonly name = 'RateLimitError';
  }

  it.each<[string, unknown, string]>([
    ['an error', new TypeError('x'), 'TypeError'],
    ['an error with a name of its own', new RateLimitError('x'), 'RateLimitError'],
    ['a text', 'no error', '_OTHER'],
    ['undefined', undefined, '_OTHER'],
  ])(
    'that throws %s throws it still, and is recorded under its class',
    async (_, failure, type) => {
      const { metrics } = declare();
      const fail = () => {
        throw failure;
      };
      const caught: unknown[] = [];
      try {
        metrics.job.time(fail, { model: 'sync' });
      } catch (error) {
        caught.push(error);
      }
      await metrics.job
        .time(async () => fail(), { model: 'async' })
        .catch((error: unknown) => caught.push(error));
      expect(caught).toEqual([failure, failure]);
      const points = await pointsOf(metrics.producer(), 'job');
      expect(points.map((it) => it.attributes)).toEqual([
        { model: 'sync', 'error.type': type },
        { model: 'async', 'error.type': type },
      ]);
    },
  );

  it('names no error where the call names one itself, or none is declared', async () => {
    const { metrics } = declare();
    const fail = () => {
      throw new TypeError('x');
    };
    expect(() => metrics.job.time(fail, { model: 'a', 'error.type': 'timeout' })).toThrow();
    expect(() => metrics.plain.time(fail)).toThrow();
    const producer = metrics.producer();
    expect((await pointsOf(producer, 'job'))[0]?.attributes).toEqual({
      model: 'a',
      'error.type': 'timeout',
    });
    expect((await pointsOf(producer, 'plain'))[0]?.attributes).toEqual({});
    expect(metrics.dropped()).toEqual([]);
  });

  it('takes attributes from how it ended', async () => {
    const { metrics } = declare();
    const attributes = (failure?: { readonly error: unknown }) =>
      ({ model: 'a', kind: failure === undefined ? 'a' : 'b' }) as const;
    metrics.job.time(() => 1, attributes);
    await metrics.job.time(() => Promise.reject(new Error('x')), attributes).catch(() => undefined);
    const points = await pointsOf(metrics.producer(), 'job');
    expect(points.map((it) => it.attributes)).toEqual([
      { model: 'a', kind: 'a' },
      { model: 'a', kind: 'b', 'error.type': 'Error' },
    ]);
  });

  it('that returns a promise with methods of its own gives it back as it is', async () => {
    class Stream extends Promise<string> {
      readonly chunks = ['a', 'b'];
    }
    const { metrics } = declare();
    const stream = Stream.resolve('done') as Stream;
    expect(metrics.plain.time(() => stream)).toBe(stream);
    expect(await stream).toBe('done');
    expect(await onlyValueOf(metrics.producer(), 'plain')).toMatchObject({ count: 1 });
  });

  it('that returns a lazy thenable runs it once', async () => {
    const { metrics } = declare();
    let runs = 0;
    const query: PromiseLike<number> = {
      // biome-ignore lint/suspicious/noThenProperty: a query builder is what is tested.
      then: (onDone, onFailed) => Promise.resolve(++runs).then(onDone, onFailed),
    };
    expect(await metrics.plain.time(() => query)).toBe(1);
    expect(runs).toBe(1);
    expect(await onlyValueOf(metrics.producer(), 'plain')).toMatchObject({ count: 1 });
  });
});
