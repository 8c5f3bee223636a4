import { describe, expect, it } from 'vitest';
import { buckets, counter, defineRegistry, histogram } from '../../src/index.js';
import { untyped } from '../support/hostile.js';
import { refusalOf } from '../support/refusal.js';

const scope = { name: 'service' };
const until = '2027-01-31';
const seconds = (renamedFrom: unknown, of = buckets.explicit([0.1, 1])) =>
  histogram({ name: 'job.duration', unit: 's', buckets: of, renamedFrom: untyped(renamedFrom) });
const define = (renamedFrom: unknown) =>
  defineRegistry({ scope, instruments: { duration: seconds(renamedFrom) } });

describe('renamedFrom', () => {
  it('is in the manifest as it was declared', () => {
    const former = { name: 'task.duration', until, unit: 'ms', factor: 1_000 } as const;
    expect(define(former).manifest().instruments[0]?.renamedFrom).toEqual(former);
    const short = { name: 'task.duration', until };
    expect(define(short).manifest().instruments[0]?.renamedFrom).toStrictEqual(short);
    expect(define(undefined).manifest().instruments[0]).not.toHaveProperty('renamedFrom');
  });

  it('is copied: changing the object afterwards changes nothing', () => {
    const former = { name: 'task.duration', until };
    const metrics = define(former);
    former.name = 'other';
    expect(metrics.manifest().instruments[0]?.renamedFrom?.name).toBe('task.duration');
  });

  it.each([
    ['no object', 'task.duration', 'renamedFrom is "task.duration"'],
    ['null', null, 'renamedFrom is null'],
    ['no name', { until }, 'renamedFrom.name is undefined'],
    ['a malformed name', { name: '1 x', until }, 'renamedFrom.name is "1 x"'],
    ['the name it has', { name: 'Job.Duration', until }, 'the name that it has now'],
    ['no date', { name: 'a' }, 'renamedFrom.until is undefined'],
    ['a time', { name: 'a', until: '2027-01-31T00:00Z' }, 'renamedFrom.until is'],
    ['no day', { name: 'a', until: '2027-02-31' }, 'renamedFrom.until is "2027-02-31"'],
    ['a factor of zero', { name: 'a', until, unit: 'ms', factor: 0 }, 'renamedFrom.factor is 0'],
    ['a factor without a unit', { name: 'a', until, factor: 1_000 }, 'unit and factor together'],
    ['a unit without a factor', { name: 'a', until, unit: 'ms' }, 'unit and factor together'],
    ['the inverse factor', { name: 'a', until, unit: 'ms', factor: 0.001 }, 'Set factor to 1000.'],
  ])('is refused with %s', (_, renamedFrom, message) => {
    const error = refusalOf(() => define(renamedFrom));
    expect(error.code).toBe('INVALID_RENAME');
    expect(error.instrument).toBe('job.duration');
    expect(error.message).toContain(message);
  });

  it('is refused with a unit that is none, and with a factor on base-2 buckets', () => {
    expect(refusalOf(() => define({ name: 'a', until, unit: 'sec', factor: 2 })).code).toBe(
      'INVALID_UNIT',
    );
    const duration = histogram({
      name: 'job.duration',
      unit: 's',
      buckets: buckets.base2(),
      renamedFrom: { name: 'a', until, unit: 'ms', factor: 1_000 },
    });
    expect(refusalOf(() => defineRegistry({ scope, instruments: { duration } })).message).toContain(
      'base-2 buckets cannot be moved',
    );
  });

  it('cannot be the name, or the former name, of another instrument', () => {
    const calls = (name: string, former: string) =>
      counter({ name, unit: '{call}', renamedFrom: { name: former, until } });
    const taken = { a: calls('a', 'B'), b: counter({ name: 'b', unit: '{call}' }) };
    expect(refusalOf(() => defineRegistry({ scope, instruments: taken })).code).toBe(
      'INVALID_RENAME',
    );
    const twice = { a: calls('a', 'x'), b: calls('b', 'X') };
    expect(refusalOf(() => defineRegistry({ scope, instruments: twice })).instrument).toBe('b');
  });
});
