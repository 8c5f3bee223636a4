import { indent } from './sql.js';

/**
 * Columns that put the buckets of many points together: `le`, every upper bound there is; `counts`,
 * what is in each; `running`, what is in it and below. Points of releases with other boundaries mix.
 */
export const MERGED_BUCKETS = `arraySort(groupUniqArrayArray(bounds)) AS le,
sumMap(bounds, buckets) AS summed,
arrayMap(bound -> summed.2[indexOf(summed.1, bound)], le) AS counts,
arrayCumSum(counts) AS running`;

/** True where there is anything to take a quantile of. */
export const HAS_ANY = 'running[-1] > 0';

/**
 * A list of quantiles of merged buckets, interpolated within the bucket that each falls into, from
 * the bound below. In the bucket without an upper bound it is that bound: the same rule as
 * Prometheus'. A quantile is off by the width of its bucket at most.
 */
export function quantiles(shares: readonly number[]): string {
  const list = `[${shares.join(', ')}]`;
  const lower = 'if(i = 1, least(le[1], 0), le[i - 1])';
  const within = '(share * running[-1] - running[i - 1]) / counts[i]';
  const lines = [
    '(share, i) -> if(isInfinite(le[i]), le[i - 1],',
    `    ${lower} + (le[i] - ${lower}) * ${within}),`,
    `${list},`,
    `arrayMap(share -> arrayFirstIndex(n -> n > 0 AND n >= share * running[-1], running), ${list})`,
  ];
  return `arrayMap(\n${indent(lines.join('\n'))}\n)`;
}
