import { describe, expect, it } from 'vitest';
import { parseOptions } from '../../bench/options.js';
import { runBench, sectionIds } from '../../bench/run.js';

describe('the options', () => {
  it('take several sections', () => {
    expect(parseOptions(['--only', 'record', '--only', 'http', '--quick'])).toMatchObject({
      only: ['record', 'http'],
      quick: true,
      json: false,
    });
  });

  it('refuse what they do not know', () => {
    expect(() => parseOptions(['--fast'])).toThrow(/--fast/);
  });
});

describe('sections', () => {
  it('have words of their own', () => {
    expect(new Set(sectionIds()).size).toBe(sectionIds().length);
  });

  it('are named to whoever asks for one that there is not', async () => {
    const options = parseOptions(['--only', 'speed']);
    await expect(runBench(options, { bench: '', entry: '' })).rejects.toThrow(
      /no section "speed".*record, bound, series/,
    );
  });
});
