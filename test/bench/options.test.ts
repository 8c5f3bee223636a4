import { describe, expect, it } from 'vitest';
import { parseOptions } from '../../bench/options.js';
import { runBench, sectionIds } from '../../bench/run.js';
import { BENCH_SECTIONS, bench } from '../../src/cli/bench.js';

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

describe('meterbook bench', () => {
  it('knows the sections', () => {
    expect(BENCH_SECTIONS).toEqual(sectionIds());
  });

  it('says where the program comes from when it has not been built', async () => {
    const written: string[] = [];
    const io = {
      stdout: { write: (text: string) => written.push(text) },
      stderr: { write: (text: string) => written.push(text) },
      env: {},
    };
    // From source there is no program beside the command.
    await expect(bench.run?.([], io)).rejects.toThrow(/built with the package.*npm run build/);
    await expect(bench.run?.(['--only'], io)).rejects.toThrow(/--only needs a value/);
  });
});
