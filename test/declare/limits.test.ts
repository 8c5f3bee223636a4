import { describe, expect, it } from 'vitest';
import { declareRegistry } from '../../src/declare/index.js';
import { attr, counter, gauge } from '../../src/index.js';
import { refusalOf } from '../support/refusal.js';

const scope = { name: 'test' };
const named = (name: string) => counter({ name, unit: '1' });

describe('limits', () => {
  const limited = (options: object) => () =>
    declareRegistry({
      scope,
      instruments: { it: counter({ name: 'it', unit: '1', ...options }) },
    });

  it.each([
    { maxSeries: 1 },
    { maxSeries: 1_000_000 },
    { idleSeconds: 0.5 },
    { sampleOneIn: 1 },
    { sampleOneIn: 1_000 },
  ])('%j is within', (options) => {
    expect(limited(options)).not.toThrow();
  });

  it.each([
    ...[0, -1, 1.5, Number.NaN, 1_000_001, '10'].map((maxSeries) => ({ maxSeries })),
    ...[0, -1, Number.NaN, Number.POSITIVE_INFINITY, '10'].map((idleSeconds) => ({ idleSeconds })),
    ...[0, 0.5, Number.NaN, Number.POSITIVE_INFINITY].map((sampleOneIn) => ({ sampleOneIn })),
  ])('%j is out of range', (options) => {
    const error = refusalOf(limited(options));
    expect(error).toMatchObject({ code: 'INVALID_LIMIT', instrument: 'it' });
    expect(error.cause).toContain(Object.keys(options)[0]);
  });

  it.each([
    ['gauge', gauge({ name: 'it', unit: '1', ...{ sampleOneIn: 2 } })],
    ['upDownCounter', { ...named('it'), kind: 'upDownCounter' as const, sampleOneIn: 2 }],
    ['observableCounter', { ...named('it'), kind: 'observableCounter' as const, sampleOneIn: 2 }],
  ])('a %s cannot be sampled', (kind, it) => {
    const error = refusalOf(() => declareRegistry({ scope, instruments: { it } }));
    expect(error.code).toBe('INVALID_LIMIT');
    expect(error.fix).toContain(kind);
  });
});

describe('seeds', () => {
  const seeded = (attributes: Parameters<typeof counter>[0]['attributes'], maxSeries = 2_000) =>
    counter({ name: 'it', unit: '1', attributes: { ...attributes }, seedZero: true, maxSeries });
  const closed = { kind: attr.oneOf('a', 'b', 'c'), flag: attr.boolean() };

  it.each([
    ['no attributes', seeded({})],
    ['closed sets', seeded(closed)],
    ['closed sets and open optional ones', seeded({ ...closed, model: attr.string().optional() })],
    ['as many combinations as places', seeded(closed, 6)],
  ])('are possible with %s', (_, it) => {
    expect(() => declareRegistry({ scope, instruments: { it } })).not.toThrow();
  });

  it.each([
    ['a string', seeded({ model: attr.string({ maxValues: 2 }) }), /"model" are not known/],
    ['an int', seeded({ ...closed, code: attr.int() }), /"code" are not known/],
    ['more combinations than places', seeded(closed, 5), /6 series, more than maxSeries \(5\)/],
    ['a gauge', { ...seeded({}), kind: 'gauge' as const }, /seedZero is set on a gauge/],
  ])('are not with %s', (_, it, cause) => {
    const error = refusalOf(() => declareRegistry({ scope, instruments: { it } }));
    expect(error).toMatchObject({ code: 'INVALID_SEED', instrument: 'it' });
    expect(error.cause).toMatch(cause);
  });
});
