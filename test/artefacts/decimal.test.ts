import { describe, expect, it } from 'vitest';
import { decimal, decimalText, oneMinus, times } from '../../src/artefacts/decimal.js';
import { durationSeconds, durationText, windowSeconds } from '../../src/artefacts/durations.js';
import { burnAlerts, errorWindows } from '../../src/artefacts/slo-windows.js';

describe('decimals', () => {
  it.each([
    [0.999, '0.001'],
    [0.99, '0.01'],
    [0.9999, '0.0001'],
    [0.995, '0.005'],
    [0.9, '0.1'],
    [0.99999999, '0.00000001'],
    [1e-7, '0.9999999'],
  ])('the budget of %s is %s, exactly', (objective, budget) => {
    expect(decimalText(oneMinus(decimal(objective)))).toBe(budget);
  });

  it.each([
    [14.4, 0.001, '0.0144'],
    [6, 0.005, '0.03'],
    [3, 0.1, '0.3'],
    [14.4, 1e-7, '0.00000144'],
  ])('%s times %s is %s, exactly', (factor, budget, product) => {
    expect(decimalText(times(decimal(factor), decimal(budget)))).toBe(product);
  });

  it.each([0, 1, -1.5, 2.56, 1e21, 1e-9, 1234567.5, Number.MAX_SAFE_INTEGER])(
    '%s reads back as itself, without an exponent',
    (value) => {
      const text = decimalText(decimal(value));
      expect(text).not.toMatch(/e/i);
      expect(Number(text)).toBe(value);
    },
  );
});

describe('durations', () => {
  it.each([
    [300, '5m'],
    [3_600, '1h'],
    [86_400, '1d'],
    [840, '14m'],
    [20_160, '5h36m'],
    [280, '4m40s'],
  ])('%i seconds are %s, and back', (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
    expect(durationSeconds(text)).toBe(seconds);
  });

  it.each([
    ['30d', 2_592_000],
    ['4w', 2_419_200],
    ['12h', 43_200],
  ])('%s is %i seconds', (window, seconds) => {
    expect(windowSeconds(window)).toBe(seconds);
  });
});

describe('windows of burn-rate alerts', () => {
  const table = (window: string) =>
    burnAlerts(window).map(
      ({ severity, factor, long, short }) =>
        `${severity} ${factor} ${durationText(long)} ${durationText(short)}`,
    );

  it('are those of the workbook for 30 days', () => {
    expect(table('30d')).toEqual([
      'page 14.4 1h 5m',
      'page 6 6h 30m',
      'ticket 3 1d 2h',
      'ticket 1 3d 6h',
    ]);
    expect(errorWindows('30d').map(durationText)).toEqual([
      ...['5m', '30m', '1h', '2h', '6h', '1d', '3d'],
    ]);
  });

  it('scale with the window of the objective, and have room for some measurements', () => {
    expect(table('7d')).toEqual([
      'page 14.4 14m 2m',
      'page 6 1h24m 7m',
      'ticket 3 5h36m 28m',
      'ticket 1 16h48m 1h24m',
    ]);
    expect(table('90d')[3]).toBe('ticket 1 9d 18h');
    for (const window of ['1h', '12h', '1d', '4w', '365d']) {
      for (const { long, short } of burnAlerts(window)) expect(long).toBeGreaterThan(short);
    }
  });
});
