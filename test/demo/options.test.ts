import { describe, expect, it } from 'vitest';
import { OptionError, parseOptions } from '../../demo/options.js';

describe('the options of the demo', () => {
  it('have defaults', () => {
    expect(parseOptions([])).toEqual({
      durationSeconds: 20,
      rate: 40,
      temporality: 'delta',
      slowModel: undefined,
      open: true,
      json: false,
      help: false,
    });
  });

  it('are read', () => {
    const args = ['--duration', '2.5', '--rate=100', '--temporality', 'lowmemory', '--json'];
    args.push('--slow', 'm-small', '--no-open');
    expect(parseOptions(args)).toMatchObject({
      durationSeconds: 2.5,
      rate: 100,
      temporality: 'lowmemory',
      slowModel: 'm-small',
      open: false,
      json: true,
    });
  });

  it.each([
    [['--unknown'], "Unknown option '--unknown'"],
    [['stray'], 'stray'],
    [['--rate', 'fast'], "--rate is 'fast'; give a number from 1 to 2000"],
    [['--rate', ''], '--rate'],
    [['--duration', '0'], '--duration'],
    [['--duration'], '--duration'],
    [['--slow', 'm-huge'], 'm-small, m-medium, m-large'],
    [['--temporality', 'weekly'], 'delta, cumulative, lowmemory'],
  ])('that are wrong say so: %j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(OptionError);
    expect(() => parseOptions(args)).toThrow(message);
  });
});
