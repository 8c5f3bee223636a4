import type { ManifestInstrument } from '../../../src/declare/index.js';
import type { Ledger, Measurement } from './two-lives.js';

/** After `from` and up to `to`, Unix seconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What was recorded in an instrument and told in a span of time. */
export function measured(ledger: Ledger, name: string, { from, to }: Span): readonly Measurement[] {
  return ledger.measurements.filter(
    (it) => it.name === name && it.toldAt > from && it.toldAt <= to,
  );
}

/** The values of some attributes as a backend shows them: text, and empty where there is none. */
export function groupOf({ attributes }: Measurement, by: readonly string[]): string {
  return JSON.stringify(by.map((key) => String(attributes[key] ?? '')));
}

/** Something added up for each group. */
export function perGroup(
  measurements: readonly Measurement[],
  by: readonly string[],
  amount: (it: Measurement) => number,
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const it of measurements) {
    const group = groupOf(it, by);
    sums.set(group, (sums.get(group) ?? 0) + amount(it));
  }
  return sums;
}

/** The value that a quantile is, without interpolation. */
export function quantileOf(values: readonly number[], quantile: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)] as number;
}

/**
 * How far an estimate may be from the truth: the width of its bucket. Beyond the last boundary there
 * is no width, and the estimate is that boundary. Base-2 buckets of 160 hold these values within 5 %.
 */
export function tolerance({ boundaries }: ManifestInstrument, truth: number): number {
  if (boundaries === undefined) return truth * 0.05;
  const at = boundaries.findIndex((bound) => truth <= bound);
  const upper = boundaries[at];
  if (upper === undefined) return truth - (boundaries.at(-1) as number);
  return upper - (boundaries[at - 1] ?? Math.min(upper, 0));
}
