import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Block, blocksOf } from './support/blocks.js';
import { compile, type Finding, faultsOf } from './support/compile.js';
import { readPages, root } from './support/pages.js';
import { faultsOfRun, type Run, runAll, runVitest } from './support/run.js';

/** One program is compiled for all pages, and a process started for each block that is run. */
const LIMIT_MILLIS = 120_000;

const pages = readPages();
const blocks = pages.flatMap(blocksOf);
const programs = blocks.filter(({ mode }) => mode === 'run' || mode === 'throws');
const suites = blocks.filter(({ mode }) => mode === 'vitest');

const placeOf = ({ page, line }: Block) => `${page}:${line}`;

describe('every ts block', () => {
  let findings: ReadonlyMap<Block, readonly Finding[]>;
  beforeAll(() => {
    findings = compile(blocks);
  }, LIMIT_MILLIS);

  it.each(blocks.map((block) => [placeOf(block), block] as const))('%s compiles', (_, block) => {
    expect(faultsOf(block, findings.get(block) ?? [])).toEqual([]);
  });
});

describe('every block that is marked to be run', () => {
  let runs: ReadonlyMap<Block, Run>;
  beforeAll(async () => {
    runs = await runAll(programs, blocks);
  }, LIMIT_MILLIS);

  it.each(programs.map((block) => [placeOf(block), block] as const))('%s', (_, block) => {
    expect(faultsOfRun(block, runs.get(block) as Run)).toEqual([]);
  });

  it('passes as a test where it is one', { timeout: LIMIT_MILLIS }, async () => {
    const { code, output } = await runVitest(suites, blocks);
    expect(code, output).toBe(0);
    expect(output).toMatch(new RegExp(`Test Files\\s+${suites.length} passed`));
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
