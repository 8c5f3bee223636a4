import { decimal, decimalText, oneMinus, times } from '../decimal.js';
import { durationText } from '../durations.js';
import type { SloOf } from '../questions.js';
import { type BurnAlert, burnAlerts } from '../slo-windows.js';
import { wellFormed } from '../well-formed.js';
import type { RuleJson } from './format.js';

/** How alerts are made for SigNoz. */
export interface RuleOptions {
  /**
   * How the services send: PromQL, in which two windows fit into one rule, reads totals and deltas
   * differently. Default `cumulative`.
   */
  readonly temporality: 'cumulative' | 'delta';
  /** Names of notification channels. */
  readonly channels: readonly string[];
  /** Address of a runbook; `{slo}` in it becomes the name of the objective. */
  readonly runbookUrl?: string | undefined;
  /** An alert wants at least this many measurements above the threshold in its long window. */
  readonly minimumErrors: number;
}

/** Minutes without a measurement, after which a rule tells of it. */
const ABSENT_MINUTES = 15;

/** A rule and the name of its file. */
export interface NamedRule {
  readonly name: string;
  readonly rule: RuleJson;
}

/** Rules for an objective: one for each pair of windows, and one for data that stays away. */
export function rulesOf(of: SloOf, options: RuleOptions): readonly NamedRule[] {
  if (of.instrument.boundaries === undefined) return [];
  const burning = burnAlerts(of.slo.window).flatMap((alert) => burnRule(of, alert, options));
  return [...burning, { name: 'absent', rule: absentRule(of, options) }];
}

/** None where such a burn rate cannot be, even with no good measurement. */
function burnRule(of: SloOf, alert: BurnAlert, options: RuleOptions): readonly NamedRule[] {
  const { severity, factor, long, short } = alert;
  const budget = oneMinus(decimal(of.slo.objective));
  const limit = times(decimal(factor), budget);
  if (limit.digits >= 10n ** BigInt(limit.scale)) return [];
  const [longText, shortText, factorText] = [
    durationText(long),
    durationText(short),
    decimalText(decimal(factor)),
  ];
  const burnt = (over: string): string =>
    `(1 - ${good(of, over, options)} / ${all(of, over, options)}) / ${decimalText(budget)}`;
  const errors = `(${all(of, longText, options)} - ${good(of, longText, options)})`;
  const rule = ruleOf(of, options, {
    title: `burns ${factorText} times too fast (${longText})`,
    query: `(${burnt(longText)}) and (${burnt(shortText)} > ${factorText}) and (${errors} >= ${options.minimumErrors})`,
    target: factor,
    severity,
    summary: `The error budget of ${named(of)} burns more than ${factorText} times faster than it lasts.`,
    labels: { burn_rate: factorText, long_window: longText, short_window: shortText },
  });
  return [{ name: `${severity}-${longText}`, rule }];
}

function absentRule(of: SloOf, options: RuleOptions): RuleJson {
  const rule = ruleOf(of, options, {
    title: 'has no data',
    query: all(of, `${ABSENT_MINUTES}m`, options),
    target: 0,
    severity: 'ticket',
    summary: `Nothing is measured for ${named(of)}. Whether it is met is not known.`,
    labels: {},
  });
  const [threshold] = rule.condition.thresholds.spec;
  return {
    ...rule,
    condition: {
      ...rule.condition,
      alertOnAbsent: true,
      absentFor: ABSENT_MINUTES,
      // A count is never below zero: the rule is about its being there at all.
      thresholds: { kind: 'basic', spec: [{ ...threshold, op: '2' }] },
    },
  };
}

/** What is different from rule to rule. */
interface Rule {
  readonly title: string;
  readonly query: string;
  readonly target: number;
  readonly severity: BurnAlert['severity'];
  readonly summary: string;
  readonly labels: Readonly<Record<string, string>>;
}

function ruleOf(of: SloOf, options: RuleOptions, rule: Rule): RuleJson {
  const { slo, instrument, scope } = of;
  const severity = rule.severity === 'page' ? 'critical' : 'warning';
  const percent = decimalText(times(decimal(slo.objective), decimal(100)));
  const threshold = decimalText(decimal(slo.threshold));
  const aim = `${percent} % of ${instrument.name} at or below ${threshold} ${instrument.unit} over ${slo.window}.`;
  const runbook = options.runbookUrl?.replaceAll('{slo}', encodeURIComponent(wellFormed(slo.name)));
  return {
    alert: line(`${slo.name} (${scope}) ${rule.title}`),
    alertType: 'METRIC_BASED_ALERT',
    ruleType: 'promql_rule',
    description: line(`${aim} ${slo.description ?? ''}`),
    version: 'v5',
    schemaVersion: 'v2alpha1',
    disabled: false,
    condition: {
      compositeQuery: {
        queryType: 'promql',
        panelType: 'graph',
        queries: [
          {
            type: 'promql',
            spec: { name: 'A', query: rule.query, legend: '{{service.name}}', disabled: false },
          },
        ],
      },
      selectedQueryName: 'A',
      thresholds: {
        kind: 'basic',
        spec: [
          {
            name: severity,
            target: rule.target,
            op: '1',
            matchType: '5',
            channels: options.channels,
          },
        ],
      },
    },
    evaluation: { kind: 'rolling', spec: { evalWindow: '5m', frequency: '1m' } },
    notificationSettings: {
      groupBy: [],
      renotify: { enabled: true, interval: '4h', alertStates: ['firing', 'nodata'] },
      usePolicy: false,
    },
    labels: { severity, slo: template(slo.name), slo_scope: template(scope), ...rule.labels },
    annotations: {
      summary: template(rule.summary),
      description: template(`${aim} ${slo.description ?? ''}`),
      ...(runbook !== undefined && { runbook_url: template(runbook) }),
    },
  };
}

function named({ slo, scope }: SloOf): string {
  return `${slo.name} (${scope})`;
}

function good({ slo, instrument }: SloOf, over: string, options: RuleOptions): string {
  const le = decimalText(decimal(slo.threshold));
  return grown(`{"${instrument.name}.bucket", "le"="${le}"}`, over, options);
}

function all({ instrument }: SloOf, over: string, options: RuleOptions): string {
  return grown(`{"${instrument.name}.count"}`, over, options);
}

/**
 * What a counter grew by, for each service. SigNoz keeps deltas as they came, so they are added up.
 *
 * Source: SigNoz, "PromQL UTF-8 Syntax Guide".
 */
function grown(selector: string, over: string, { temporality }: RuleOptions): string {
  const grow = temporality === 'delta' ? 'sum_over_time' : 'increase';
  return `sum by ("service.name") (${grow}(${selector}[${over}]))`;
}

/** Text of a declaration on one line. */
function line(text: string): string {
  return wellFormed(text)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}

/** Text of a declaration in a Go template, where `{{` begins an action: each is told as a text. */
function template(text: string): string {
  return line(text).replace(/\{(?=\{)/g, '{{"{"}}');
}
