import { describe, expect, it } from 'vitest';
import { type Block, blocksOf } from './support/blocks.js';
import { compile, faultsOf } from './support/compile.js';
import { faultsOfRun, isPrinted } from './support/run.js';

const F = '```';

/** A page made of blocks, each with the words after `ts` and the comment above it. */
function pageOf(...parts: readonly (readonly [words: string, comment: string, code: string])[]) {
  const text = parts
    .map(([words, comment, code]) => `${comment}\n${F}${words}\n${code}\n${F}\n`)
    .join('\n');
  return { path: 'docs/made-up.md', text };
}

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
    ['a block that is not closed', { path: 'x.md', text: `${F}ts\nconst a = 1;\n` }],
  ])('refuses %s', (_, page) => {
    expect(() => blocksOf(page)).toThrow(/x\.md:|made-up\.md:/);
  });
});

describe('the compiler', () => {
  const page = pageOf(
    ['ts', '', "import { counter } from 'meterbook';\ncounter({ name: 'a', unit: '{a}' });"],
    ['ts', '', "import { counter } from 'meterbook';\ncounter({ name: 'a', unit: 1 });"],
    ['ts', '', "import { nothing } from 'meterbook';"],
    ['ts', '', 'const a = ;'],
    ['ts expect-error', '', "const a: number = 'one';"],
    ['text error', '', "Type 'string' is not assignable\n  to type 'number'."],
    ['ts expect-error', '', "const a: number = 'two';"],
    ['text error', '', 'Something else.'],
    ['ts expect-error', '', 'const a = 1;'],
    ['ts', '<!-- file: one.ts -->', 'export const one = 1;'],
    ['ts', '', "import { one } from './one.js';\nconst two: 1 = one;"],
    ['ts', '', "import { one } from './two.js';"],
    ['ts', '', "import { setupMetrics } from 'meterbook/agent';"],
  );

  it('finds what is wrong, where it is, and nothing else', { timeout: 60_000 }, () => {
    const blocks = blocksOf(page);
    const findings = compile(blocks);
    const faults = blocks.map((block: Block) => faultsOf(block, findings.get(block) ?? []));
    expect(faults).toEqual([
      [],
      [expect.stringMatching(/^docs\/made-up\.md:10: .*'number'.*'Unit'/)],
      [expect.stringMatching(/has no exported member 'nothing'/)],
      [expect.stringMatching(/Expression expected/)],
      [],
      [expect.stringMatching(/does not say "Something else\."/)],
      [expect.stringMatching(/compiles, and must not/)],
      [],
      [],
      [expect.stringMatching(/Cannot find module '\.\/two\.js'/)],
      [expect.stringMatching(/has no exported member 'setupMetrics'/)],
    ]);
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
