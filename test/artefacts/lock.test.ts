import { describe, expect, it } from 'vitest';
import { type Change, diffManifests, lockText, makeLock } from '../../src/artefacts/index.js';
import type { Manifest, ManifestAttribute, ManifestInstrument } from '../../src/declare/index.js';
import { changed, everyKind, instrumentOf } from './support/registries.js';

/** Before the end of the former name of `everyKind`. */
const NOW = Date.UTC(2027, 0, 31, 23, 59);
const LATER = Date.UTC(2027, 1, 1);

const brief = (changes: readonly Change[]) =>
  changes.map(({ effect, subject, field, before, after }) => [
    effect,
    subject,
    field,
    before,
    after,
  ]);

const diff = (after: Manifest, nowMillis = NOW, before = everyKind) =>
  brief(diffManifests([before], [after], { nowMillis }));

/** The differences when one field of one instrument changes. */
const change = (property: string, fields: Partial<ManifestInstrument>, nowMillis = NOW) =>
  diff(changed(everyKind, property, fields), nowMillis);

/** The differences when one attribute changes from the first to the second. */
const attribute = (
  was: Partial<ManifestAttribute> | undefined,
  is: Partial<ManifestAttribute> | undefined,
) => {
  const base: ManifestAttribute = { key: 'a', type: 'string', optional: false, fromContext: false };
  const of = (it: Partial<ManifestAttribute> | undefined) =>
    changed(everyKind, 'active', { attributes: it === undefined ? [] : [{ ...base, ...it }] });
  return diff(of(is), NOW, of(was)).map(([effect, , field, before, after]) => [
    effect,
    field,
    before,
    after,
  ]);
};

describe('the lock', () => {
  it('is the same wherever a declaration stands', () => {
    const other = {
      ...everyKind,
      instruments: [...everyKind.instruments].reverse(),
      slos: [...everyKind.slos].reverse(),
    };
    const second = { ...everyKind, scope: { name: 'a' } };
    expect(lockText(makeLock([other, second]))).toBe(lockText(makeLock([second, everyKind])));
    expect(diffManifests(makeLock([other]).registries, [everyKind])).toEqual([]);
    expect(JSON.parse(lockText(makeLock([everyKind])))).toEqual(makeLock([everyKind]));
  });
});

describe('an instrument', () => {
  it('that is gone is breaking, that is new compatible', () => {
    const without = {
      ...everyKind,
      instruments: everyKind.instruments.filter((it) => it.property !== 'active'),
    };
    expect(diff(without)).toEqual([['breaking', 'active', 'instrument', 'active', undefined]]);
    expect(diff(everyKind, NOW, without)).toEqual([
      ['compatible', 'active', 'instrument', undefined, 'active'],
    ]);
  });

  it('that is renamed is breaking, unless both names are exported', () => {
    expect(change('active', { name: 'busy' })).toEqual([
      ['breaking', 'busy', 'name', 'active', 'busy'],
    ]);
    const renamedFrom = { name: 'active', until: '2027-01-31' };
    const declared = { name: 'busy', property: 'busy', renamedFrom };
    expect(change('active', declared)[0]).toEqual(['compatible', 'busy', 'name', 'active', 'busy']);
    expect(change('active', declared, LATER)[0]).toEqual([
      'breaking',
      'busy',
      'name',
      'active',
      'busy',
    ]);
    expect(change('active', { name: 'Active' })).toEqual([
      ['breaking', 'Active', 'name', 'active', 'Active'],
    ]);
  });

  it('is another one where neither name nor property are its own', () => {
    expect(
      change('active', { name: 'busy', property: 'busy' }).map(([effect, subject]) => [
        effect,
        subject,
      ]),
    ).toEqual([
      ['breaking', 'active'],
      ['compatible', 'busy'],
    ]);
  });

  it('may change its unit under a new name, while the former keeps the old one', () => {
    const renamedFrom = { name: 'smooth', until: '2027-01-31', unit: 'By', factor: 1_000 };
    const now = { name: 'size', unit: 'kBy', renamedFrom };
    expect(change('smooth', now).map(([effect, , field]) => [effect, field])).toEqual([
      ['compatible', 'name'],
      ['compatible', 'unit'],
      ['compatible', 'renamedFrom'],
    ]);
    const wrong = { ...now, renamedFrom: { name: 'smooth', until: '2027-01-31' } };
    expect(change('smooth', wrong)).toContainEqual(['breaking', 'size', 'unit', 'By', 'kBy']);
  });

  it('that moves to another scope is breaking', () => {
    const moved = { ...everyKind, scope: { name: 'other' }, slos: [] };
    const changes = diffManifests([{ ...everyKind, slos: [] }], [moved], { nowMillis: NOW });
    expect(changes).toHaveLength(6);
    expect(changes[0]).toMatchObject({
      effect: 'breaking',
      field: 'scope',
      before: 'service',
      after: 'other',
    });
  });

  it.each<[string, string, Partial<ManifestInstrument>, Change['effect']]>([
    ['kind', 'active', { kind: 'gauge' }, 'breaking'],
    ['kind', 'calls', { kind: 'observableCounter' }, 'breaking'],
    ['kind', 'active', { kind: 'observableUpDownCounter' }, 'compatible'],
    ['kind', 'depth', { kind: 'gauge' }, 'compatible'],
    ['unit', 'active', { unit: '{task}' }, 'breaking'],
    ['buckets', 'latency', { boundaries: [0.1, 1, 10, 100] }, 'breaking'],
    ['buckets', 'latency', { boundaries: [0.1, 1] }, 'breaking'],
    ['base2MaxSize', 'smooth', { base2MaxSize: 10 }, 'breaking'],
    ['base2MaxSize', 'smooth', { base2MaxSize: 40 }, 'compatible'],
    ['maxSeries', 'calls', { maxSeries: 1_999 }, 'breaking'],
    ['maxSeries', 'calls', { maxSeries: 2_001 }, 'compatible'],
    ['idleSeconds', 'latency', { idleSeconds: 30 }, 'compatible'],
    ['sampleOneIn', 'latency', { sampleOneIn: 100 }, 'breaking'],
    ['sampleOneIn', 'latency', { sampleOneIn: 2 }, 'compatible'],
    ['seedZero', 'calls', { seedZero: false }, 'breaking'],
    ['seedZero', 'active', { seedZero: true }, 'compatible'],
    ['description', 'active', { description: 'Busy.' }, 'compatible'],
    ['property', 'active', { property: 'busy' }, 'compatible'],
  ])('%s of %s: %j is %s', (field, property, fields, effect) => {
    const found = change(property, fields);
    expect(found.map(([, , name]) => name)).toEqual([field]);
    expect(found[0]?.[0]).toBe(effect);
  });

  it('keeps a former name until its day', () => {
    const until = (day: string) => ({
      ...instrumentOf(everyKind, 'latency').renamedFrom,
      name: 'task.latency',
      until: day,
    });
    const effect = (renamedFrom: ManifestInstrument['renamedFrom'], now = NOW) => {
      const { renamedFrom: _, ...rest } = instrumentOf(everyKind, 'latency');
      const after = { ...rest, ...(renamedFrom !== undefined && { renamedFrom }) };
      const instruments = everyKind.instruments.map((it) =>
        it.property === 'latency' ? after : it,
      );
      return diff({ ...everyKind, instruments }, now).map(([is, , field]) => `${is} ${field}`);
    };
    expect(effect(undefined)).toEqual(['breaking renamedFrom']);
    expect(effect(undefined, LATER)).toEqual(['compatible renamedFrom']);
    expect(effect(until('2027-01-30'))).toEqual(['breaking renamedFrom']);
    expect(effect(until('2027-02-28'))).toEqual(['compatible renamedFrom']);
  });
});

describe('an attribute', () => {
  const values = (...of: string[]): Partial<ManifestAttribute> => ({ type: 'oneOf', values: of });
  it.each([
    ['removed', {}, undefined, [['breaking', 'attributes.a', 'string', undefined]]],
    [
      'added, optional',
      undefined,
      { optional: true },
      [['compatible', 'attributes.a', undefined, 'string']],
    ],
    ['added, required', undefined, {}, [['breaking', 'attributes.a', undefined, 'string']]],
    [
      'of another type',
      {},
      { type: 'int' as const },
      [['breaking', 'attributes.a.type', 'string', 'int']],
    ],
    ['no longer closed', values('x'), {}, [['compatible', 'attributes.a.type', 'oneOf', 'string']]],
    ['closed', {}, values('x'), [['breaking', 'attributes.a.type', 'string', 'oneOf']]],
    [
      'narrowed',
      values('x', 'y'),
      values('y'),
      [['breaking', 'attributes.a.values', '["x"]', undefined]],
    ],
    [
      'widened',
      values('x'),
      values('y', 'x'),
      [['compatible', 'attributes.a.values', undefined, '["y"]']],
    ],
    ['in another order', values('x', 'y'), values('y', 'x'), []],
    ['bounded', {}, { maxValues: 5 }, [['breaking', 'attributes.a.maxValues', undefined, '5']]],
    [
      'bounded less',
      { maxValues: 5 },
      { maxValues: 6 },
      [['compatible', 'attributes.a.maxValues', '5', '6']],
    ],
    [
      'bounded more',
      { maxValues: 5 },
      { maxValues: 4 },
      [['breaking', 'attributes.a.maxValues', '5', '4']],
    ],
    ['unbounded', { maxValues: 5 }, {}, [['compatible', 'attributes.a.maxValues', '5', undefined]]],
    [
      'optional now',
      {},
      { optional: true },
      [['compatible', 'attributes.a.optional', 'false', 'true']],
    ],
    [
      'required now',
      { optional: true },
      {},
      [['breaking', 'attributes.a.optional', 'true', 'false']],
    ],
    [
      'from the context',
      {},
      { fromContext: true },
      [['compatible', 'attributes.a.fromContext', 'false', 'true']],
    ],
    [
      'no longer so',
      { fromContext: true },
      {},
      [['breaking', 'attributes.a.fromContext', 'true', 'false']],
    ],
  ])('%s', (_, was, is, expected) => {
    expect(attribute(was, is)).toEqual(expected);
  });
});

describe('an objective and a scope', () => {
  it('tell what has changed', () => {
    const [fast, small] = everyKind.slos;
    const slos = [
      { ...(fast as (typeof everyKind.slos)[number]), objective: 0.99 },
      { ...(small as (typeof everyKind.slos)[number]), name: 'tiny' },
    ];
    expect(diff({ ...everyKind, slos })).toEqual([
      ['compatible', 'slo fast', 'objective', '0.999', '0.99'],
      ['breaking', 'slo small', 'slo', 'small', undefined],
      ['compatible', 'slo tiny', 'slo', undefined, 'tiny'],
    ]);
    expect(diff({ ...everyKind, scope: { name: 'service', version: '2' } })).toEqual([
      ['compatible', '', 'scope.version', '1.2.3', '2'],
    ]);
  });
});
