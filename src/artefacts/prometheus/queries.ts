import { decimal, decimalText } from '../decimal.js';
import { durationSeconds } from '../durations.js';
import { type PrometheusNaming, prometheusLabel, prometheusName } from '../prometheus-names.js';
import {
  type Condition,
  type QueryBackend,
  type Question,
  SERVICE_VARIABLE,
} from '../questions.js';
import { aggregate, JOB, promString, selector, seriesOf } from './promql.js';
import { sloSelector, sloSeries } from './slo-series.js';

/** Grafana's variables for the range of a rate at each step, and for all the time that is shown. */
const STEP = '$__rate_interval';
const WHOLE = '$__range';
const SERVICE = `${JOB}=~"$${SERVICE_VARIABLE}"`;

/**
 * The questions of dashboards in PromQL. Objectives are read from what `slo-rules.yaml` records; all else
 * from the metrics themselves, so that dashboards work without the rules.
 */
export function prometheusQueries(naming: PrometheusNaming = 'suffixed'): QueryBackend {
  return { dataSource: 'prometheus', query: (question) => queryOf(question, naming) };
}

function queryOf(question: Question, naming: PrometheusNaming): string {
  switch (question.ask) {
    case 'services':
      return `label_values(${seriesOf(question.instrument, naming).name}, ${JOB})`;
    case 'values': {
      const { name } = seriesOf(question.instrument, naming);
      const matchers = matchersOf(question.where);
      return `label_values(${name}${selector(matchers)}, ${prometheusLabel(question.key)})`;
    }
    case 'sloObjective':
      return `max(${sloSeries(question.slo).objective}${sloSelector(question.slo)})`;
    case 'sloErrors':
    case 'sloBurnRate':
    case 'sloBudgetLeft':
      return `${recordedFor(question)}${sloSelector(question.slo, [SERVICE])}`;
    case 'level': {
      const name = prometheusName(question.instrument, naming);
      return aggregate(
        question.across,
        labelsOf(question.by),
        name + selector(matchersOf(question.where)),
      );
    }
    default:
      return measured(question, naming);
  }
}

type OfBudget = Extract<Question, { readonly ask: 'sloErrors' | 'sloBurnRate' | 'sloBudgetLeft' }>;

function recordedFor(question: OfBudget): string {
  const series = sloSeries(question.slo);
  switch (question.ask) {
    case 'sloErrors':
      return series.errorRatio(durationSeconds(question.window));
    case 'sloBurnRate':
      return series.burnRate(durationSeconds(question.window));
    case 'sloBudgetLeft':
      return series.budgetLeft;
  }
}

type Measured = Exclude<
  Question,
  { readonly ask: 'services' | 'values' | 'level' | `slo${string}` }
>;

function measured(question: Measured, naming: PrometheusNaming): string {
  const asked = {
    window: STEP,
    matchers: matchersOf(question.where),
    by: labelsOf(question.by),
  };
  const perSecond = seriesOf(question.instrument, naming);
  const inAll = seriesOf(question.instrument, naming, 'increase');
  switch (question.ask) {
    case 'rate':
      return perSecond.count(asked);
    case 'amountRate':
      return perSecond.sum(asked);
    case 'mean':
      return `${perSecond.sum(asked)} / (${perSecond.count(asked)} > 0)`;
    case 'quantile':
      return quantile(question.quantile, perSecond.buckets(asked));
    case 'quantileOfAll':
      return quantile(question.quantile, perSecond.buckets({ ...asked, window: WHOLE }));
    case 'heatmap':
      return inAll.buckets({ ...asked, by: [] });
    case 'total':
      return inAll.count({ ...asked, window: WHOLE });
    case 'amount':
      return inAll.sum({ ...asked, window: WHOLE });
    case 'fraction': {
      const whole = perSecond.count(asked);
      const matchers = [...asked.matchers, ...question.part.map(matcherOf)];
      // Where no part was ever recorded there is no series: 0, as long as there is a whole.
      return `(${perSecond.count({ ...asked, matchers })} or ${whole} * 0) / (${whole} > 0)`;
    }
    case 'share': {
      const whole = seriesOf(question.of, naming).sum(asked);
      return `${perSecond.sum(asked)} / (${whole} > 0)`;
    }
  }
}

function quantile(share: number, buckets: string): string {
  return `histogram_quantile(${decimalText(decimal(share))}, ${buckets})`;
}

function labelsOf(by: readonly string[] = []): readonly string[] {
  return [...new Set(by.map(prometheusLabel))];
}

function matchersOf(where: readonly Condition[] = []): readonly string[] {
  return [SERVICE, ...where.map(matcherOf)];
}

function matcherOf(condition: Condition): string {
  const label = prometheusLabel(condition.key);
  if ('is' in condition) return `${label}=${promString(condition.is)}`;
  if ('isSet' in condition) return `${label}${condition.isSet ? '!=' : '='}""`;
  return `${label}=~"$${condition.variable}"`;
}
