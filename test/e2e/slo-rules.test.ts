import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { prometheusArtefacts } from '../../src/artefacts/index.js';
import type { Manifest } from '../../src/declare/index.js';
import { HOSTILE, hostile, shop } from '../artefacts/support/shop.js';
import { promtool, type RuleCase, testRules, writeArtefacts } from './support/promtool.js';

const folder = mkdtempSync(join(tmpdir(), 'meterbook-rules-'));
/** Of a registry, but for the percentiles, which nothing here asks for. */
const rulesOf = (name: string, manifest: Manifest) =>
  writeArtefacts(join(folder, name), prometheusArtefacts([manifest])).slice(1);
const rules = rulesOf('shop', shop.manifest());

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const COUNT = 'job_time_to_first_token_seconds_count{job="shop"}';
const GOOD = 'job_time_to_first_token_seconds_bucket{job="shop",le="2.56"}';
/** Measurements every 30 seconds; so many that a share of a thousandth is a whole number. */
const EVENTS = 100_000;

/** One stretch of time: how many 30 seconds, the share of bad measurements, and how many there are. */
type Stretch = readonly [steps: number, bad: number, events?: number];

/** The series of a counter that grows as the stretches say, and the one of its good measurements. */
function traffic(stretches: readonly Stretch[], count = COUNT, good = GOOD) {
  let total = 0;
  let fine = 0;
  const totals: string[] = [];
  const fines: string[] = [];
  for (const [steps, bad, events = EVENTS] of stretches) {
    const step = Math.round(events * (1 - bad));
    totals.push(`${total + events}+${events}x${steps - 1}`);
    fines.push(`${fine + step}+${step}x${steps - 1}`);
    total += events * steps;
    fine += step * steps;
  }
  return { [count]: totals.join(' '), [good]: fines.join(' ') };
}

const firing = (slo: string) =>
  `count by (burn_rate, severity) (ALERTS{alertname="SloBudgetBurn",alertstate="firing",slo="${slo}"})`;
const alerts = (...factors: readonly (14.4 | 6 | 3 | 1)[]) =>
  Object.fromEntries(
    factors.map((factor) => {
      const severity = factor > 3 ? 'page' : 'ticket';
      return [`{burn_rate="${factor}", severity="${severity}"}`, 1];
    }),
  );

function run(cases: readonly RuleCase[], files = rules): void {
  const { code, text } = testRules(folder, files, cases);
  expect(`${text} (${code})`).toContain('SUCCESS');
  expect(code).toBe(0);
}

const HOUR = 120;

describe('promtool check rules', () => {
  it.each([
    ['the standard instruments and objectives', shop],
    ['a hostile registry', hostile],
  ])('finds nothing wrong with the rules for %s', (name, registry) => {
    for (const naming of ['suffixed', 'plain'] as const) {
      const options = { naming, runbookUrl: 'https://runbooks.example/{slo}#{{ x }}' };
      const files = writeArtefacts(
        join(folder, `${name} ${naming}`),
        prometheusArtefacts([registry.manifest()], options),
      );
      const { code, text } = promtool('check', 'rules', ...files);
      expect(text).not.toContain('FAILED');
      expect(code).toBe(0);
    }
  });
});

describe('a burn-rate alert', () => {
  const limits = [14.4, 6, 3, 1] as const;

  it('fires above its limit and not below it, and those with a lower limit with it', () => {
    run(
      limits.flatMap((factor, i) =>
        [
          { over: 1.05, expected: limits.slice(i) },
          { over: 0.95, expected: limits.slice(i + 1) },
        ].map(({ over, expected }) => ({
          name: `${over} times the limit of ${factor}`,
          interval: '30s',
          series: traffic([[3 * HOUR, 0.001 * factor * over]]),
          expect: [{ at: '2h', expr: firing('fastFirstToken'), samples: alerts(...expected) }],
        })),
      ),
    );
  });

  it('stays silent for what is short, although it is bad', () => {
    run([
      {
        // In the hour before it is 5 of 61 minutes of 10 %, which is below 1.44 %.
        name: 'three minutes of one in twenty after six hours without any',
        interval: '30s',
        series: traffic([
          [6 * HOUR, 0],
          [6, 0.05],
        ]),
        expect: [{ at: '6h3m', expr: firing('fastFirstToken'), samples: {} }],
      },
    ]);
  });

  it('fires within minutes of an outage, and ends soon after it', () => {
    run([
      {
        name: 'ten minutes of nothing but errors in a good day',
        interval: '30s',
        series: traffic([
          [6 * HOUR, 0],
          [20, 1],
          [2 * HOUR, 0],
        ]),
        expect: [
          { at: '6h', expr: firing('fastFirstToken'), samples: {} },
          // 3 % of the hour; what is longer follows.
          { at: '6h2m', expr: firing('fastFirstToken'), samples: alerts(14.4, 1) },
          { at: '6h10m', expr: firing('fastFirstToken'), samples: alerts(14.4, 6, 3, 1) },
          // The last five minutes are good; those of half an hour and more are not.
          { at: '6h25m', expr: firing('fastFirstToken'), samples: alerts(6, 3, 1) },
          { at: '7h', expr: firing('fastFirstToken'), samples: alerts(3, 1) },
        ],
      },
    ]);
  });

  it('wants a few bad measurements, and fires in an outage of a quiet service', () => {
    run([
      {
        name: 'two bad ones among a hundred',
        interval: '30s',
        series: traffic([
          [HOUR, 0, 1],
          [1, 1, 2],
          [HOUR, 0, 1],
        ]),
        expect: [{ at: '1h3m', expr: firing('fastFirstToken'), samples: {} }],
      },
      {
        name: 'a bad one every minute, and nothing else',
        interval: '60s',
        series: traffic([[2 * HOUR, 1, 1]]),
        expect: [{ at: '1h', expr: firing('fastFirstToken'), samples: alerts(14.4, 6, 3, 1) }],
      },
      {
        name: 'nobody there',
        interval: '30s',
        series: traffic([[2 * HOUR, 0, 0]]),
        expect: [
          { at: '1h', expr: firing('fastFirstToken'), samples: {} },
          { at: '1h', expr: 'ALERTS{alertname="SloDataAbsent",slo="fastFirstToken"}', samples: {} },
        ],
      },
    ]);
  });

  it('looks at windows that are as much shorter as the window of the objective is', () => {
    const count = 'http_server_request_duration_seconds_count{job="shop"}';
    const good = (le: string) =>
      `http_server_request_duration_seconds_bucket{job="shop",le="${le}"}`;
    // An hour of 30 days is 14 minutes of 7; both spellings of the bound are one bucket.
    run(
      ['1', '1.0'].map((le) => ({
        name: `le="${le}"`,
        interval: '30s',
        series: traffic(
          [
            [2 * HOUR, 0],
            [8, 0.5],
          ],
          count,
          good(le),
        ),
        expect: [
          { at: '2h', expr: firing('fastRequests'), samples: {} },
          {
            at: '2h4m',
            expr: 'ALERTS{slo="fastRequests",burn_rate="14.4"}',
            samples: {
              'ALERTS{alertname="SloBudgetBurn", alertstate="firing", burn_rate="14.4", job="shop", long_window="14m", severity="page", short_window="2m", slo="fastRequests", slo_scope="shop"}': 1,
            },
          },
        ],
      })),
    );
  });

  it('is left out where no share of errors can reach its limit', () => {
    run([
      {
        // Half of all may be bad, so that only the slowest alert can ever fire.
        name: 'nothing but errors',
        interval: '30s',
        series: traffic(
          [[4 * HOUR, 1]],
          'shop_basket_size_count{job="shop"}',
          'shop_basket_size_bucket{job="shop",le="10"}',
        ),
        expect: [{ at: '3h', expr: firing('smallBaskets'), samples: alerts(1) }],
      },
    ]);
  });
});

describe('what is recorded for an objective', () => {
  it('is the ratio of errors, the burn rate, and what is left of the budget', () => {
    const windows = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'];
    const only = '{slo="fastFirstToken"}';
    const value = (expr: string, sample: number) => ({
      at: '8h',
      expr: `round(sum without (slo, slo_scope, job) (${expr}${only}), 0.000001)`,
      samples: { '{}': sample },
    });
    run([
      {
        name: 'half of the budget',
        interval: '30s',
        series: traffic([[9 * HOUR, 0.0005]]),
        expect: [
          ...windows.map((window) => value(`slo:error_ratio:rate${window}`, 0.0005)),
          ...windows.map((window) => value(`slo:burn_rate:rate${window}`, 0.5)),
          value('slo:error_budget_left:ratio', 0.5),
          value('slo:objective:ratio', 0.999),
        ],
      },
      {
        name: 'a busy hour counts more than a quiet one',
        interval: '30s',
        series: traffic([
          [HOUR, 0, 10_000],
          [HOUR, 0.001, 90_000],
        ]),
        expect: [
          {
            at: '2h',
            // The last minutes of the first hour are in the rate of the second's first ones.
            expr: 'round(sum without (slo, slo_scope, job) (slo:error_ratio:rate6h{slo="fastFirstToken"}), 0.0001)',
            samples: { '{}': 0.0009 },
          },
        ],
      },
    ]);
  });

  it('keeps services apart', () => {
    const other = [COUNT, GOOD].map((series) => series.replace('shop', 'other'));
    run([
      {
        name: 'one of two burns its budget',
        interval: '30s',
        series: {
          ...traffic([[2 * HOUR, 0]]),
          ...traffic([[2 * HOUR, 0.5]], other[0] as string, other[1] as string),
        },
        expect: [
          {
            at: '1h',
            expr: 'count by (job) (ALERTS{alertname="SloBudgetBurn",slo="fastFirstToken"})',
            samples: { '{job="other"}': 4 },
          },
        ],
      },
    ]);
  });
});

describe('the alert for absent data', () => {
  const absent =
    'count by (job) (ALERTS{alertname="SloDataAbsent",alertstate="firing",slo="fastFirstToken"})';

  it('fires when a service stops to measure, and when none ever has', () => {
    run([
      {
        name: 'stops',
        interval: '30s',
        series: traffic([[HOUR, 0]]),
        expect: [
          { at: '1h', expr: absent, samples: {} },
          { at: '1h30m', expr: absent, samples: { '{job="shop"}': 1 } },
        ],
      },
      {
        name: 'never began',
        interval: '30s',
        series: {},
        expect: [
          { at: '9m', expr: absent, samples: {} },
          { at: '11m', expr: absent, samples: { '{}': 1 } },
        ],
      },
    ]);
  });
});

describe('rules for a hostile registry', () => {
  it('record and alert under the names that it declares, and nothing else', () => {
    const files = rulesOf('hostile', hostile.manifest());
    run(
      [
        {
          name: 'hostile',
          interval: '30s',
          series: traffic(
            [[2 * HOUR, 1]],
            'hostile_latency_seconds_count{job="x"}',
            'hostile_latency_seconds_bucket{job="x",le="1"}',
          ),
          expect: [
            // Names differ in nothing but their text, and each is its own.
            {
              at: '1h',
              expr: 'count(count by (slo) (slo:objective:ratio))',
              samples: { '{}': HOSTILE.length },
            },
            {
              at: '1h',
              expr: 'count(slo:events:rate5m)',
              samples: { '{}': HOSTILE.length },
            },
            {
              // Those whose threshold is 1 s; an alert finds what is recorded under its own name.
              at: '1h',
              expr: 'count by (burn_rate, severity) (ALERTS{alertname="SloBudgetBurn"})',
              samples: Object.fromEntries(
                Object.keys(alerts(14.4, 6, 3, 1)).map((labels) => [
                  labels,
                  HOSTILE.filter((_, i) => i % 4 === 2).length,
                ]),
              ),
            },
            {
              at: '1h',
              expr: 'count(count by (slo) (ALERTS{alertname="SloBudgetBurn"}) unless count by (slo) (slo:objective:ratio)) or vector(0)',
              samples: { '{}': 0 },
            },
          ],
        },
      ],
      files,
    );
  });
});

describe('alerts on the pipeline', () => {
  const of = (name: string) =>
    `count(ALERTS{alertname="${name}",alertstate="firing"}) or vector(0)`;
  const attempts = (outcome: string) =>
    `meterbook_export_attempts_total{job="shop",instance="1",outcome="${outcome}"}`;
  const fires = (name: string, at: string, isFiring: boolean) => ({
    at,
    expr: of(name),
    samples: { '{}': isFiring ? 1 : 0 },
  });

  it('fire when exports fail, points are dropped or held, series overflow, reports stop', () => {
    run([
      {
        name: 'all is well',
        interval: '30s',
        series: {
          [attempts('accepted')]: '0+1x300',
          [attempts('retryable')]: '0+0x300',
          'meterbook_export_dropped_points_total{job="shop",instance="1",reason="rejected"}':
            '0x300',
          'meterbook_export_held_points{job="shop",instance="1"}': '0x300',
          'meterbook_series{job="shop",instance="1",instrument="shop.orders"}': '5x300',
        },
        expect: [
          {
            at: '1h',
            expr: 'count(ALERTS{alertname=~"Meterbook.*"}) or vector(0)',
            samples: { '{}': 0 },
          },
        ],
      },
      {
        name: 'nothing is well',
        interval: '30s',
        series: {
          [attempts('accepted')]: '0+1x40 41x260',
          [attempts('retryable')]: '0x40 0+1x260',
          'meterbook_export_dropped_points_total{job="shop",instance="1",reason="rejected"}':
            '0x40 5+5x260',
          'meterbook_export_held_points{job="shop",instance="1"}': '0x40 100x260',
          'meterbook_overflow{job="shop",instance="1",instrument="shop.orders"}': '_x40 1x260',
          'meterbook_measurements_dropped_total{job="shop",instance="1",instrument="shop.orders",reason="nan"}':
            '0x40 1+1x260',
          'meterbook_series{job="shop",instance="1",instrument="shop.orders"}': '5x40',
        },
        expect: [
          fires('MeterbookExportsFailing', '20m', false),
          fires('MeterbookExportsFailing', '45m', true),
          fires('MeterbookPointsDropped', '20m', false),
          fires('MeterbookPointsDropped', '25m', true),
          fires('MeterbookPointsHeld', '30m', false),
          fires('MeterbookPointsHeld', '40m', true),
          fires('MeterbookOverflow', '19m', false),
          fires('MeterbookOverflow', '25m', true),
          fires('MeterbookMeasurementsDropped', '20m', false),
          fires('MeterbookMeasurementsDropped', '25m', true),
          fires('MeterbookReportsMissing', '30m', false),
          fires('MeterbookReportsMissing', '45m', true),
        ],
      },
    ]);
  });
});
