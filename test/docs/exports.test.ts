import { describe, expect, it } from 'vitest';
import { ENTRIES } from './support/compile.js';
import { exportsOf } from './support/exports.js';
import { readPages } from './support/pages.js';

const pages = readPages();
const api = pages.find(({ path }) => path === 'docs/api.md')?.text ?? '';

/** The part of the page about one entry, and the names in the first column of its tables. */
function namesListed(entry: string): readonly string[] {
  const part = api.split(/^## /m).find((text) => text.startsWith(`\`${entry}\`\n`)) ?? '';
  return part
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([A-Za-z_]\w*)`/g)])
    .map(([, name = '']) => name);
}

/** Members of a registry, which the page lists beside the exports. */
const MEMBERS = ['scope'];

describe.each(Object.entries(ENTRIES))('%s', (entry, path) => {
  it('has each of its exports in docs/api.md, once, and no other name', () => {
    const listed = namesListed(entry).filter((name) => !MEMBERS.includes(name));
    expect([...listed].sort()).toEqual([...exportsOf(path)].sort());
  });

  it('has each of its functions and values on a page that explains it', () => {
    const prose = pages
      .filter(({ path: at }) => at !== 'docs/api.md' && at !== 'CHANGELOG.md')
      .map(({ text }) => text)
      .join('\n');
    const values = exportsOf(path).filter((name) =>
      /^[a-z]|^MeterbookError$|^FakeClock$/.test(name),
    );
    expect(values.filter((name) => !new RegExp(`\\b${name}\\b`).test(prose))).toEqual([]);
  });
});

describe('exportsOf', () => {
  it('reads an index file', () => {
    expect(exportsOf(ENTRIES['meterbook/testing'] ?? '')).toContain('testRegistry');
  });
});
