import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fateOf, retryAfterMillis } from '../../../src/otel/delivery/answer.js';
import { pauseMillis } from '../../../src/otel/delivery/backoff.js';
import { serverWords } from '../../../src/otel/delivery/server-words.js';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

describe('the fate of a request', () => {
  it.each([
    [200, 'accepted'],
    [202, 'accepted'],
    [301, 'rejected'],
    [307, 'rejected'],
    [400, 'rejected'],
    [401, 'rejected'],
    [403, 'rejected'],
    [404, 'rejected'],
    [408, 'rejected'],
    [413, 'too_large'],
    [415, 'rejected'],
    [429, 'retryable'],
    [500, 'rejected'],
    [501, 'rejected'],
    [502, 'retryable'],
    [503, 'retryable'],
    [504, 'retryable'],
    [505, 'rejected'],
  ])('after %i is %s', (status, fate) => {
    expect(fateOf(status)).toBe(fate);
  });
});

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['7', 7_000],
    [' 120 ', 120_000],
    ['86400', 86_400_000],
    ['-1', 0],
    ['1.5', 1_500],
    ['Fri, 02 Jan 2026 03:04:35 GMT', 30_000],
    ['Fri, 02 Jan 2026 03:00:00 GMT', 0],
    ['', undefined],
    ['soon', undefined],
    ['1;2', undefined],
    [undefined, undefined],
  ])('of %o is %o ms', (header, millis) => {
    expect(retryAfterMillis(header, NOW)).toBe(millis);
  });
});

describe('the pause before the next attempt', () => {
  it('doubles from a second to five minutes', () => {
    const spread = [1, 2, 3, 4, 8, 9, 10, 1_000].map((n) =>
      [0, 0.5, 1].map((random) => Math.round(pauseMillis(n, undefined, random))),
    );
    expect(spread).toEqual([
      [1_000, 1_100, 1_200],
      [1_600, 2_000, 2_400],
      [3_200, 4_000, 4_800],
      [6_400, 8_000, 9_600],
      [102_400, 128_000, 153_600],
      [204_800, 252_400, 300_000],
      [240_000, 270_000, 300_000],
      [240_000, 270_000, 300_000],
    ]);
  });

  it('is what the server asks for, where that is longer', () => {
    expect(pauseMillis(1, 60_000, 0)).toBe(60_000);
    expect(pauseMillis(1, 60_000, 0.99)).toBeGreaterThan(60_000);
    expect(pauseMillis(8, 2_000, 0.5)).toBe(128_000);
    expect(pauseMillis(1, 86_400_000, 0.5)).toBe(300_000);
  });

  const failures = fc.oneof(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 10_000 }));
  const asked = fc.option(
    fc.oneof(
      fc.double({ min: 0, max: 1e9, noNaN: true }),
      fc.double({ min: 0, max: 400_000, noNaN: true }),
      fc.constant(Number.POSITIVE_INFINITY),
    ),
    { nil: undefined },
  );
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  it('is never below what is asked for, a second, or beyond five minutes', () => {
    fc.assert(
      fc.property(failures, asked, random, (n, millis, at) => {
        const pause = pauseMillis(n, millis, at);
        expect(pause).toBeGreaterThanOrEqual(Math.max(1_000, Math.min(millis ?? 0, 300_000)));
        expect(pause).toBeLessThanOrEqual(300_000);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is never below what is asked for where that is about as long as the own one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ max: 99, min: 0 }),
        random,
        (n, percent, at) => {
          const own = 1_000 * 2 ** (n - 1);
          expect(pauseMillis(n, (own * (50 + percent)) / 100, at)).toBeGreaterThanOrEqual(
            Math.min((own * (50 + percent)) / 100, 300_000),
          );
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('is another for each of a fleet, also after hours, unless five minutes are asked for', () => {
    fc.assert(
      fc.property(failures, asked, random, random, (n, millis, one, other) => {
        fc.pre(Math.abs(one - other) > 0.01 && (millis ?? 0) < 299_000);
        expect(pauseMillis(n, millis, one)).not.toBe(pauseMillis(n, millis, other));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('what a server says', () => {
  const status = (message: string): Uint8Array => {
    const bytes = Buffer.from(message);
    const length =
      bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7];
    return Buffer.concat([Buffer.from([8, 3, 18, ...length]), bytes]);
  };

  it.each([
    ['plain text', Buffer.from('the unit is unknown'), 'the unit is unknown'],
    ['a page', Buffer.from('<h1>\n  go\taway\n</h1>'), '<h1> go away </h1>'],
    ['a Status', status('no such tenant'), 'no such tenant'],
    ['a long Status', status('x'.repeat(150)), 'x'.repeat(150)],
    ['more than anybody reads', Buffer.from('x'.repeat(1_000)), 'x'.repeat(200)],
    ['control characters', Buffer.from('a\u001b[31mb'), 'a [31mb'],
    ['nothing', Buffer.alloc(0), ''],
  ])('in %s is one line', (_, body, words) => {
    expect(serverWords(body)).toBe(words);
  });
});
