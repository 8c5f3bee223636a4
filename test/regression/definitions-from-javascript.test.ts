import { describe, expect, it } from 'vitest';
import { buckets, counter, defineRegistry, histogram, MeterbookError } from '../../src/index.js';
import { untyped } from '../support/hostile.js';

/** What the compiler would have refused came through as a TypeError of ours, or not at all. */
function refusal(define: () => unknown): unknown {
  try {
    define();
  } catch (error) {
    return error instanceof MeterbookError ? [error.code, error.instrument] : error;
  }
  return undefined;
}

const scope = { name: 'test' };
const latency = histogram({ name: 'latency', unit: 's', buckets: buckets.explicit([1, 2]) });

describe('a definition that the compiler has not seen', () => {
  it.each([
    ['falling', { type: 'explicit', boundaries: [2, 1] }],
    ['infinite', { type: 'explicit', boundaries: [1, Number.POSITIVE_INFINITY] }],
    ['empty', { type: 'explicit', boundaries: [] }],
    ['absent', { type: 'explicit' }],
    ['too many', { type: 'base2', maxSize: 1_000 }],
  ])('with buckets made by hand, %s, is refused', (_, made) => {
    const given = untyped<typeof latency.buckets>(made);
    const x = histogram({ name: 'latency', unit: 's', buckets: given });
    const define = () => defineRegistry({ scope, instruments: { x } });
    expect(refusal(define)).toEqual(['INVALID_BUCKETS', 'latency']);
  });

  /** A number in the place of a text is found by the encoder otherwise: no export succeeds then. */
  it.each([
    ['version', 2],
    ['version', null],
    ['schemaUrl', new URL('https://example.com')],
  ])('with a scope whose %s is %s is refused', (field, value) => {
    const given = untyped<typeof scope>({ ...scope, [field]: value });
    const define = () => defineRegistry({ scope: given, instruments: { latency } });
    expect(refusal(define)).toEqual(['INVALID_SCOPE', undefined]);
  });

  it('without options is refused by the registry, which names the property', () => {
    const x = counter(untyped<{ name: string; unit: '1' }>(undefined));
    const define = () => defineRegistry({ scope, instruments: { x } });
    expect(refusal(define)).toEqual(['INVALID_INSTRUMENT_NAME', 'x']);
  });

  it.each([undefined, null, 'slow', 5])('with the SLO %s is refused', (slo) => {
    const slos = untyped<Record<never, never>>({ fast: slo });
    const define = () => defineRegistry({ scope, instruments: { latency }, slos });
    expect(refusal(define)).toEqual(['INVALID_SLO', undefined]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 0, -1, '1', undefined])(
    'with the threshold %s is refused as no threshold, not as no boundary',
    (threshold) => {
      const fast = { instrument: 'latency', objective: 0.9, threshold, window: '30d' };
      const slos = untyped<Record<never, never>>({ fast });
      const define = () => defineRegistry({ scope, instruments: { latency }, slos });
      expect(refusal(define)).toEqual(['INVALID_SLO', 'latency']);
    },
  );

  it.each([0, 1, -1, Number.NaN, '0.9'])('with the objective %s is refused', (objective) => {
    const fast = { instrument: 'latency', objective, threshold: 1, window: '30d' };
    const slos = untyped<Record<never, never>>({ fast });
    const define = () => defineRegistry({ scope, instruments: { latency }, slos });
    expect(refusal(define)).toEqual(['INVALID_SLO', 'latency']);
  });

  it('with a temporality that there is not is refused', () => {
    const metrics = defineRegistry({ scope, instruments: { latency } });
    for (const temporality of ['detla', 'toString', null, 1]) {
      const ask = () => metrics.producer({ temporality: untyped(temporality) });
      expect(refusal(ask)).toEqual(['INVALID_SETUP', undefined]);
    }
  });
});
