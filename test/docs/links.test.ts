import { describe, expect, it } from 'vitest';
import { anchorsOf, brokenLinks, relativeLinks } from './support/links.js';
import { readPages, root } from './support/pages.js';

const page = (path: string, text: string) => ({ path, text });

describe('links', () => {
  it('lead to files and headings that are there', () => {
    expect(brokenLinks(readPages(), root)).toEqual([]);
  });

  it('are found in prose, not in code', () => {
    const text =
      '[a](a.md) `[b](b.md)` [c](https://example.org/)\n```ts\n[d](d.md)\n```\n[e]: e.md\n';
    expect(relativeLinks(page('x.md', text))).toEqual([
      { target: 'a.md', line: 1 },
      { target: 'e.md', line: 5 },
    ]);
  });

  it('are told to be broken', () => {
    const pages = [
      page('README.md', '# Top\n[a](docs/a.md) [b](docs/a.md#there) [c](docs/a.md#not) [d](#top)'),
      page('docs/a.md', '## There\n[up](../README.md#top) [out](../../x.md) [gone](gone.md)'),
    ];
    const exists = (path: string) => !path.endsWith('gone.md');
    expect(brokenLinks(pages, '/root', exists)).toEqual([
      'README.md:2: docs/a.md#not: no such heading',
      'docs/a.md:2: ../../x.md leads out of the repository',
      'docs/a.md:2: gone.md is not there',
    ]);
  });
});

describe('anchors', () => {
  it('are what renderers make of headings', () => {
    const text = '# A `code` & [link](x.md)\n## Twice\n## Twice\n```sh\n# no heading\n```\n';
    expect([...anchorsOf(page('x.md', text))]).toEqual(['a-code--link', 'twice', 'twice-1']);
  });
});
