import { describe, expect, it } from 'vitest';
import { ago, clock, format, percent, plural, roughly, span } from '../../src/live/format.js';

describe('a value in its unit', () => {
  it.each([
    [0.0125, 's', '12.5 ms'],
    [0.000_042, 's', '42 µs'],
    [1.2345, 's', '1.23 s'],
    [0.9997, 's', '1 s'],
    [59.99, 's', '1 min'],
    [5_400, 's', '1.5 h'],
    [250, 'ms', '250 ms'],
    [2_500, 'ms', '2.5 s'],
    [0, 's', '0 s'],
    [1_536, 'bytes', '1.5 KiB'],
    [1_536, 'By', '1.5 KiB'],
    [2 ** 30, 'bytes', '1 GiB'],
    [3, 'kbytes', '3 KiB'],
    [2_048, 'binBps', '2 KiB/s'],
    [0.0321, 'percentunit', '3.21 %'],
    [42, 'percent', '42 %'],
    [0.9995, 'percentunit', '99.95 %'],
    [0.999_99, 'percentunit', '99.999 %'],
    [0.999, 'percentunit', '99.9 %'],
    [1.5, 'percentunit', '150 %'],
    [12.345, 'reqps', '12.3 req/s'],
    [12_345, 'reqps', '12.3 k req/s'],
    [1_234_567, 'short', '1.23 M'],
    [999.7, 'short', '1 k'],
    [0.000_42, 'currencyUSD', '$0.00042'],
    [-1.5, 'currencyUSD', '-$1.5'],
    [1_234, '{request}', '1.23 k request'],
    [7, '1', '7'],
    [7, 'cubits', '7 cubits'],
    [7, 'constructor', '7 constructor'],
    [7, '__proto__', '7 __proto__'],
  ])('%s of %s is %s', (value, unit, text) => {
    expect(format(value, unit)).toBe(text);
  });

  it.each([null, undefined, Number.NaN, Number.POSITIVE_INFINITY])('%s is none', (value) => {
    expect(format(value, 's')).toBe('–');
  });
});

it('a share is per cent', () => {
  expect([percent(0), percent(0.005), percent(1)]).toEqual(['0 %', '0.5 %', '100 %']);
});

it('times and spans are words', () => {
  const noon = new Date(2026, 0, 2, 12, 3, 4).getTime();
  expect(clock(noon)).toBe('12:03:04');
  expect(clock(noon, false)).toBe('12:03');
  expect([span(300), span(3_600), span(90), span(1)]).toEqual([
    '5 minutes',
    '1 hour',
    '90 seconds',
    '1 second',
  ]);
  expect([ago(1_000, 1_500), ago(1_000, 31_000)]).toEqual(['just now', '30 s ago']);
  expect([ago(0, 63_000), ago(0, 3_600_000)]).toEqual(['1 min ago', '1 h ago']);
  expect([43.2, 59.4, 59.6, 148, 5_400].map(roughly)).toEqual([
    ...['43 s', '59 s', '1 min', '2 min', '1.5 h'],
  ]);
  expect([plural(1, 'row'), plural(1_200, 'row')]).toEqual(['1 row', '1,200 rows']);
});
