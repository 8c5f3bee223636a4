import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Block, blocksOf } from './support/blocks.js';
import { compile, type Finding, faultsOf } from './support/compile.js';
import { pageOf } from './support/made-up.js';
import { readPages, root } from './support/pages.js';
import { faultsOfRun, type Run, runAll, runVitest } from './support/run.js';

/** One program is compiled for all pages, and a process started for each block that is run. */
const LIMIT_MILLIS = 120_000;

const pages = readPages();
const blocks = pages.flatMap(blocksOf);
const programs = blocks.filter(({ mode }) => mode === 'run' || mode === 'throws');
const suites = blocks.filter(({ mode }) => mode === 'vitest');

/** What the compiler must refuse, so that it is known to: one program with the pages. */
const madeUp = blocksOf(
  pageOf(
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
  ),
);

const placeOf = ({ page, line }: Block) => `${page}:${line}`;

describe('every ts block', () => {
  let findings: ReadonlyMap<Block, readonly Finding[]>;
  beforeAll(() => {
    findings = compile([...blocks, ...madeUp]);
  }, LIMIT_MILLIS);

  it.each(blocks.map((block) => [placeOf(block), block] as const))('%s compiles', (_, block) => {
    expect(faultsOf(block, findings.get(block) ?? [])).toEqual([]);
  });

  it('would not, if there were something wrong with it', () => {
    expect(madeUp.map((block) => faultsOf(block, findings.get(block) ?? []))).toEqual([
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

describe('every block that is marked to be run', () => {
  let runs: ReadonlyMap<Block, Run>;
  let suite: Run;
  beforeAll(async () => {
    [runs, suite] = await Promise.all([runAll(programs, blocks), runVitest(suites, blocks)]);
  }, LIMIT_MILLIS);

  it.each(programs.map((block) => [placeOf(block), block] as const))('%s', (_, block) => {
    expect(faultsOfRun(block, runs.get(block) as Run)).toEqual([]);
  });

  it('passes as a test where it is one', () => {
    expect(suite.code, suite.output).toBe(0);
    expect(suite.output).toMatch(new RegExp(`Test Files\\s+${suites.length} passed`));
  });
});

describe('the quick start', () => {
  it('is the first block of the README, and the example', () => {
    const [first] = blocks.filter(({ page }) => page === 'README.md');
    const example = readFileSync(join(root, 'examples/quick-start.ts'), 'utf8');
    expect(first?.source.map(({ text }) => text).join('\n')).toBe(example.trimEnd());
    expect(first?.mode).toBe('run');
    expect(first?.expected?.length).toBeGreaterThan(3);
  });

  it('is on the first screen', () => {
    const [readme] = pages;
    const lines = readme?.text.split('\n') ?? [];
    expect(lines.findIndex((line) => line.startsWith('## '))).toBeLessThan(50);
  });
});
