import type { ManifestInstrument } from '../../declare/index.js';
import { decimal, decimalText, oneMinus } from '../decimal.js';
import { durationSeconds } from '../durations.js';
import { titleText } from '../grafana/text.js';
import { isHistogram } from '../instruments.js';
import type { Condition, Question } from '../questions.js';
import { SERVICE_VARIABLE } from '../questions.js';
import type { BuilderQuery, Percentile, QueryEnvelope } from './format.js';

/** Names of the queries of one panel: `A`, `B` and so on, formulas `F1`, `F2`. */
export interface Names {
  readonly query: () => string;
  readonly formula: () => string;
}

export function names(): Names {
  let queries = 0;
  let formulas = 0;
  return {
    query: () => {
      const name = String.fromCharCode('A'.charCodeAt(0) + queries);
      queries += 1;
      return name;
    },
    formula: () => {
      formulas += 1;
      return `F${formulas}`;
    },
  };
}

/** A key as SigNoz' filter expressions can name it, which have no quotes for keys (FilterQuery.g4). */
const KEY = /^[a-zA-Z][\w:-]*(\.[a-zA-Z][\w:-]*)*$/;
const WORDS =
  /^(like|ilike|between|exists?|regexp|contains?|in|not|and|or|has|hasany|hasall|hastoken|true|false)$/i;
const PERCENTILES: Readonly<Record<number, Percentile>> = {
  0.5: 'p50',
  0.75: 'p75',
  0.9: 'p90',
  0.95: 'p95',
  0.99: 'p99',
};
const DISTRIBUTION = [0.5, 0.75, 0.9, 0.95, 0.99] as const;

type Aggregation = BuilderQuery['aggregations'][0];
type About = Extract<Question, { readonly by?: unknown }>;

/**
 * The queries that answer a question, the last of them the answer. None for what SigNoz cannot be asked:
 * attributes with other characters in their keys, other quantiles than its own, a constant.
 */
export function queriesOf(question: Question, name: string, next: Names): readonly QueryEnvelope[] {
  switch (question.ask) {
    case 'rate':
      return one(question, count(question.instrument, 'rate'), name, next);
    case 'amountRate':
      return one(question, amount(question.instrument, 'rate'), name, next);
    case 'total':
      return one(question, count(question.instrument, 'increase'), name, next);
    case 'amount':
      return one(question, amount(question.instrument, 'increase'), name, next);
    case 'level':
      return one(question, level(question.instrument, question.across), name, next);
    case 'quantile':
    case 'quantileOfAll':
      return quantile(question, question.quantile, name, next);
    case 'heatmap':
      return DISTRIBUTION.flatMap((each) => quantile(question, each, `P${each * 100}`, next));
    case 'mean': {
      const { instrument } = question;
      const parts = [amount(instrument, 'rate'), count(instrument, 'rate')] as const;
      return ratio(question, parts, [], name, next);
    }
    case 'share':
      return ratio(
        question,
        [amount(question.instrument, 'rate'), amount(question.of, 'rate')],
        [],
        name,
        next,
      );
    case 'fraction': {
      const all = count(question.instrument, 'rate');
      return ratio(question, [all, all], question.part, name, next);
    }
    case 'sloErrors':
    case 'sloBurnRate':
    case 'sloBudgetLeft':
      return objective(question, name, next);
    default:
      return [];
  }
}

function count(it: ManifestInstrument, over: 'rate' | 'increase'): Aggregation {
  const metricName = isHistogram(it) ? `${it.name}.count` : it.name;
  return summed(metricName, over);
}

function amount(it: ManifestInstrument, over: 'rate' | 'increase'): Aggregation {
  return summed(`${it.name}.sum`, over);
}

function summed(metricName: string, over: 'rate' | 'increase'): Aggregation {
  const reduceTo = over === 'increase' ? 'sum' : 'avg';
  return { metricName, timeAggregation: over, spaceAggregation: 'sum', reduceTo };
}

function level(it: ManifestInstrument, across: 'sum' | 'max' | 'min'): Aggregation {
  return {
    metricName: it.name,
    timeAggregation: 'latest',
    spaceAggregation: across,
    reduceTo: 'last',
  };
}

/** Explicit histograms are stored as counters of their buckets, base-2 ones under their own name. */
function quantile(
  question: About,
  share: number,
  name: string,
  next: Names,
): readonly QueryEnvelope[] {
  const percentile = PERCENTILES[share];
  if (percentile === undefined) return [];
  const { instrument } = question;
  const isBase2 = instrument.base2MaxSize !== undefined;
  const metricName = isBase2 ? instrument.name : `${instrument.name}.bucket`;
  return one(
    question,
    { metricName, timeAggregation: '', spaceAggregation: percentile, reduceTo: 'avg' },
    name,
    next,
  );
}

function one(
  { by = [], where = [] }: About,
  aggregation: Aggregation,
  name: string,
  next: Names,
): readonly QueryEnvelope[] {
  if (![...by, ...where.map(({ key }) => key)].every(isKey)) return [];
  return [query({ aggregation, by, where, legend: legend(name, by), disabled: false }, next)];
}

/** The first over the second; `part` holds for the first alone. */
function ratio(
  { by = [], where = [] }: About,
  [over, under]: readonly [Aggregation, Aggregation],
  part: readonly Condition[],
  name: string,
  next: Names,
): readonly QueryEnvelope[] {
  const conditions = [...where, ...part];
  if (![...by, ...conditions.map(({ key }) => key)].every(isKey)) return [];
  const parts = [
    query({ aggregation: over, by, where: conditions, legend: '', disabled: true }, next),
    query({ aggregation: under, by, where, legend: '', disabled: true }, next),
  ];
  const [a, b] = parts.map(({ spec }) => spec.name);
  return [...parts, formula(`${a} / ${b}`, legend(name, by), next)];
}

/** Errors over the window before: a step is as long as the window. */
function objective(
  question: Extract<Question, { readonly ask: 'sloErrors' | 'sloBurnRate' | 'sloBudgetLeft' }>,
  name: string,
  next: Names,
): readonly QueryEnvelope[] {
  const { slo, instrument } = question.slo;
  if (instrument.boundaries === undefined) return [];
  const isLeft = question.ask === 'sloBudgetLeft';
  const over = isLeft ? 'increase' : 'rate';
  const steps = isLeft ? {} : { stepInterval: durationSeconds(question.window) };
  const good: Condition = { key: 'le', is: decimalText(decimal(slo.threshold)) };
  const rest = { by: [], legend: '', disabled: true, ...steps };
  const parts = [
    query({ aggregation: summed(`${instrument.name}.bucket`, over), where: [good], ...rest }, next),
    query({ aggregation: count(instrument, over), where: [], ...rest }, next),
  ];
  const [a, b] = parts.map(({ spec }) => spec.name);
  const burnt = `(1 - ${a} / ${b}) / ${decimalText(oneMinus(decimal(slo.objective)))}`;
  const asked = { sloErrors: `1 - ${a} / ${b}`, sloBurnRate: burnt, sloBudgetLeft: `1 - ${burnt}` };
  return [...parts, formula(asked[question.ask], titleText(name), next)];
}

interface Asked {
  readonly aggregation: Aggregation;
  readonly by: readonly string[];
  readonly where: readonly Condition[];
  readonly legend: string;
  readonly disabled: boolean;
  readonly stepInterval?: number;
}

function query({ aggregation, by, where, ...rest }: Asked, next: Names) {
  const conditions = [`service.name IN $${SERVICE_VARIABLE}`, ...where.map(expression)];
  return {
    type: 'builder_query',
    spec: {
      name: next.query(),
      signal: 'metrics',
      aggregations: [aggregation],
      filter: { expression: conditions.join(' AND ') },
      groupBy: by.map((name) => ({
        name,
        fieldContext: 'attribute',
        fieldDataType: 'string',
        signal: 'metrics',
      })),
      ...rest,
    },
  } as const satisfies QueryEnvelope;
}

function formula(text: string, shown: string, next: Names): QueryEnvelope {
  return {
    type: 'builder_formula',
    spec: { name: next.formula(), expression: text, legend: shown, disabled: false },
  };
}

/** With "All" SigNoz leaves the condition on a variable out. */
function expression(condition: Condition): string {
  const { key } = condition;
  if ('variable' in condition) return `${key} IN $${condition.variable}`;
  if ('isSet' in condition) return `${key} ${condition.isSet ? '' : 'NOT '}EXISTS`;
  return `${key} = '${condition.is.replace(/[\\']/g, '\\$&')}'`;
}

export function isKey(key: string): boolean {
  return KEY.test(key) && !WORDS.test(key);
}

function legend(name: string, by: readonly string[]): string {
  return by.length === 0 ? titleText(name) : by.map((key) => `{{${key}}}`).join(' ');
}
