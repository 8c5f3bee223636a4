import { durationText } from '../durations.js';
import type { SloOf } from '../questions.js';
import { errorWindows } from '../slo-windows.js';
import { promString, selector } from './promql.js';

/** Labels of everything that is recorded for an objective. */
export const SLO_LABELS = { slo: 'slo', scope: 'slo_scope' } as const;

/** Seconds between two evaluations of a rule. */
export const EVALUATION_SECONDS = 30;

/** Names of the recorded series of an objective; the windows of its alerts are part of them. */
export interface SloSeries {
  /** Measurements per second, by service. */
  readonly events: string;
  /** Measurements above the threshold per second, by service. */
  readonly errors: string;
  /** Share of measurements above the threshold in a window of so many seconds. */
  errorRatio(seconds: number): string;
  /** That share over the budget. */
  burnRate(seconds: number): string;
  readonly objective: string;
  readonly budgetLeft: string;
}

export function sloSeries({ slo }: SloOf): SloSeries {
  const shortest = durationText(errorWindows(slo.window)[0] ?? 0);
  return {
    events: `slo:events:rate${shortest}`,
    errors: `slo:errors:rate${shortest}`,
    errorRatio: (seconds) => `slo:error_ratio:rate${durationText(seconds)}`,
    burnRate: (seconds) => `slo:burn_rate:rate${durationText(seconds)}`,
    objective: 'slo:objective:ratio',
    budgetLeft: 'slo:error_budget_left:ratio',
  };
}

/** `{slo="…",slo_scope="…"}`, with further matchers behind. */
export function sloSelector({ slo, scope }: SloOf, matchers: readonly string[] = []): string {
  return selector([
    `${SLO_LABELS.slo}=${promString(slo.name)}`,
    `${SLO_LABELS.scope}=${promString(scope)}`,
    ...matchers,
  ]);
}
