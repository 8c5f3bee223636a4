/** The libraries measured, by the names they have in the report. */
export const SUBJECT_NAMES = [
  'meterbook',
  'sdk-metrics 2.x',
  'sdk-metrics 3.x',
  'prom-client',
  'Effect',
  'hot-shots',
] as const;
export type SubjectName = (typeof SUBJECT_NAMES)[number];

/** Many readings of one thing, boiled down. */
export interface Measurement {
  /** The least: what it takes when nothing disturbs it. Ratios and budgets are of this. */
  readonly least: number;
  readonly median: number;
  /** Half of what lies between the quartiles, as a share of the median. */
  readonly spread: number;
}

/** Boils readings down. */
export function measurement(readings: readonly number[]): Measurement {
  const sorted = [...readings].sort((a, b) => a - b);
  const median = quantile(sorted, 0.5);
  const between = quantile(sorted, 0.75) - quantile(sorted, 0.25);
  return { least: quantile(sorted, 0), median, spread: median === 0 ? 0 : between / 2 / median };
}

function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] as number;
  const above = sorted[Math.ceil(at)] as number;
  return below + (above - below) * (at - Math.floor(at));
}

/** What is promised of a row: so much in meterbook, or so many times less than another subject. */
export type Budget =
  | { readonly atMost: number }
  | { readonly than: readonly SubjectName[]; readonly factor: number };

/** One thing measured, in columns. */
export interface Row {
  readonly name: string;
  readonly values: Readonly<Record<string, Measurement>>;
  readonly budgets: readonly Budget[];
}

/** Rows of one kind. */
export interface Section {
  /** The word by which it is asked for. */
  readonly id: string;
  readonly title: string;
  /** What is measured and how, in sentences. */
  readonly note: string;
  /** Unit of every number: `ns`, `ms`, `bytes`. */
  readonly unit: string;
  /** Keys of the values, in order; the first is what ratios are told of. */
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  /** Draws the rows as a curve over what their names count. */
  readonly chart?: { readonly x: string; readonly at: readonly number[] };
}
