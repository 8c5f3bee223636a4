import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { anchorOf } from './anchors.js';
import { labelBlocks, linkExports, titleLinks } from './marks.js';
import { guideSidebar, referencePages, referenceSidebars, SECTIONS } from './navigation.js';
import { promql } from './promql.js';

const docs = fileURLToPath(new URL('../', import.meta.url));
const { description } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { readonly description: string };

/** What the first page begins with on the site; hosts of repositories would show it as a table. */
const HOME = {
  layout: 'home',
  hero: {
    name: 'meterbook',
    text: 'Metrics for Node services, typed and bounded',
    tagline: 'Declare once, record what the compiler has checked, lose nothing on the way.',
    actions: [
      { theme: 'brand', text: 'Start here', link: '/start' },
      { theme: 'alt', text: 'Declare', link: '/declare' },
      { theme: 'alt', text: 'API', link: '/api' },
    ],
  },
};

/** The theme has scripts and styles in its pages. */
const POLICY =
  "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:";

export default defineConfig({
  title: 'meterbook',
  description,
  lang: 'en',
  // A folder is read as the page that hosts of repositories show for it.
  rewrites: { 'README.md': 'index.md', 'decisions/README.md': 'decisions/index.md' },
  // The navigation is the same on every page: once in a file of its own, not in each.
  metaChunk: true,
  vite: { build: { chunkSizeWarningLimit: 1_500 } },
  head: [
    ['meta', { name: 'referrer', content: 'no-referrer' }],
    // Browsers load nothing of other hosts, whatever a page or the theme may say one day.
    ['meta', { 'http-equiv': 'Content-Security-Policy', content: POLICY }],
    // There is none, and browsers ask for it.
    ['link', { rel: 'icon', href: 'data:,' }],
  ],
  markdown: {
    anchor: { slugify: anchorOf },
    languages: [promql],
    config: (markdown) => {
      labelBlocks(markdown);
      titleLinks(markdown, new Map(SECTIONS.flatMap(({ pages }) => pages)));
      linkExports(markdown, referencePages(docs));
    },
  },
  transformPageData: (page) =>
    page.relativePath === 'index.md'
      ? { frontmatter: { ...page.frontmatter, ...HOME } }
      : undefined,
  themeConfig: {
    nav: [
      { text: 'Start here', link: '/start' },
      { text: 'Reference', link: '/reference/', activeMatch: '^/reference/' },
    ],
    sidebar: { '/': guideSidebar(docs), ...referenceSidebars(docs) },
    outline: [2, 3],
    search: { provider: 'local' },
  },
});
