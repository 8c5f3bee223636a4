import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { fencesOf } from './support/blocks.js';
import { readPages } from './support/pages.js';

/** What is in a block, and where: `docs/slos.md:12`. */
type Case = readonly [place: string, text: string];

const pages = readPages();
const fences = pages.flatMap((page) =>
  fencesOf(page).map((fence) => ({ ...fence, page: page.path })),
);

const casesOf = (language: string): readonly Case[] =>
  fences
    .filter((fence) => fence.language === language)
    .map(({ page, line, lines }) => [`${page}:${line}`, lines.join('\n')]);

function yamlFaults(text: string): readonly string[] {
  return parseAllDocuments(text).flatMap(({ errors, warnings }) =>
    [...errors, ...warnings].map(({ message }) => message),
  );
}

describe('every block', () => {
  it('is in a language that a test looks at', () => {
    const readElsewhere: Readonly<Record<string, readonly string[]>> = {
      // Run by test/errors.test.ts.
      js: ['docs/errors.md'],
      // Run against real servers in test/e2e: catalogue and ClickHouse.
      sql: ['docs/catalogue.md', 'docs/clickhouse.md'],
    };
    const known = ['json', 'promql', 'sh', 'text', 'ts', 'yaml'];
    const strange = fences
      .filter(({ language }) => !known.includes(language))
      .filter(({ language, page }) => readElsewhere[language]?.includes(page) !== true);
    expect(strange.map(({ page, line, language }) => `${page}:${line}: ${language}`)).toEqual([]);
  });

  it('begins at the margin, where the tests find it', () => {
    const hidden = pages.flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((line, i) => (/^\s+```|^\s*~~~/.test(line) ? [`${path}:${i + 1}`] : [])),
    );
    expect(hidden).toEqual([]);
  });
});

describe('every block of YAML', () => {
  it.each(casesOf('yaml'))('%s is one', (_, text) => {
    expect(yamlFaults(text)).toEqual([]);
  });

  it('would not be with a key twice, or an open bracket', () => {
    expect(yamlFaults('a: 1\na: 2\n')).toHaveLength(1);
    expect(yamlFaults('a: [1, 2\n')).not.toHaveLength(0);
  });
});

describe('every block of JSON', () => {
  it('is one', () => {
    for (const [place, text] of casesOf('json')) {
      expect(() => JSON.parse(text), place).not.toThrow();
    }
  });
});
