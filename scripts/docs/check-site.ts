import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

/** A page of the site as a browser gets it. */
export interface SitePage {
  /** Path below the site, with forward slashes: `decisions/index.html`. */
  readonly path: string;
  readonly html: string;
}

/** Pages below a folder. */
export function readSite(folder: string): readonly SitePage[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.html'))
    .map((path) => ({
      path: path.split(sep).join('/'),
      html: readFileSync(join(folder, path), 'utf8'),
    }));
}

/**
 * What is wrong with a site that VitePress has built, beyond the dead links that it finds itself: lines
 * to show, or none. A link or an anchor that leads nowhere, a page that no link leads to, a script, style
 * or image of another host, a comment that a reader sees.
 *
 * @param base What every address of the site begins with: `/`, or `/meterbook/`.
 */
export function faultsOfSite(
  pages: readonly SitePage[],
  base: string,
  isFile: (path: string) => boolean,
): readonly string[] {
  const ids = new Map(pages.map(({ path, html }) => [path, valuesOf(html, /\sid="([^"]*)"/g)]));
  const linked = new Set(['index.html', '404.html']);
  const faults = pages.flatMap(({ path, html }) => {
    const links = valuesOf(html, /<a\s[^>]*?href="([^"]*)"/g);
    const wrong = [...links].flatMap((link) => {
      const url = new URL(unescapeHtml(link), `https://site.invalid${base}${path}`);
      if (url.host !== 'site.invalid') return [];
      const target = fileOf(url.pathname, base);
      if (target !== path) linked.add(target);
      const known = ids.get(target);
      if (known === undefined) return isFile(target) ? [] : [`${path}: ${link} leads nowhere`];
      const anchor = decodeURIComponent(url.hash.slice(1));
      const isThere = anchor === '' || known.has(anchor) || path === '404.html';
      return isThere ? [] : [`${path}: ${link}: no such heading`];
    });
    const foreign = [
      ...valuesOf(html, /<(?:script|link|img|iframe)\s[^>]*?(?:src|href)="([^"]*)"/g),
    ]
      .filter((link) => /^(?:[a-z]+:)?\/\//i.test(link))
      .map((link) => `${path}: loads ${link}`);
    const marks = /<!--\s*(?:continues|file:)|&lt;!--/.test(html)
      ? [`${path}: shows a comment`]
      : [];
    return [...wrong, ...foreign, ...marks];
  });
  const lonely = pages
    .filter(({ path }) => !linked.has(path))
    .map(({ path }) => `${path}: no link leads here`);
  return [...faults, ...lonely];
}

/** Pages of the reference, of what can be imported, that the overview of the API does not link to. */
export function unlinkedExports(pages: readonly SitePage[]): readonly string[] {
  const overview = pages.find(({ path }) => path === 'api.html')?.html ?? '';
  return pages
    .map(({ path }) => path)
    .filter((path) => /^reference\/.*\/[a-z-]+\/\w+\.html$/.test(path))
    .filter((path) => !path.endsWith('/index.html') && !path.includes('/Not-exported/'))
    .filter((path) => !overview.includes(`${path}"`))
    .map((path) => `api.html: has no link to ${path}`);
}

/** All that is wrong with the site in a folder. */
export function faultsOfBuild(folder: string, base: string): readonly string[] {
  const pages = readSite(folder);
  const isFile = (path: string) => existsSync(join(folder, path));
  return [...faultsOfSite(pages, base, isFile), ...unlinkedExports(pages)];
}

/** The file that a server sends for an address. */
function fileOf(pathname: string, base: string): string {
  const path = decodeURIComponent(pathname).slice(base.length);
  if (path === '' || path.endsWith('/')) return `${path}index.html`;
  return path.includes('.') ? path : `${path}.html`;
}

function valuesOf(html: string, pattern: RegExp): ReadonlySet<string> {
  return new Set([...html.matchAll(pattern)].map(([, value = '']) => value));
}

function unescapeHtml(text: string): string {
  return text
    .replace(/&amp;/g, '&')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'");
}
