import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serviceMetrics } from '../../demo/metrics.js';
import type { DemoResult } from '../../demo/view/state.js';
import { agentMetrics } from '../../src/agent/index.js';
import { openTab, rowsOf, secondsIn, seriousFaults, type Tab } from './support/browser.js';
import { type LiveStage, startStage } from './support/live-demo.js';
import { takeScreenshots } from './support/live-screenshots.js';
import { RawValues } from './support/raw-values.js';

/**
 * The page of the live view in a real Chromium, beside the demo: what the page shows is held against the
 * demo's ledger and against raw values that the test wrote down itself.
 */
const FIRST_TOKEN = 'demo.route.time_to_first_token';
const FIRST_TOKEN_ROUTES = ['/v1/agents/:id/messages', '/v1/agents/:id/messages/stream'];
const SHARES = { P50: 0.5, P90: 0.9, P95: 0.95, P99: 0.99 } as const;
type Percentile = keyof typeof SHARES;
/** Texts have three digits. */
const ROUNDING = 0.006;

const raw = new RawValues();
let stage: LiveStage;
let tab: Tab;
let result: DemoResult;

beforeAll(async () => {
  stage = await startStage();
}, 60_000);

afterAll(() => stage.close());

it('tells what to do while nothing has been received', async () => {
  tab = await openTab(stage.browser, stage.url());
  const empty = tab.page.getByRole('region', { name: 'Nothing to show yet' });
  await empty.waitFor();
  expect(await empty.innerText()).toContain(stage.receiverUrl);
  expect(await seriousFaults(tab.page)).toEqual([]);
});

describe('while the demo runs and after', () => {
  beforeAll(async () => {
    const args = ['--duration', '10', '--rate', '25'];
    result = await stage.demo(args, { listen: (recording) => raw.listen(recording) });
    expect(result.ledger.balanced).toBe(true);
  }, 90_000);

  it('shows within 5 s the percentiles of the raw values, each within its bucket', async () => {
    const start = Date.now();
    expect(raw.groups()).toEqual([...FIRST_TOKEN_ROUTES, 'SELECT agents']);
    const bounds = boundsOf(agentMetrics, 'db.client.operation.duration');
    await expect
      .poll(async () => wrongIn(await rowsOf(tab.page, 'Database'), 'Operation', bounds), {
        timeout: 5_000,
      })
      .toEqual([]);
    expect(Date.now() - start).toBeLessThan(6_000);
  });

  it('has every raw value in its bucket, of an instrument and a route', async () => {
    const bounds = boundsOf(serviceMetrics, FIRST_TOKEN);
    for (const route of FIRST_TOKEN_ROUTES) {
      const where = encodeURIComponent(`http.route=${route}`);
      const query = `view=instrument&instrument=${FIRST_TOKEN}&where=${where}`;
      const { page } = await openTab(stage.browser, stage.url(query));
      await page.getByRole('button', { name: 'What to do with Distribution' }).click();
      await page.getByRole('button', { name: 'Show as table' }).click();
      const shown = async () => {
        const rows = await rowsOf(page, 'Distribution, as a table');
        return [...bounds, Number.POSITIVE_INFINITY].map((bound) =>
          rows.reduce((total, row) => total + Number(row[`le ${bound}`] ?? 0), 0),
        );
      };
      // The last values are there when their step of the graph is over.
      await expect.poll(shown, { timeout: 10_000 }).toEqual(raw.histogram(route, bounds));
      await page.context().close();
    }
  });

  it('counts what the ledger counts, as a whole, filtered and broken down', async () => {
    const { page } = tab;
    const received = result.ledger.rows.find(
      ({ instrument }) => instrument === 'gen_ai.client.operation.duration',
    )?.received;
    const before = await countsOf('Models');
    expect(sum(before)).toBe(received);
    expect(Object.keys(before).sort()).toEqual(['m-large', 'm-medium', 'm-small']);

    await page.getByRole('button', { name: 'm-small', exact: true }).click();
    await expect.poll(() => countsOf('Models')).toEqual({ 'm-small': before['m-small'] });
    expect(page.url()).toContain('where=gen_ai.request.model%3Dm-small');

    await page.getByLabel('Break down by').selectOption('organization.id');
    const organizations = ['org-east', 'org-home', 'org-north', 'org-south', 'org-west'];
    await expect
      .poll(async () => Object.keys(await countsOf('Models')).every((it) => it.startsWith('org-')))
      .toBe(true);
    const small = await countsOf('Models');
    expect(sum(small)).toBe(before['m-small']);

    await page.getByRole('button', { name: /^Remove the filter/ }).click();
    await expect.poll(async () => sum(await countsOf('Models'))).toBe(received);
    expect(Object.keys(await countsOf('Models')).sort()).toEqual(organizations);

    await page.goBack();
    await page.goBack();
    await page.goBack();
    await expect.poll(() => countsOf('Models')).toEqual(before);
  });

  it('takes a filter by key and value, with those that there are', async () => {
    const { page } = tab;
    await page.getByRole('button', { name: 'Add a filter' }).click();
    await page.getByLabel('Attribute').fill('gen_ai.request.model');
    const offered = page.locator('#filter-values option');
    expect(await offered.evaluateAll((all) => all.map((it) => it.getAttribute('value')))).toEqual([
      'm-large',
      'm-medium',
      'm-small',
    ]);
    await page.getByLabel('is', { exact: true }).fill('m-large');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await expect.poll(async () => Object.keys(await countsOf('Models'))).toEqual(['m-large']);
    await page.goBack();
    await expect.poll(async () => Object.keys(await countsOf('Models'))).toHaveLength(3);
  });

  it('names the objective that burns, as fast as the raw values do, and the instrument that overflows', async () => {
    const { page } = tab;
    await expect.poll(() => page.locator('.health').innerText()).toMatch(/^\s*Unhealthy\s*$/);

    const burnRate = burnRateOf(serviceMetrics, 'firstTokenInTime');
    const burning = page.getByRole('listitem').filter({ hasText: 'firstTokenInTime' }).last();
    const words = await burning.innerText();
    const told = Number(/burns ([\d.]+) × as fast as allowed/.exec(words)?.[1]);
    expect(Math.abs(told - burnRate)).toBeLessThanOrEqual(0.5);
    expect(words).toMatch(/budget overdrawn by [\d.]+ ?k? ?%/);
    const kept = page.getByRole('listitem').filter({ hasText: 'lookupsInTime' }).last();
    expect(await kept.innerText()).toContain('within its budget');

    const rows = await rowsOf(page, 'Cardinality');
    const overflowing = rows.filter(({ Instrument = '' }) => Instrument.includes('Overflow'));
    expect(overflowing.map(({ Instrument = '' }) => Instrument.split(/\s/)[0])).toContain(
      'demo.lookup.duration',
    );
    await page
      .getByRole('button', { name: /^Show \d+ more$/ })
      .first()
      .click();
    await page.getByText('demo.lookup.duration has more series than its limit').waitFor();
  });

  it.each(['light', 'dark'] as const)('has no serious fault of access, %s', async (scheme) => {
    const { page, faults } = await openTab(stage.browser, stage.url(), { colorScheme: scheme });
    await page.getByRole('table', { name: 'Models' }).waitFor();
    const links = page.getByRole('navigation', { name: 'Views' }).getByRole('link');
    const views = await links.allInnerTexts();
    expect(views.length).toBeGreaterThan(7);
    const found: Record<string, readonly string[]> = {};
    for (const view of views) {
      await links.filter({ hasText: view }).first().click();
      await page.locator(`nav a[aria-current=page]`, { hasText: view }).waitFor();
      await page.locator('main h2').first().waitFor();
      found[view] = await seriousFaults(page);
    }
    await page.goto(stage.url(`view=instrument&instrument=${FIRST_TOKEN}`));
    await page.getByRole('heading', { name: FIRST_TOKEN }).waitFor();
    found['instrument'] = await seriousFaults(page);
    expect(Object.entries(found).filter(([, wrong]) => wrong.length > 0)).toEqual([]);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('is photographed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'live-page-'));
    const paths = await takeScreenshots(stage.browser, stage.url(), folder, 900);
    expect(paths).toHaveLength(4);
    for (const path of paths) {
      expect(statSync(path).size).toBeGreaterThan(20_000);
      expect(statSync(path).size).toBeLessThan(400_000);
    }
  });

  it('has asked this machine alone, and nothing went wrong', () => {
    const origins = new Set(tab.requests.map((url) => new URL(url).origin));
    expect([...origins]).toEqual([new URL(stage.url()).origin]);
    expect(tab.faults).toEqual([]);
  });
});

describe('when a model has gone slow', () => {
  beforeAll(async () => {
    await stage.stop();
    await stage.restart();
    await stage.demo(['--duration', '10', '--rate', '20', '--slow', 'm-small']);
  }, 120_000);

  it('shows it as the bottleneck, and says so in words', async () => {
    tab = await openTab(stage.browser, stage.url());
    await tab.page.getByRole('table', { name: 'Models' }).waitFor();
    expect(await bottlenecks()).toEqual(['m-small']);
    await tab.page
      .getByRole('button', { name: /^Show \d+ more$/ })
      .first()
      .click();
    await tab.page.getByText('Model m-small is the bottleneck of models').waitFor();
  });
});

/** The models that have the badge. */
async function bottlenecks(): Promise<readonly string[]> {
  const rows = await rowsOf(tab.page, 'Models');
  return rows
    .map(({ Model = '' }) => Model)
    .filter((it) => it.includes('Bottleneck'))
    .map((it) => it.split(/\s/)[0] as string);
}

/** Measurements by the first column of a table, as the pointer over the rate is told. */
async function countsOf(label: string): Promise<Readonly<Record<string, number>>> {
  const rows = tab.page.getByRole('table', { name: label, exact: true }).locator('tbody tr');
  // At one go, for the table is another one a moment later.
  const entries = await rows.evaluateAll((all) =>
    all.map((row) => [
      row.querySelector('th button')?.textContent ?? '',
      row.querySelector('td span[title]')?.getAttribute('title') ?? '',
    ]),
  );
  return Object.fromEntries(
    entries.map(([name, title]) => [name, Number(title?.replace(/[^\d]/g, ''))]),
  );
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, one) => total + one, 0);
}

/** Percentiles of a table that are not in the bucket of the raw ones, in words. */
function wrongIn(
  rows: readonly Readonly<Record<string, string>>[],
  head: string,
  bounds: readonly number[],
): readonly string[] {
  if (rows.length === 0) return ['no row'];
  return rows.flatMap((row) => {
    const group = row[head] ?? '';
    return (Object.keys(SHARES) as Percentile[]).flatMap((name) => {
      const [low, high] = raw.bucketOf(group, SHARES[name], bounds);
      const seconds = secondsIn(row[name]);
      const isWithin = seconds >= low * (1 - ROUNDING) && seconds <= high * (1 + ROUNDING);
      return isWithin ? [] : [`${group} ${name}: ${row[name]} is not from ${low} to ${high}`];
    });
  });
}

/** As the raw values have it. */
function burnRateOf(registry: Described, name: string): number {
  const found = registry.manifest().slos.find((it) => it.name === name);
  if (found === undefined) throw new Error(`no objective is called ${name}`);
  return raw.shareAbove(found.threshold, FIRST_TOKEN_ROUTES) / (1 - found.objective);
}

interface Described {
  manifest(): {
    readonly slos: readonly {
      readonly name: string;
      readonly objective: number;
      readonly threshold: number;
    }[];
    readonly instruments: readonly {
      readonly name: string;
      readonly boundaries?: readonly number[];
    }[];
  };
}

function boundsOf(registry: Described, name: string): readonly number[] {
  const found = registry.manifest().instruments.find((it) => it.name === name);
  return found?.boundaries ?? [];
}
