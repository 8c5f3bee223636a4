import { format } from '../format.js';
import type { HeatmapPanel, LinesPanel } from '../protocol.js';

/** The last value that was measured. */
export function lastOf(values: readonly (number | null)[]): number | null {
  for (let i = values.length - 1; i >= 0; i--) {
    const value = values[i];
    if (typeof value === 'number') return value;
  }
  return null;
}

/** The smallest and the largest value, where there is one. */
export function rangeOf(
  values: readonly (number | null)[],
): { readonly min: number; readonly max: number } | undefined {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value === null) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min > max ? undefined : { min, max };
}

const MOST_NAMED = 5;

/** A graph in words, for those who do not see it. */
export function linesInWords({ title, unit, lines, more }: LinesPanel): string {
  const named = lines.slice(0, MOST_NAMED).map(({ name, values }) => {
    const range = rangeOf(values);
    if (range === undefined) return `${name}: no value`;
    const [last, min, max] = [lastOf(values), range.min, range.max].map((it) => format(it, unit));
    return `${name}: last ${last}, least ${min}, most ${max}`;
  });
  const left = lines.length - named.length + more;
  const others = left > 0 ? [`and ${left} more`] : [];
  return `${title}. ${[...named, ...others].join('; ')}.`;
}

/** Where most measurements of a heat map lie, in words. */
export function heatmapInWords({ title, unit, bounds, counts }: HeatmapPanel): string {
  const sums = [...bounds, Number.POSITIVE_INFINITY].map((_, bucket) =>
    counts.reduce((sum, row) => sum + (row[bucket] ?? 0), 0),
  );
  const total = sums.reduce((sum, one) => sum + one, 0);
  if (total === 0) return `${title}. No measurement.`;
  const fullest = sums.indexOf(Math.max(...sums));
  const share = format((sums[fullest] as number) / total, 'percentunit');
  return `${title}. ${total} measurements, ${share} of them ${betweenBounds(bounds, fullest, unit)}.`;
}

/** `between 10 ms and 20 ms` */
export function betweenBounds(bounds: readonly number[], bucket: number, unit: string): string {
  const low = bounds[bucket - 1];
  const high = bounds[bucket];
  if (high === undefined) return low === undefined ? 'of any size' : `above ${format(low, unit)}`;
  if (low === undefined) return `up to ${format(high, unit)}`;
  return `between ${format(low, unit)} and ${format(high, unit)}`;
}
