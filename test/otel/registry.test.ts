import { describe, expect, it } from 'vitest';
import { declareRegistry } from '../../src/declare/index.js';
import { buckets, counter, defineRegistry, histogram } from '../../src/index.js';
import { coreOf, makeRegistry } from '../../src/otel/index.js';
import { onlyValueOf } from '../support/collected.js';
import { untyped } from '../support/hostile.js';
import { refusalOf } from '../support/refusal.js';

const scope = { name: 'service', version: '1.0.0' };
const calls = counter({ name: 'calls', unit: '{call}' });
const latency = histogram({ name: 'latency', unit: 's', buckets: buckets.explicit([1]) });

describe('a live registry', () => {
  it('has its instruments, its methods, and nothing else', () => {
    const metrics = defineRegistry({ scope, instruments: { calls, latency } });
    expect(Object.keys(metrics).sort()).toEqual([
      'calls',
      'cardinality',
      'dropped',
      'latency',
      'manifest',
      'producer',
      'scope',
      'usage',
    ]);
    expect(metrics.calls.declaration).toBe(calls);
    expect(metrics.scope).toEqual(scope);
    expect(Object.isFrozen(metrics)).toBe(true);
    expect(JSON.stringify(metrics.manifest())).toContain('"calls"');
  });

  it('is production unless it is asked to be strict', () => {
    const add = (strict?: boolean) => () =>
      defineRegistry({
        scope,
        instruments: { calls },
        ...(strict !== undefined && { strict }),
      }).calls.add(-1);
    expect(add()).not.toThrow();
    expect(add(false)).not.toThrow();
    expect(refusalOf(add(true)).code).toBe('MEASUREMENT_REFUSED');
  });

  it('shares no numbers with another of the same declaration', async () => {
    const declaration = declareRegistry({ scope, instruments: { calls } });
    const [one, other] = [makeRegistry(declaration, {}), makeRegistry(declaration, {})];
    one.calls.add(1);
    other.calls.add(10);
    expect(await onlyValueOf(one.producer(), 'calls')).toBe(1);
    expect(await onlyValueOf(other.producer(), 'calls')).toBe(10);
  });

  it('is told from what is none', () => {
    const metrics = defineRegistry({ scope, instruments: {} });
    expect(coreOf(metrics).declaration.scope).toEqual(scope);
    for (const it of [undefined, null, {}, 5, 'metrics', { ...metrics }]) {
      expect(refusalOf(() => coreOf(it)).code).toBe('INVALID_REGISTRY');
    }
  });

  it('cannot be defined from nothing', () => {
    const define = () =>
      defineRegistry(untyped<{ scope: typeof scope; instruments: { calls: typeof calls } }>(null));
    expect(refusalOf(define).code).toBe('INVALID_REGISTRY');
  });
});
