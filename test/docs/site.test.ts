import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AWAITED, guideSidebar, type Item, SECTIONS } from '../../docs/.vitepress/navigation.js';
import { faultsOfSite, unlinkedExports } from '../../scripts/docs/check-site.js';
import { readEntries } from '../../scripts/docs/entries.js';
import { ENTRIES } from './support/compile.js';
import { readPages, root } from './support/pages.js';

const docs = join(root, 'docs');
const listed = SECTIONS.flatMap(({ pages }) => pages.map(([file]) => file));

describe('the navigation', () => {
  it('has every page of docs but the first, once', () => {
    const pages = readPages()
      .map(({ path }) => path)
      .filter((path) => path.startsWith('docs/') && !/decisions\/\d/.test(path))
      .map((path) => path.slice('docs/'.length))
      .filter((path) => path !== 'README.md');
    const present = listed.filter((file) => !AWAITED.includes(file) || pages.includes(file));
    expect([...present].sort()).toEqual([...pages].sort());
  });

  it('leaves out what is not there yet', () => {
    const linksOf = (items: readonly Item[]): readonly string[] =>
      items.flatMap(({ link = '', items: inner = [] }) => [link, ...linksOf(inner)]);
    const links = linksOf(guideSidebar(docs));
    for (const file of AWAITED) {
      expect(links.includes(`/${file.replace('.md', '')}`)).toBe(existsSync(join(docs, file)));
    }
    expect(links).toContain('/decisions/');
    expect(links).toContain('/decisions/0012-delivery');
  });
});

describe('the index', () => {
  it('has a link to every page of the navigation', () => {
    const index = readFileSync(join(docs, 'README.md'), 'utf8');
    const unlinked = listed
      .filter((file) => existsSync(join(docs, file)))
      .filter((file) => !index.includes(`](${file.replace(/README\.md$/, '')})`));
    expect(unlinked).toEqual([]);
  });
});

describe('the list of decisions', () => {
  it('has each of them, under its title', () => {
    const list = readFileSync(join(docs, 'decisions/README.md'), 'utf8');
    const rows = readdirSync(join(docs, 'decisions'))
      .filter((file) => /^\d/.test(file))
      .sort()
      .map((file) => {
        const heading = readFileSync(join(docs, 'decisions', file), 'utf8').split('\n')[0] ?? '';
        const [, number, title] = /^# (\d{4}) (.+)$/.exec(heading) ?? [];
        return `| ${number} | [${title}](${file}) |`;
      });
    expect(list.split('\n').filter((line) => /^\| \d/.test(line))).toEqual(rows);
  });
});

describe('the reference', () => {
  it('is made of the entry points that the package exports', () => {
    const sources = readEntries().map(({ name, source }) => [name, join(root, source)]);
    expect(Object.fromEntries(sources)).toEqual(ENTRIES);
  });
});

describe('a site', () => {
  const page = (path: string, html: string) => ({ path, html });
  const faults = (html: string, base = '/') =>
    faultsOfSite(
      [page('index.html', `<a href="${base}a">a</a>${html}`), page('a.html', '<h2 id="größe">')],
      base,
      (path) => path === 'logo.svg',
    );

  it.each([
    '<a href="/a.html#gr%C3%B6%C3%9Fe">there</a>',
    '<a class="x" href="a#größe">there</a>',
    '<a href="/logo.svg">there</a>',
    '<a href="https://example.org/#x">elsewhere</a>',
    '<script type="module" src="/app.js"></script>',
    '<code>&lt;!DOCTYPE html&gt;</code><!--[--><!---->',
  ])('is right with %s', (html) => {
    expect(faults(html)).toEqual([]);
    expect(faults(html.replaceAll('"/', '"/meterbook/'), '/meterbook/')).toEqual([]);
  });

  it.each([
    ['<a href="/b.html">b</a>', 'index.html: /b.html leads nowhere'],
    ['<a href="/a.html#x">b</a>', 'index.html: /a.html#x: no such heading'],
    ['<a href="#x">b</a>', 'index.html: #x: no such heading'],
    ['<script src="https://example.org/x.js">', 'index.html: loads https://example.org/x.js'],
    ['<link rel="stylesheet" href="//example.org/x">', 'index.html: loads //example.org/x'],
    ['<!-- continues -->', 'index.html: shows a comment'],
    ['<p>&lt;!-- continues --&gt;</p>', 'index.html: shows a comment'],
  ])('is wrong with %s', (html, fault) => {
    expect(faults(html)).toEqual([fault]);
  });

  it('is wrong with a page that no link leads to', () => {
    const pages = [page('index.html', ''), page('a.html', '<a href="/a.html">itself</a>')];
    expect(faultsOfSite(pages, '/', () => false)).toEqual(['a.html: no link leads here']);
  });

  it('links to each export from the overview of the API', () => {
    const pages = [
      page('api.html', '<a href="/reference/m/agent/functions/seen.html">seen</a>'),
      page('reference/m/agent/functions/seen.html', ''),
      page('reference/m/agent/functions/unseen.html', ''),
      page('reference/m/agent/index.html', ''),
      page('reference/m/Not-exported/interfaces/Hidden.html', ''),
    ];
    expect(unlinkedExports(pages)).toEqual([
      'api.html: has no link to reference/m/agent/functions/unseen.html',
    ]);
  });
});
