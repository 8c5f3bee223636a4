import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const DEBIANS = '/usr/bin/chromium';

/** A real Chromium: Debian's, or the one that METERBOOK_CHROMIUM names. */
export function openBrowser(): Promise<Browser> {
  const executablePath = process.env['METERBOOK_CHROMIUM'] ?? DEBIANS;
  if (!existsSync(executablePath)) {
    throw new Error(`there is no ${executablePath}: install chromium, or set METERBOOK_CHROMIUM`);
  }
  // Its sandbox does not start for the superuser, as whom containers run.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath, args });
}

/** A tab, with what went wrong in it and what it asked for. */
export interface Tab {
  readonly page: Page;
  /** Errors and warnings of the console, and what was thrown. */
  readonly faults: string[];
  /** The address of every request. */
  readonly requests: string[];
}

export async function openTab(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Tab> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
    ...options,
  });
  const page = await context.newPage();
  const faults: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(url);
  return { page, faults, requests };
}

/** What axe finds that is serious or critical, as text: rule, and where. */
export async function seriousFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const found = (await page.evaluate(
    'axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations)',
  )) as axe.Result[];
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`);
}

/** The rows of a table, each with its cells by the heads of their columns. */
export async function rowsOf(
  page: Page,
  label: string,
): Promise<readonly Readonly<Record<string, string>>[]> {
  return page.getByRole('table', { name: label, exact: true }).evaluate((table) => {
    // What runs here runs in the browser, of which these tests have no types.
    type Row = { readonly children: Iterable<{ readonly innerText: string }> };
    const { querySelectorAll } = table as unknown as { querySelectorAll(css: string): Row[] };
    const find = (css: string) => [...querySelectorAll.call(table, css)] as Row[];
    const texts = (row: Row) => [...row.children].map((cell) => cell.innerText.trim());
    const heads = find('thead tr').flatMap(texts);
    return find('tbody tr').map((row) =>
      Object.fromEntries(texts(row).map((text, i) => [heads[i] ?? '', text])),
    );
  });
}

const SIZES: Readonly<Record<string, number>> = {
  ns: 1e-9,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  min: 60,
};

/** The seconds that a text like `12.5 ms` says. */
export function secondsIn(text: string | undefined): number {
  const [, value, unit] = /^([\d.]+)\s*(ns|µs|ms|s|min)$/.exec(text?.trim() ?? '') ?? [];
  return Number(value) * (SIZES[unit ?? ''] ?? Number.NaN);
}
