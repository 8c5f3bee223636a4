import type { Manifest, ManifestInstrument } from '../declare/index.js';

/**
 * One condition on the attributes of a measurement, by the attribute's own key (`http.route`):
 *
 * - `is`: the attribute has this value, written as text;
 * - `isSet`: the attribute is there, or is not;
 * - `variable`: the reader of the dashboard picks values in the variable of this name. "All" lets
 *   everything through, measurements without the attribute too.
 */
export type Condition =
  | { readonly key: string; readonly is: string }
  | { readonly key: string; readonly isSet: boolean }
  | { readonly key: string; readonly variable: string };

/** What every question about an instrument says. */
interface About {
  readonly instrument: ManifestInstrument;
  /** Attribute keys to tell apart, all declared by the instrument; one answer for everything without. */
  readonly by?: readonly string[];
  /** Conditions that must all hold; none without. */
  readonly where?: readonly Condition[];
}

/** An objective of a registry, with the histogram it is on. */
export interface SloOf {
  /** Scope of the registry. */
  readonly scope: string;
  readonly slo: Manifest['slos'][number];
  readonly instrument: ManifestInstrument;
}

/**
 * Everything that a dashboard asks. A backend answers each of them in its own language, for delta and
 * for cumulative data alike.
 *
 * "Over time" is one number for each step of the graph, and for each group of `by`; "as a whole" is
 * one number for each group over all the time that is shown.
 */
export type Question =
  /** Over time: measurements per second. Counters: what they grew by. Histograms: their count. */
  | ({ readonly ask: 'rate' } & About)
  /** Over time: the sum of a histogram's measurements per second, in its unit per second. */
  | ({ readonly ask: 'amountRate' } & About)
  /** Over time: the mean of a histogram's measurements, in its unit. */
  | ({ readonly ask: 'mean' } & About)
  /** Over time: a quantile (0.95) of a histogram, interpolated within its bucket, in its unit. */
  | ({ readonly ask: 'quantile'; readonly quantile: number } & About)
  /** Over time: how many measurements fell into each bucket of a histogram. `by` is not used. */
  | ({ readonly ask: 'heatmap' } & About)
  /** Over time: the share (0 to 1) of measurements for which `part` holds too; 0 where none do. */
  | ({ readonly ask: 'fraction'; readonly part: readonly Condition[] } & About)
  /** Over time: the sum of one histogram over the sum of another, such as waiting over all of it. */
  | ({ readonly ask: 'share'; readonly of: ManifestInstrument } & About)
  /** Over time: the value of a gauge or an up-down counter, of several series in one group this way. */
  | ({ readonly ask: 'level'; readonly across: 'sum' | 'max' | 'min' } & About)
  /** As a whole: how many measurements, or how much a counter grew. */
  | ({ readonly ask: 'total' } & About)
  /** As a whole: the sum of a histogram's measurements, in its unit. */
  | ({ readonly ask: 'amount' } & About)
  /** As a whole: a quantile of a histogram. */
  | ({ readonly ask: 'quantileOfAll'; readonly quantile: number } & About)
  /** The values that an attribute has, as choices of a variable. `by` is not used. */
  | ({ readonly ask: 'values'; readonly key: string } & About)
  /** The services that record the instrument, as choices of the variable `service`. */
  | { readonly ask: 'services'; readonly instrument: ManifestInstrument }
  /** As a whole: the objective itself, 0.99. */
  | { readonly ask: 'sloObjective'; readonly slo: SloOf }
  /** Over time: the share (0 to 1) of measurements above the threshold, in the window before. */
  | { readonly ask: 'sloErrors'; readonly slo: SloOf; readonly window: string }
  /** Over time: `sloErrors` over the error budget; 1 uses the budget up exactly by the window's end. */
  | { readonly ask: 'sloBurnRate'; readonly slo: SloOf; readonly window: string }
  /** Over time: the share of the budget of the SLO's own window that is left; below 0: overdrawn. */
  | { readonly ask: 'sloBudgetLeft'; readonly slo: SloOf };

/**
 * Answers questions in the language of one data source. Pure, and total: it has a query for every
 * question. Each query is limited to the services that the dashboard's variable `service` names.
 *
 * Of a tabular backend the columns are: `time` (over time only), one for each key of `by` under the
 * key itself, and `value`; a heatmap's are `time`, `le` (the bucket's upper bound as a number, +Inf
 * last) and `value`, counts of each bucket alone, not summed up; choices are one column `value`.
 * Text of a declaration is escaped as the language wants it.
 */
export interface QueryBackend {
  /** Grafana's name of the plugin of the data source. */
  readonly dataSource: 'prometheus' | 'grafana-clickhouse-datasource';
  query(question: Question): string;
}

/** The name of the variable of every dashboard that picks services. */
export const SERVICE_VARIABLE = 'service';
