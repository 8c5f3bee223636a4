import { type Condition, durationSeconds, type Question } from '../../artefacts/index.js';
import type { Instrument, Store } from '../store/index.js';
import { type Group, groupSeries, levelsOf, type Picked, rateAt, sumUp } from './aggregate.js';
import { countAbove, quantileOf } from './distribution.js';
import type { Span } from './span.js';

/** Numbers at each step, of one group. */
export interface LineValues {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly (number | null)[];
}

/** One number for a group. */
export interface WholeValue {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | null;
}

/** Counts of each bucket at each step. */
export interface HeatmapValues {
  readonly bounds: readonly number[];
  readonly counts: readonly (readonly number[])[];
}

type About = Extract<Question, { readonly ask: 'rate' }>;
type SloQuestion = Extract<Question, { readonly ask: `slo${string}` }>;

/**
 * Answers the questions of dashboards from what has been received, as a backend would in its language. Each
 * instrument is added up once for each way of telling its series apart, however many questions are about it.
 */
export class Answerer {
  private readonly byName = new Map<string, Instrument[]>();
  private readonly groups = new Map<string, readonly Group[]>();

  constructor(
    private readonly store: Store,
    readonly span: Span,
    readonly picked: Picked,
  ) {
    for (const instrument of store.instruments) {
      const same = this.byName.get(instrument.name) ?? [];
      this.byName.set(instrument.name, [...same, instrument]);
    }
  }

  /** All of one name: another scope or another language has its own. */
  instruments(name: string): readonly Instrument[] {
    return this.byName.get(name) ?? [];
  }

  /** Measurements of a counter or a histogram, told apart by the values of `by`. */
  grouped(
    name: string,
    { by = [], where = [] }: Pick<About, 'by' | 'where'> = {},
  ): readonly Group[] {
    const key = JSON.stringify([name, by, where]);
    const known = this.groups.get(key);
    if (known !== undefined) return known;
    const groups = groupSeries(this.instruments(name), this.picked, where, by);
    const made = groups.map((group) => sumUp(group, this.span));
    this.groups.set(key, made);
    return made;
  }

  /** Levels of gauges and up-down counters. */
  levels(
    name: string,
    across: 'sum' | 'max' | 'min',
    { by = [], where = [] }: Pick<About, 'by' | 'where'> = {},
  ): readonly LineValues[] {
    const groups = groupSeries(this.instruments(name), this.picked, where, by);
    return groups.map((group) => ({
      labels: group.labels,
      values: levelsOf(group, across, this.span),
    }));
  }

  /** Over time; nothing for a question that is about the whole. */
  lines(question: Question): readonly LineValues[] {
    const perStep = (of: (group: Group, step: number) => number | null) => (group: Group) => ({
      labels: group.labels,
      values: Array.from({ length: this.span.steps }, (_, step) => of(group, step)),
    });
    switch (question.ask) {
      case 'rate':
        return this.asked(question).map(perStep((it, i) => rateAt(it, 'counts', i, this.span)));
      case 'amountRate':
        return this.asked(question).map(perStep((it, i) => rateAt(it, 'sums', i, this.span)));
      case 'mean':
        return this.asked(question).map(perStep((it, i) => ratio(it.sums[i], it.counts[i])));
      case 'quantile':
        return this.asked(question).map(
          perStep((it, i) => quantileOf(bucketsAt(it, i), question.quantile)),
        );
      case 'fraction': {
        const { part } = question;
        const parts = this.asked({ ...question, where: [...(question.where ?? []), ...part] });
        const partOf = (labels: Readonly<Record<string, string>>) => find(parts, labels);
        return this.asked(question).map((group) =>
          perStep((it, i) => ratio(partOf(it.labels)?.counts[i] ?? 0, it.counts[i]))(group),
        );
      }
      case 'share': {
        const wholes = this.grouped(question.of.name, question);
        return this.asked(question).map((group) =>
          perStep((it, i) => ratio(it.sums[i], find(wholes, it.labels)?.sums[i]))(group),
        );
      }
      case 'level':
        return this.levels(question.instrument.name, question.across, question);
      case 'sloErrors':
      case 'sloBurnRate':
      case 'sloBudgetLeft':
        return this.sloLines(question);
      default:
        return [];
    }
  }

  /** As a whole; nothing for a question that is over time. */
  wholes(question: Question): readonly WholeValue[] {
    const each = (of: (group: Group) => number | null) => (group: Group) => ({
      labels: group.labels,
      value: of(group),
    });
    switch (question.ask) {
      case 'total':
        return this.asked(question).map(each(({ count }) => count));
      case 'amount':
        return this.asked(question).map(each(({ sum }) => sum));
      case 'quantileOfAll':
        return this.asked(question).map(
          each(({ bounds, buckets }) => quantileOf({ bounds, counts: buckets }, question.quantile)),
        );
      case 'sloObjective':
        return [{ labels: {}, value: question.slo.slo.objective }];
      case 'sloErrors':
      case 'sloBurnRate':
      case 'sloBudgetLeft':
        return this.sloLines(question).map(({ labels, values }) => ({
          labels,
          value: values.at(-1) ?? null,
        }));
      default:
        return [];
    }
  }

  heatmap(question: Extract<Question, { readonly ask: 'heatmap' }>): HeatmapValues {
    const [group] = this.grouped(question.instrument.name, { where: question.where ?? [] });
    if (group === undefined) return { bounds: [], counts: [] };
    const counts = Array.from({ length: this.span.steps }, (_, step) => [
      ...bucketsAt(group, step).counts,
    ]);
    return { bounds: group.bounds, counts };
  }

  /** Values of an attribute, or of the service. */
  choices(question: Question): readonly string[] {
    if (question.ask === 'services') {
      const services = this.instruments(question.instrument.name).flatMap((it) => it.services);
      return [...new Set(services)].sort();
    }
    if (question.ask !== 'values') return [];
    const values = this.instruments(question.instrument.name).flatMap((it) => [
      ...(it.values.get(question.key)?.keys() ?? []),
    ]);
    return [...new Set(values)].sort();
  }

  /** The share above the threshold of an objective, over the seconds before the end of the span. */
  sloErrors({ slo, instrument }: SloQuestion['slo'], seconds: number): number | null {
    const { to } = this.span;
    const from = this.store.resolution.startOf(to - seconds);
    const span = { ...this.span, from, stepsFrom: from, step: to - from, steps: 1 };
    const groups = groupSeries(this.instruments(instrument.name), this.picked);
    const [group] = groups.map((it) => sumUp(it, span));
    if (group === undefined) return null;
    const above = countAbove({ bounds: group.bounds, counts: group.buckets }, slo.threshold);
    return ratio(above, group.count);
  }

  private sloLines(question: Exclude<SloQuestion, { readonly ask: 'sloObjective' }>) {
    const { slo, instrument } = question.slo;
    const seconds =
      question.ask === 'sloBudgetLeft'
        ? durationSeconds(slo.window)
        : durationSeconds(question.window);
    const before = Math.ceil(Math.min(seconds, this.store.maxSeconds) / this.span.step);
    const span = {
      ...this.span,
      from: this.span.stepsFrom - before * this.span.step,
      stepsFrom: this.span.stepsFrom - before * this.span.step,
      steps: this.span.steps + before,
    };
    const [group] = groupSeries(this.instruments(instrument.name), this.picked).map((it) =>
      sumUp(it, span),
    );
    if (group === undefined) return [];
    const above = Array.from({ length: span.steps }, (_, i) =>
      countAbove(bucketsAt(group, i), slo.threshold),
    );
    const values = Array.from({ length: this.span.steps }, (_, i) => {
      const errors = ratio(total(above, i, i + before + 1), total(group.counts, i, i + before + 1));
      if (errors === null || question.ask === 'sloErrors') return errors;
      const burn = errors / (1 - slo.objective);
      return question.ask === 'sloBurnRate' ? burn : 1 - burn;
    });
    return [{ labels: {}, values }];
  }

  private asked({ instrument, by = [], where = [] }: Omit<About, 'ask'>): readonly Group[] {
    return this.grouped(instrument.name, { by, where });
  }
}

/** The buckets of one step. */
export function bucketsAt({ bounds, bucketsBySteps }: Group, step: number) {
  const width = bounds.length + 1;
  return { bounds, counts: bucketsBySteps.subarray(step * width, (step + 1) * width) };
}

function find(
  groups: readonly Group[],
  labels: Readonly<Record<string, string>>,
): Group | undefined {
  return groups.find((group) =>
    Object.entries(labels).every(([key, value]) => group.labels[key] === value),
  );
}

/** `null` where there is no whole. */
export function ratio(part: number | undefined, whole: number | undefined): number | null {
  if (part === undefined || whole === undefined || whole <= 0) return null;
  return part / whole;
}

function total(values: ArrayLike<number>, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i] as number;
  return sum;
}

/** The same conditions and those of the filters, for a query in another language. */
export function withFilters(question: Question, { filters }: Picked): Question {
  if (!('instrument' in question) || question.ask === 'services') return question;
  const own = ('where' in question ? (question.where ?? []) : []).filter(
    (it) => !('variable' in it),
  );
  const known = new Set(question.instrument.attributes.map(({ key }) => key));
  const more: readonly Condition[] = filters
    .filter(({ key }) => known.has(key))
    .map(({ key, value }) => ({ key, is: value }));
  return { ...question, where: [...own, ...more] };
}
