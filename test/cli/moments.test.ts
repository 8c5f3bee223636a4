import { describe, expect, it } from 'vitest';
import { momentOf } from '../../src/cli/moments.js';

const now = Date.parse('2026-03-10T12:00:00.000Z');

describe('momentOf', () => {
  it.each([
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T10:00', '2026-01-31T10:00:00.000Z'],
    ['2026-01-31 10:00:30.5', '2026-01-31T10:00:30.500Z'],
    ['2026-01-31T10:00+02:00', '2026-01-31T08:00:00.000Z'],
    ['2026-01-31T10:00:00z', '2026-01-31T10:00:00.000Z'],
    ['7d', '2026-03-03T12:00:00.000Z'],
    ['24h ago', '2026-03-09T12:00:00.000Z'],
    ['30m', '2026-03-10T11:30:00.000Z'],
    ['2w', '2026-02-24T12:00:00.000Z'],
  ])('%s is %s', (text, iso) => {
    expect(momentOf('--from', text, now)?.toISOString()).toBe(iso);
  });

  it.each(['', '7', 'd', '-7d', '7y', '2026-13-01', '2026-02-29', '31.01.2026', '1700000000000'])(
    'refuses %j',
    (text) => {
      expect(() => momentOf('--from', text, now)).toThrow('--from cannot be');
    },
  );
});
