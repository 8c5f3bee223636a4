import { describe, expect, it } from 'vitest';
import { declareRegistry, RESERVED_NAMES } from '../../src/declare/index.js';
import { attr, buckets, counter, defineRegistry, histogram } from '../../src/index.js';
import { untyped } from '../support/hostile.js';
import { refusalOf } from '../support/refusal.js';

const scope = { name: 'test' };
const named = (name: string) => counter({ name, unit: '1' });
const define = (instruments: Record<string, ReturnType<typeof named>>) => () =>
  declareRegistry({ scope, instruments });

/** OpenTelemetry metrics API, "Instrument name syntax". */
describe('instrument names', () => {
  it.each(['a', 'A', 'http.server.request.duration', 'a_b-c/d.e', 'z9', `a${'b'.repeat(254)}`])(
    '%s is one',
    (name) => {
      expect(define({ it: named(name) })().instruments['it']?.name).toBe(name);
    },
  );

  it.each(['', '1a', '_a', '.a', 'a b', 'é', 'a%', 'a\n', ' a', `a${'b'.repeat(255)}`, 'a{b}'])(
    '%j is none',
    (name) => {
      const error = refusalOf(define({ it: named(name) }));
      expect(error).toMatchObject({ code: 'INVALID_INSTRUMENT_NAME', instrument: 'it' });
      expect(error.cause).toContain(JSON.stringify(name).slice(1, 60));
    },
  );
});

describe('two declarations of one name', () => {
  const latency = histogram({
    name: 'job.duration',
    unit: 's',
    buckets: buckets.explicit([1, 2]),
    attributes: { model: attr.string(), kind: attr.oneOf('a', 'b').optional() },
  });

  it('are refused, with both sides and the fix', () => {
    const other = counter({
      name: 'job.duration',
      unit: '{job}',
      attributes: { code: attr.int() },
    });
    const error = refusalOf(() =>
      declareRegistry({ scope, instruments: { latency, jobs: other } }),
    );
    expect(error.code).toBe('CONFLICTING_INSTRUMENTS');
    expect(error.message).toBe(
      '[CONFLICTING_INSTRUMENTS] Instrument "job.duration": it is declared twice: ' +
        '"latency" is a histogram "job.duration" in "s" with attributes ' +
        '{model:string, kind?:oneOf}, buckets [1 2]; ' +
        '"jobs" is a counter "job.duration" in "{job}" with attributes {code:int}. ' +
        'Fix: Rename one of the two, or make one declaration and record through it in both places.',
    );
  });

  it('are refused where they are the same, too', () => {
    const error = refusalOf(() =>
      declareRegistry({ scope, instruments: { one: latency, other: latency } }),
    );
    expect(error.fix).toBe('Declare it once and record through that declaration in both places.');
  });

  it('are one name in whichever case', () => {
    const error = refusalOf(define({ one: named('Calls'), other: named('calls') }));
    expect(error.code).toBe('CONFLICTING_INSTRUMENTS');
    expect(error.message).toContain('"Calls"');
    expect(error.message).toContain('"calls"');
  });

  it('show exponential buckets by their size', () => {
    const base2 = histogram({ name: 'job.duration', unit: 's', buckets: buckets.base2() });
    const error = refusalOf(() => declareRegistry({ scope, instruments: { latency, base2 } }));
    expect(error.message).toContain('base-2 buckets of size 160');
  });
});

describe('a registry declaration', () => {
  it.each(RESERVED_NAMES)('has no place for an instrument called %s', (name) => {
    expect(refusalOf(define({ [name]: named('a') }))).toMatchObject({
      code: 'RESERVED_NAME',
      instrument: name,
    });
  });

  it('reserves just what a live registry has of its own', () => {
    const registry = defineRegistry({ scope, instruments: {} });
    expect(Object.keys(registry).sort()).toEqual([...RESERVED_NAMES]);
  });

  it.each(['__proto__', 'constructor', 'toString', 'then'])(
    'has a place for one called %s',
    (name) => {
      const instruments = Object.fromEntries([[name, named('a')]]);
      const registry = defineRegistry({ scope, instruments });
      expect(Object.hasOwn(registry, name)).toBe(true);
      expect(registry.manifest().instruments[0]?.property).toBe(name);
    },
  );

  it('is frozen, and not the objects that it was made from', () => {
    const instruments = { a: named('a') };
    const slos = {};
    const declaration = declareRegistry({ scope, instruments, slos });
    for (const it of [declaration, ...Object.values(declaration), declaration.instruments.a])
      expect(Object.isFrozen(it)).toBe(true);
    expect(Object.isFrozen(instruments) || Object.isFrozen(slos)).toBe(false);
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'INVALID_REGISTRY'],
    ['no instruments', { scope }, 'INVALID_REGISTRY'],
    ['instruments in words', { scope, instruments: 'a' }, 'INVALID_REGISTRY'],
    ['null for instruments', { scope, instruments: null }, 'INVALID_REGISTRY'],
    ['no scope', { instruments: {} }, 'INVALID_SCOPE'],
    ['a scope without a name', { scope: {}, instruments: {} }, 'INVALID_SCOPE'],
    ['a scope with an empty name', { scope: { name: '' }, instruments: {} }, 'INVALID_SCOPE'],
    ['null for an instrument', { scope, instruments: { a: null } }, 'INVALID_INSTRUMENT'],
    ['a function', { scope, instruments: { a: counter } }, 'INVALID_INSTRUMENT'],
    [
      'a kind that there is not',
      { scope, instruments: { a: { kind: 'x' } } },
      'INVALID_INSTRUMENT',
    ],
    [
      'a description that is no text',
      { scope, instruments: { a: { ...named('a'), description: 5 } } },
      'INVALID_INSTRUMENT',
    ],
    [
      'a histogram without buckets',
      { scope, instruments: { a: { ...named('a'), kind: 'histogram' } } },
      'INVALID_BUCKETS',
    ],
    [
      'a counter with buckets',
      { scope, instruments: { a: { ...named('a'), buckets: buckets.base2() } } },
      'INVALID_BUCKETS',
    ],
    [
      'bounds without a builder',
      { scope, instruments: { a: { ...named('a'), kind: 'histogram', buckets: [1, 2] } } },
      'INVALID_BUCKETS',
    ],
    [
      'an attribute without a builder',
      { scope, instruments: { a: { ...named('a'), attributes: { model: 'string' } } } },
      'INVALID_ATTRIBUTE',
    ],
  ])('is not made from %s', (_, definition, code) => {
    const error = refusalOf(() =>
      declareRegistry(untyped<Parameters<typeof declareRegistry>[0]>(definition)),
    );
    expect(error.code).toBe(code);
    expect(error.message).toContain(error.cause);
    expect(error.message).toContain(`Fix: ${error.fix}`);
  });

  it.each(['', '__proto__', 'constructor', 'toString', 'otel.metric.overflow'])(
    'takes no attribute key %j',
    (key) => {
      const attributes = Object.fromEntries([[key, attr.string()]]);
      const it = counter({ name: 'it', unit: '1', attributes });
      expect(refusalOf(() => declareRegistry({ scope, instruments: { it } }))).toMatchObject({
        code: 'INVALID_ATTRIBUTE_KEY',
        instrument: 'it',
      });
    },
  );

  it('checks units and names the instrument', () => {
    const it = counter({ name: 'it', unit: untyped<'s'>('seconds') });
    expect(refusalOf(() => declareRegistry({ scope, instruments: { it } }))).toMatchObject({
      code: 'INVALID_UNIT',
      instrument: 'it',
    });
  });
});
