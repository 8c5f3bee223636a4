import { describe, expect, it } from 'vitest';
import type { InstrumentDeclarations } from '../../src/declare/index.js';
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
    ['no object', 'task.duration', 'renamedFrom.name is undefined'],
    ['no name', { until }, 'renamedFrom.name is undefined'],
    ['a malformed name', { name: '1 x', until }, 'renamedFrom.name is "1 x"'],
    ['no date', { name: 'a' }, 'renamedFrom.until is undefined'],
    ['a time', { name: 'a', until: '2027-01-31T00:00Z' }, 'renamedFrom.until is'],
    ['no day', { name: 'a', until: '2027-02-31' }, 'renamedFrom.until is "2027-02-31"'],
    ['a year', { name: 'a', until: '2027' }, 'renamedFrom.until is "2027"'],
    ['a number', { name: 'a', until: 2027 }, 'renamedFrom.until is 2027'],
    ['a factor of zero', { name: 'a', until, unit: 'ms', factor: 0 }, 'renamedFrom.factor is 0'],
    [
      'a factor of text',
      { name: 'a', until, unit: 'ms', factor: 'x' },
      'renamedFrom.factor is "x"',
    ],
    ['a factor without a unit', { name: 'a', until, factor: 1_000 }, 'renamedFrom.unit is "s"'],
    ['a unit without a factor', { name: 'a', until, unit: 'ms' }, 'renamedFrom.unit is "ms"'],
  ])('is refused with %s', (_, renamedFrom, message) => {
    const error = refusalOf(() => define(renamedFrom));
    expect(error.code).toBe('INVALID_RENAME');
    expect(error.instrument).toBe('job.duration');
    expect(error.message).toContain(message);
    expect(error.fix).toContain('unit and factor together');
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
      'renamedFrom.factor is 1000',
    );
  });

  it('cannot be the name, or the former name, of another instrument', () => {
    const calls = (name: string, former: string) =>
      counter({ name, unit: '{call}', renamedFrom: { name: former, until } });
    const refused = (instruments: InstrumentDeclarations) => {
      const { code, message } = refusalOf(() => defineRegistry({ scope, instruments }));
      expect(message).toMatch(/renamed from "[AaBbXx]"/);
      return code;
    };
    const taken = counter({ name: 'b', unit: '{call}' });
    const conflict = 'CONFLICTING_INSTRUMENTS';
    expect(refused({ a: calls('a', 'B'), b: taken })).toBe(conflict);
    expect(refused({ b: taken, a: calls('a', 'B') })).toBe(conflict);
    expect(refused({ a: calls('a', 'x'), b: calls('b', 'X') })).toBe(conflict);
    expect(refused({ a: calls('a', 'A') })).toBe(conflict);
  });
});
