import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

interface Shot {
  readonly name: string;
  readonly query: string;
  readonly options: BrowserContextOptions;
  /** Waits until what is to be seen is there. */
  readonly ready: (page: Page) => Promise<unknown>;
}

const WIDE = { width: 1280, height: 860 };
const PHONE = { width: 390, height: 844 };
const tableIsThere = (page: Page) => page.getByRole('table', { name: 'Models' }).waitFor();

/** The pictures of the documentation. */
const SHOTS: readonly Shot[] = [
  {
    name: 'live-overview-light',
    query: '',
    options: { viewport: WIDE, colorScheme: 'light' },
    ready: tableIsThere,
  },
  {
    name: 'live-overview-dark',
    query: '',
    options: { viewport: WIDE, colorScheme: 'dark' },
    ready: tableIsThere,
  },
  {
    name: 'live-instrument',
    query: 'view=instrument&instrument=gen_ai.client.operation.duration',
    options: { viewport: WIDE, colorScheme: 'light' },
    ready: (page) => page.getByRole('heading', { name: 'Percentiles' }).waitFor(),
  },
  {
    name: 'live-phone',
    query: '',
    options: { viewport: PHONE, colorScheme: 'light', deviceScaleFactor: 1.5 },
    ready: tableIsThere,
  },
];

/**
 * Takes the pictures of a page that shows the demo, and writes them into a folder.
 *
 * @param url of the page, without a query
 * @returns the paths of the files
 */
export async function takeScreenshots(
  browser: Browser,
  url: string,
  folder: string,
  rangeSeconds = 60,
): Promise<readonly string[]> {
  mkdirSync(folder, { recursive: true });
  const paths: string[] = [];
  for (const { name, query, options, ready } of SHOTS) {
    const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
    const page = await context.newPage();
    await page.goto(`${url}?range=${rangeSeconds}&${query}`);
    await ready(page);
    // Graphs are drawn a frame or two after what is around them.
    await page.evaluate('new Promise((done) => setTimeout(done, 500))');
    const path = join(folder, `${name}.png`);
    await page.screenshot({ path });
    paths.push(path);
    await context.close();
  }
  return paths;
}
