import type { Manifest } from '../../declare/index.js';
import { type Decimal, decimal, decimalText, oneMinus, times } from '../decimal.js';
import { durationText } from '../durations.js';
import { slosOf } from '../instruments.js';
import type { PrometheusNaming } from '../prometheus-names.js';
import type { SloOf } from '../questions.js';
import { type BurnAlert, burnAlerts, errorWindows } from '../slo-windows.js';
import { wellFormed } from '../well-formed.js';
import { JOB, seriesOf } from './promql.js';
import { type Rule, type RuleGroup, templateText } from './rule-files.js';
import { EVALUATION_SECONDS, SLO_LABELS, sloSelector, sloSeries } from './slo-series.js';

/** How alerts on objectives are made. */
export interface SloRuleOptions {
  readonly naming: PrometheusNaming;
  /** Address of a runbook; `{slo}` in it becomes the name of the objective. */
  readonly runbookUrl?: string | undefined;
  /** An alert wants at least this many measurements above the threshold in its long window. */
  readonly minimumErrors: number;
}

/** How long there may be nothing at all to measure. */
const ABSENT_FOR = '10m';

/** Two groups for each objective: what is recorded, and the alerts on that. */
export function sloRules(
  manifests: readonly Manifest[],
  options: SloRuleOptions,
): readonly RuleGroup[] {
  return slosOf(manifests).map((slo) => ({
    name: `meterbook slo ${slo.scope} ${slo.slo.name}`,
    interval: `${EVALUATION_SECONDS}s`,
    rules: [
      ...recorded(slo, options.naming),
      ...burnAlerts(slo.slo.window).flatMap((alert) => burnRateAlert(slo, alert, options)),
      absentAlert(slo, options),
    ],
  }));
}

function budgetOf({ slo }: SloOf): Decimal {
  return oneMinus(decimal(slo.objective));
}

/** Windows up to this many seconds are read from the metric itself. */
const LONGEST_READ_RAW = 3_600;

/**
 * Good and bad measurements per second over the shortest window; ratios of windows up to an hour, which
 * must react at once; and from the former everything longer: a rate over three days of the raw buckets
 * would read more samples than a query may, and the mean of ratios would count a quiet hour as much as a
 * busy one.
 */
function recorded(slo: SloOf, naming: PrometheusNaming): readonly Rule[] {
  const { objective, threshold, window } = slo.slo;
  const series = sloSeries(slo);
  const windows = errorWindows(window);
  const budget = decimalText(budgetOf(slo));
  const labels = { [SLO_LABELS.slo]: slo.slo.name, [SLO_LABELS.scope]: slo.scope };
  const raw = seriesOf(slo.instrument, naming);
  const over = (seconds: number) => ({
    window: durationText(seconds),
    matchers: [],
    by: [JOB],
  });
  const only = sloSelector(slo);
  const ratioOfRecorded = (within: string) =>
    `sum_over_time(${series.errors}${only}[${within}]) / (sum_over_time(${series.events}${only}[${within}]) > 0)`;
  const ratio = (seconds: number) =>
    seconds > LONGEST_READ_RAW
      ? ratioOfRecorded(durationText(seconds))
      : `clamp_min(1 - ${raw.atMost(threshold, over(seconds))} / (${raw.count(over(seconds))} > 0), 0)`;
  const shortest = over(windows[0] ?? 0);
  const rule = (record: string, expr: string): Rule => ({ record, expr, labels });
  return [
    rule(series.objective, `vector(${decimalText(decimal(objective))})`),
    rule(series.events, raw.count(shortest)),
    rule(
      series.errors,
      `clamp_min(${raw.count(shortest)} - ${raw.atMost(threshold, shortest)}, 0)`,
    ),
    ...windows.map((seconds) => rule(series.errorRatio(seconds), ratio(seconds))),
    ...windows.map((seconds) =>
      rule(series.burnRate(seconds), `${series.errorRatio(seconds)}${only} / ${budget}`),
    ),
    rule(series.budgetLeft, `1 - (${ratioOfRecorded(window)}) / ${budget}`),
  ];
}

/** None where the threshold is 1 or more: such a burn rate cannot be, even with no good measurement. */
function burnRateAlert(
  slo: SloOf,
  { severity, factor, long, short }: BurnAlert,
  options: SloRuleOptions,
): readonly Rule[] {
  const limit = times(decimal(factor), budgetOf(slo));
  if (limit.digits >= 10n ** BigInt(limit.scale)) return [];
  const series = sloSeries(slo);
  const only = sloSelector(slo);
  const over = (seconds: number) => `${series.errorRatio(seconds)}${only} > ${decimalText(limit)}`;
  const longText = durationText(long);
  const errors = `sum_over_time(${series.errors}${only}[${longText}]) * ${EVALUATION_SECONDS}`;
  return [
    {
      alert: 'SloBudgetBurn',
      expr: `${over(long)} and ${over(short)} and ${errors} >= ${options.minimumErrors}`,
      labels: {
        severity,
        burn_rate: decimalText(decimal(factor)),
        long_window: longText,
        short_window: durationText(short),
        ...alertLabels(slo),
      },
      annotations: annotations(
        slo,
        `{{ $labels.${JOB} }} uses up the error budget of ${nameOf(slo)} at more than ${decimalText(decimal(factor))} times the rate that lasts for ${slo.slo.window}.`,
        `{{ $value | humanizePercentage }} of the measurements of the last ${longText} were above ${thresholdOf(slo)}; the objective allows ${decimalText(times(budgetOf(slo), decimal(100)))} %.`,
        options,
      ),
    },
  ];
}

/** Of a service that has measured within the second longest window, and of all if none ever has. */
function absentAlert(slo: SloOf, options: SloRuleOptions): Rule {
  const { events } = sloSeries(slo);
  const only = sloSelector(slo);
  const before = durationText(errorWindows(slo.slo.window).at(-2) ?? 0);
  return {
    alert: 'SloDataAbsent',
    expr: `(last_over_time(${events}${only}[${before}]) unless ${events}${only}) or absent_over_time(${events}${only}[${before}])`,
    for: ABSENT_FOR,
    labels: { severity: 'ticket', ...alertLabels(slo) },
    annotations: annotations(
      slo,
      `Nothing is measured for ${nameOf(slo)}{{ with $labels.${JOB} }} by {{ . }}{{ end }}.`,
      `Prometheus has had no data of ${templateText(slo.instrument.name)} for ${ABSENT_FOR}. Whether the objective is met is not known.`,
      options,
    ),
  };
}

function alertLabels(slo: SloOf): Readonly<Record<string, string>> {
  return {
    [SLO_LABELS.slo]: templateText(slo.slo.name),
    [SLO_LABELS.scope]: templateText(slo.scope),
  };
}

function nameOf(slo: SloOf): string {
  return `the objective ${templateText(slo.slo.name)} (${templateText(slo.scope)})`;
}

function thresholdOf({ slo, instrument }: SloOf): string {
  return `${decimalText(decimal(slo.threshold))} ${templateText(instrument.unit)}`;
}

function annotations(
  { slo }: SloOf,
  summary: string,
  description: string,
  { runbookUrl }: SloRuleOptions,
): Readonly<Record<string, string>> {
  const about = slo.description === undefined ? '' : ` ${templateText(slo.description)}`;
  return {
    summary,
    description: `${description}${about}`,
    ...(runbookUrl !== undefined && {
      runbook_url: templateText(
        runbookUrl.replaceAll('{slo}', encodeURIComponent(wellFormed(slo.name))),
      ),
    }),
  };
}
