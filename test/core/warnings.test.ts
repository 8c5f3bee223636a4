import { describe, expect, it } from 'vitest';
import { attr, buckets, counter, histogram } from '../../src/index.js';
import { coreOf } from '../../src/otel/index.js';
import { untyped } from '../support/hostile.js';
import { openRegistry } from '../support/open-registry.js';

const declare = () =>
  openRegistry({
    c: counter({
      name: 'calls',
      unit: '{call}',
      attributes: { user: attr.string(), kind: attr.oneOf('a', 'b').optional() },
      maxSeries: 3,
    }),
    h: histogram({ name: 'size', unit: 'By', buckets: buckets.explicit([1]) }),
  });
type Declared = ReturnType<typeof declare>['metrics'];
type Given = { user: string };

describe('a warning', () => {
  it.each<[string, (metrics: Declared) => void, RegExp]>([
    ['NaN', (m) => m.c.add(Number.NaN, { user: 'a' }), /"calls".*NaN.*not_a_number/],
    ['a text', (m) => m.c.add(untyped<number>('1'), { user: 'a' }), /"calls".*"1" \(string\)/],
    ['an infinity', (m) => m.h.record(Number.POSITIVE_INFINITY), /"size".*infinite.*not_finite/],
    ['a negative value', (m) => m.h.record(-1), /"size".*-1 is negative.*negative_value/],
    [
      'a missing attribute',
      (m) => m.c.add(1, untyped<Given>({})),
      /"user" is missing.*missing_attr/,
    ],
    ['a wrong type', (m) => m.c.add(1, untyped<Given>({ user: 5 })), /"user" is 5.*of type string/],
    [
      'a value outside its set',
      (m) => m.c.add(1, { user: 'a', kind: untyped<'a'>('c') }),
      /"kind" is "c".*one of a, b.*invalid_attribute/,
    ],
    [
      'an undeclared key',
      (m) => m.c.add(1, untyped<Given>({ user: 'a', token: 'secret' })),
      /"token" is not declared.*left out/,
    ],
  ])('is given once for %s, and names what is at fault', (_, act, expected) => {
    const { metrics, warnings } = declare();
    for (let i = 0; i < 3; i++) act(metrics);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(expected);
    expect(warnings[0]).toContain('without a word');
    expect(warnings[0]).not.toContain('secret');
  });

  it('is given for each reason and each instrument apart', () => {
    const { metrics, warnings } = declare();
    for (let i = 0; i < 2; i++) {
      metrics.c.add(Number.NaN, { user: 'a' });
      metrics.c.add(-1, { user: 'a' });
      metrics.h.record(-1);
    }
    expect(warnings).toHaveLength(3);
  });

  it('of the first overflow names the attribute with the most values, and the way out', () => {
    const { metrics, warnings } = declare();
    for (let i = 0; i < 10; i++) metrics.c.add(1, { user: `user ${i}`, kind: 'a' });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/"calls" has reached its limit of 3 series/);
    expect(warnings[0]).toMatch(
      /"user" has the most distinct values \(3\): bound it with maxValues/,
    );
  });

  it('given before anybody listens is kept, up to a hundred', () => {
    const instruments = Object.fromEntries(
      Array.from({ length: 150 }, (_, i) => [`c${i}`, counter({ name: `c${i}`, unit: '1' })]),
    );
    const { metrics } = openRegistry(instruments);
    const { runtime } = coreOf(metrics);
    runtime.onWarning(undefined);
    for (const it of Object.keys(instruments)) metrics[it]?.add(Number.NaN);
    const heard: string[] = [];
    runtime.onWarning((message) => heard.push(message));
    expect(heard).toHaveLength(100);
    runtime.onWarning((message) => heard.push(message));
    expect(heard).toHaveLength(100);
  });

  it('never reaches a record call when its listener throws', () => {
    const { metrics } = declare();
    coreOf(metrics).runtime.onWarning(() => {
      throw new Error('the log is full');
    });
    expect(() => metrics.h.record(-1)).not.toThrow();
  });
});

describe('dropped()', () => {
  it('counts measurements by reason, and left-out attributes beside them', () => {
    const { metrics } = declare();
    expect(metrics.dropped()).toEqual([]);
    for (let i = 0; i < 3; i++) metrics.c.add(Number.NaN, { user: 'a' });
    metrics.c.add(-1, { user: 'a' });
    metrics.c.add(1, untyped<Given>({ user: 'a', x: 1, y: 2 }));
    expect(metrics.dropped()).toEqual([
      {
        instrument: 'calls',
        measurements: { not_a_number: 3, negative_value: 1 },
        undeclaredAttributes: 2,
      },
    ]);
  });

  it('counts undeclared keys wherever they stand, of known series too', () => {
    const { metrics } = declare();
    const { metrics: strict } = openRegistry({ c: metrics.c.declaration }, { strict: true });
    const right = { user: 'a', kind: 'a' } as const;
    metrics.c.add(1, right);
    strict.c.add(1, right);
    const wrong = [
      { x: 1, ...right },
      { user: 'a', x: 1, kind: 'a' },
      { ...right, x: 1 },
      { kind: 'a', user: 'a', x: 1 },
      { kind: 'a', x: 1, user: 'a' },
    ];
    for (const it of wrong) {
      metrics.c.add(1, untyped<typeof right>(it));
      expect(() => strict.c.add(1, untyped<typeof right>(it))).toThrow('"x" is not declared');
    }
    expect(metrics.dropped()).toMatchObject([{ undeclaredAttributes: wrong.length }]);
    expect(metrics.cardinality()[0]?.series).toBe(1);
  });
});
