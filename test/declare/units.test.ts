import { describe, expect, it } from 'vitest';
import { checkUnit, isTimeUnit, MILLIS_PER_UNIT, type Unit } from '../../src/declare/units.js';
import { MeterbookError } from '../../src/errors.js';

function refusal(unit: unknown): MeterbookError | undefined {
  try {
    checkUnit(unit, 'instrument');
  } catch (error) {
    if (error instanceof MeterbookError) return error;
    throw error;
  }
  return undefined;
}

/** OpenTelemetry metrics API, "Instrument unit"; semantic conventions, "Instrument units". */
describe('units', () => {
  const accepted: readonly Unit[] = [
    ...(['ns', 'us', 'ms', 's', 'min', 'h', 'd'] as const),
    ...([
      '1',
      '%',
      'bit',
      'By',
      'kBy',
      'MBy',
      'GBy',
      'TBy',
      'KiBy',
      'MiBy',
      'GiBy',
      'TiBy',
    ] as const),
    ...(['Hz', 'm', 'g', 'kg', 'V', 'A', 'W', 'J', 'Cel', 'K'] as const),
    ...(['{request}', '{USD}', '{token}', '{inference_call}'] as const),
    ...(['By/s', '{request}/s', '1/s', 'By/{request}', 'By/s/{cpu}'] as const),
    `{${'x'.repeat(61)}}`,
    `By/${'s/'.repeat(29)}ms`,
  ];

  it.each(accepted)('%s is one', (unit) => {
    expect(refusal(unit)).toBeUndefined();
  });

  it.each([
    ['', 'Write "1".'],
    ['seconds', 'Write "s".'],
    ['sec', 'Write "s".'],
    ['milliseconds', 'Write "ms".'],
    ['msec', 'Write "ms".'],
    ['µs', 'Write "us".'],
    ['minutes', 'Write "min".'],
    ['hours', 'Write "h".'],
    ['days', 'Write "d".'],
    ['bytes', 'Write "By".'],
    ['B', 'Write "By".'],
    ['KB', 'Write "kBy".'],
    ['MB', 'Write "MBy".'],
    ['percent', 'Write "%".'],
    ['USD', 'Write "{USD}".'],
    ['$', 'Write "{USD}".'],
    ['requests', 'For things that are counted write "{request}".'],
    ['Token', 'For things that are counted write "{token}".'],
  ])('"%s" is none: %s', (unit, fix) => {
    expect(refusal(unit)).toMatchObject({ code: 'INVALID_UNIT', instrument: 'instrument', fix });
  });

  it.each([
    ...['S', 'by', 'BY', 'MS', 'hz', 'sS', 's ', ' s', 'ss', 'mmin', 'kCel', '{}', '{', '}', '{a'],
    ...['{a b}', '{a{b}', '{a}}', '{é}', 's/', '/s', '/', 's//s', 's/seconds', 'toString', '{\n}'],
    ...[`{${'x'.repeat(62)}}`, `${'s/'.repeat(31)}ms`],
  ])('%j is none', (unit) => {
    expect(refusal(unit)?.code).toBe('INVALID_UNIT');
  });

  it.each([undefined, null, 1, {}, ['s'], Symbol('s')])('%s is none', (unit) => {
    expect(refusal(unit)?.code).toBe('INVALID_UNIT');
  });

  it('of time are told apart, with their lengths', () => {
    expect(MILLIS_PER_UNIT).toEqual({
      ns: 1e-6,
      us: 1e-3,
      ms: 1,
      s: 1_000,
      min: 60_000,
      h: 3_600_000,
      d: 86_400_000,
    });
    expect(['s', 'd'].every(isTimeUnit)).toBe(true);
    expect(['1', 'S', 'By/s', 'toString', '__proto__', ''].some(isTimeUnit)).toBe(false);
  });
});
