import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** A file of the page, as its server sends it. */
export interface PageFile {
  /** `/` for the page itself. */
  readonly path: string;
  readonly type: string;
  readonly content: string;
}

/** What the page is made of, by the name that the build gives it. */
const FILES = {
  'index.html': { path: '/', type: 'text/html; charset=utf-8' },
  'page.js': { path: '/page.js', type: 'text/javascript; charset=utf-8' },
  'page.css': { path: '/page.css', type: 'text/css; charset=utf-8' },
  'icon.svg': { path: '/icon.svg', type: 'image/svg+xml' },
} as const;

type FileName = keyof typeof FILES;

/**
 * The files of the page: those that the build has put beside this module, or, where it runs from source,
 * bundled now, which takes about a second.
 */
export async function pageAssets(): Promise<readonly PageFile[]> {
  const built = new URL('./live/', import.meta.url);
  const read = async (name: FileName) => readFile(new URL(name, built), 'utf8');
  const content = existsSync(new URL('index.html', built)) ? read : await bundled();
  const names = Object.keys(FILES) as FileName[];
  return Promise.all(names.map(async (name) => ({ ...FILES[name], content: await content(name) })));
}

async function bundled(): Promise<(name: FileName) => Promise<string>> {
  // Not a literal: the bundler is no part of what is shipped, and neither is the script that uses it.
  const script = new URL('../../scripts/live-page.mjs', import.meta.url).href;
  const { buildPage }: { buildPage: () => Promise<Record<FileName, string>> } = await import(
    script
  );
  const files = await buildPage();
  return async (name) => files[name];
}
