import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_ASKING, readAsking, writeAsking } from '../../src/live/asking.js';
import type { Asking } from '../../src/live/protocol.js';

const read = (text: string) => readAsking(new URLSearchParams(text));

describe('what a query string asks for', () => {
  it('is what the protocol says', () => {
    const text =
      'view=instrument&range=60&to=1700000000000&service=shop&service=till&where=http.route%3D%2Fchat' +
      '&where=a%3Db%3Dc&by=http.route&instrument=job.duration';
    expect(read(text)).toEqual({
      view: 'instrument',
      rangeSeconds: 60,
      to: 1_700_000_000_000,
      services: ['shop', 'till'],
      filters: [
        { key: 'http.route', value: '/chat' },
        { key: 'a', value: 'b=c' },
      ],
      by: 'http.route',
      instrument: 'job.duration',
    });
  });

  it('is the overview of the last minutes where nothing is said', () => {
    expect(read('')).toEqual(DEFAULT_ASKING);
    expect(read('utm=1&token=x')).toEqual(DEFAULT_ASKING);
  });

  it.each([
    'view=../etc',
    'view=',
    'view=Overview',
    `view=${'a'.repeat(41)}`,
    'range=0',
    'range=-5',
    'range=1e3',
    'range=NaN',
    'range=99999999999',
    'to=tomorrow',
    'to=0',
    `service=${'a'.repeat(301)}`,
    'service=',
    'where=x',
    'where=%3Dx',
    `where=x%3D${'a'.repeat(300)}`,
    'by=',
    `instrument=${'a'.repeat(301)}`,
  ])('leaves out what is wrong: %s', (text) => {
    expect(read(text)).toEqual(DEFAULT_ASKING);
  });

  it('is bounded', () => {
    const many = (name: string) =>
      Array.from({ length: 500 }, (_, i) => `${name}=k${i}%3Dv`).join('&');
    expect(read(many('service')).services).toHaveLength(20);
    expect(read(many('where')).filters).toHaveLength(20);
  });

  it('names each service and each condition once', () => {
    const asking = read('service=a&service=a&where=k%3Dv&where=k%3Dv&where=k%3Dw');
    expect(asking.services).toEqual(['a']);
    expect(asking.filters).toHaveLength(2);
  });

  it('says nothing of what is the default when it is written', () => {
    expect(writeAsking(DEFAULT_ASKING).toString()).toBe('');
  });

  it('reads back what it has written', () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 100 }).map(wellFormed);
    const key = text.filter((one) => !one.includes('='));
    const asking: fc.Arbitrary<Asking> = fc.record(
      {
        view: fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/),
        rangeSeconds: fc.integer({ min: 1, max: 86_400 }),
        to: fc.integer({ min: 1, max: 4e12 }),
        services: fc.uniqueArray(text, { maxLength: 20 }),
        filters: fc.uniqueArray(fc.record({ key, value: text }), {
          maxLength: 20,
          selector: ({ key, value }) => `${key}=${value}`,
        }),
        by: text,
        instrument: text,
      },
      { requiredKeys: ['view', 'rangeSeconds', 'services', 'filters'] },
    );
    fc.assert(
      fc.property(asking, (it) => {
        expect(readAsking(new URLSearchParams(writeAsking(it).toString()))).toEqual(it);
      }),
    );
  });
});

/** A query string is UTF-8, which has no lone surrogates. */
function wellFormed(text: string): string {
  return new TextDecoder().decode(new TextEncoder().encode(text));
}
