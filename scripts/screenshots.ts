/**
 * `npm run screenshots`: runs the demo for a minute and takes the pictures of the documentation,
 * docs/images/live-*.png, in Chromium. The end-to-end suite takes the same ones, elsewhere.
 */
import { fileURLToPath } from 'node:url';
import { startPage } from '../demo/live-page.js';
import { parseOptions } from '../demo/options.js';
import { runDemo } from '../demo/run.js';
import { openBrowser } from '../test/e2e/support/browser.js';
import { takeScreenshots } from '../test/e2e/support/live-screenshots.js';

const SECONDS = 70;
const folder = fileURLToPath(new URL('../docs/images', import.meta.url));

const ended = new AbortController();
const view = { show: () => undefined, finish: () => undefined };
const live = await startPage();
const options = parseOptions(['--duration', '600', '--rate', '25']);
const running = runDemo(options, view, ended.signal, { live });
await new Promise((resolve) => setTimeout(resolve, SECONDS * 1_000));
const browser = await openBrowser();
try {
  const url = live.pageUrl.replace(/\?.*$/, '');
  for (const path of await takeScreenshots(browser, url, folder)) console.log(path);
} finally {
  await browser.close();
  ended.abort();
  await running;
  await live.close();
}
