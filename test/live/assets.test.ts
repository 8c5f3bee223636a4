import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { pageAssets } from '../../src/live/assets.js';

it('the page is made of four files, and takes nothing from elsewhere', async () => {
  const assets = await pageAssets();
  expect(assets.map(({ path, type }) => `${path} ${type}`)).toEqual([
    '/ text/html; charset=utf-8',
    '/page.js text/javascript; charset=utf-8',
    '/page.css text/css; charset=utf-8',
    '/icon.svg image/svg+xml',
  ]);
  const [page, script, style] = assets.map(({ content }) => content);
  // The policy of the server allows neither inline scripts nor inline styles.
  expect(page).not.toMatch(/<style|style=|<script(?! type="module" src="\/page\.js">)/);
  expect(page?.match(/(?:src|href)="[^"]*"/g)).toEqual([
    'href="/icon.svg"',
    'href="/page.css"',
    'src="/page.js"',
  ]);
  expect(style).not.toMatch(/url\(|@import/);
  expect(/\beval\(|new Function\(/.test(script ?? 'eval(')).toBe(false);
  // Scripts and styles together are less than a photograph.
  expect((script?.length ?? 0) + (style?.length ?? 0)).toBeLessThan(170_000);
}, 30_000);

it('nothing of the page writes markup: what is received is shown as text', () => {
  const folder = new URL('../../src/live/page/', import.meta.url);
  const sources = readdirSync(folder).filter((name) => /\.tsx?$/.test(name));
  expect(sources.length).toBeGreaterThan(30);
  const writing = sources.filter((name) =>
    /innerHTML|outerHTML|insertAdjacentHTML|dangerouslySet|document\.write/.test(
      readFileSync(new URL(name, folder), 'utf8'),
    ),
  );
  expect(writing).toEqual([]);
});
