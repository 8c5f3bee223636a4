/** The libraries measured, by the names they have in the report. */
export const SUBJECT_NAMES = [
  'meterbook',
  'sdk-metrics 2.x',
  'sdk-metrics 3.x',
  'prom-client',
] as const;
export type SubjectName = (typeof SUBJECT_NAMES)[number];

/** Many readings of one thing, boiled down. */
export interface Measurement {
  /** The least: what it takes when nothing disturbs it. Ratios and budgets are of this. */
  readonly least: number;
  readonly median: number;
}

/** Boils readings down. */
export function measurement(readings: readonly number[]): Measurement {
  const sorted = [...readings].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median =
    sorted.length % 2 === 1
      ? sorted[middle]
      : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
  return { least: sorted[0] as number, median: median as number };
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
  readonly title: string;
  /** What is measured and how, in sentences. */
  readonly note: string;
  /** Unit of every number: `ns`, `ms`, `bytes`. */
  readonly unit: string;
  /** Keys of the values, in order; the first is what ratios are told of. */
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}
