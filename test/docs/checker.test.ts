import { describe, expect, it } from 'vitest';
import { type Block, blocksOf } from './support/blocks.js';
import { FENCE, pageOf } from './support/made-up.js';
import { faultsOfRun, isPrinted } from './support/run.js';

describe('the pages as programs', () => {
  it('joins what continues, with the lines that it came from', () => {
    const page = pageOf(
      ['ts', '', 'const a = 1;'],
      ['ts', '<!-- continues -->', 'const b = a;'],
      ['ts', '', 'const c = 1;'],
    );
    const [, second, third] = blocksOf(page);
    expect(second?.source).toEqual([
      { text: 'const a = 1;', line: 3 },
      { text: 'const b = a;', line: 8 },
    ]);
    expect(third?.source).toEqual([{ text: 'const c = 1;', line: 13 }]);
  });

  it('takes what is expected from the block after', () => {
    const page = pageOf(['ts run', '', 'console.log(1);'], ['text output', '', '1']);
    expect(blocksOf(page)).toMatchObject([{ mode: 'run', expected: ['1'] }]);
  });

  it.each([
    ['an unknown word', pageOf(['ts runs', '', ''])],
    ['an unknown comment', pageOf(['ts', '<!-- continued -->', ''])],
    ['nothing to continue', pageOf(['ts', '<!-- continues -->', ''])],
    ['output of what is not run', pageOf(['ts', '', ''], ['text output', '', '1'])],
    ['a block that is not closed', { path: 'x.md', text: `${FENCE}ts\nconst a = 1;\n` }],
  ])('refuses %s', (_, page) => {
    expect(() => blocksOf(page)).toThrow(/x\.md:|made-up\.md:/);
  });
});

describe('what a program prints', () => {
  it.each([
    [['a', 'b'], 'a\nb\n', true],
    [['a'], 'a\nb\n', false],
    [['a', '…'], 'a\nb\n', true],
    [['…', 'b'], 'a\nb\n', true],
    [['…', 'b', '…', 'd'], 'a\nb\nc\nd\n', true],
    [['…', 'c', 'd'], 'a\nc\nb\nd\n', false],
    [['…', 'x'], 'a\nb\n', false],
  ])('%j in %j: %s', (expected, output, is) => {
    expect(isPrinted(expected, output)).toBe(is);
  });

  it('counts for nothing where it ends otherwise than it should', () => {
    const [runs] = blocksOf(pageOf(['ts run', '', ''], ['text output', '', 'a']));
    const [throws] = blocksOf(pageOf(['ts throws', '', ''], ['text error', '', 'Error: no']));
    expect(faultsOfRun(runs as Block, { code: 0, output: 'a\n' })).toEqual([]);
    expect(faultsOfRun(runs as Block, { code: 1, output: 'a\n' })).toHaveLength(1);
    expect(faultsOfRun(runs as Block, { code: 0, output: 'b\n' })).toHaveLength(1);
    expect(faultsOfRun(throws as Block, { code: 1, output: 'Error: no' })).toEqual([]);
    expect(faultsOfRun(throws as Block, { code: 1, output: 'Error: yes' })).toHaveLength(1);
    expect(faultsOfRun(throws as Block, { code: 0, output: 'Error: no' })).toHaveLength(1);
  });
});
