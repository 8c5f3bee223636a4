import type { ManifestInstrument } from '../../declare/index.js';
import { decimal, decimalText } from '../decimal.js';
import { isHistogram } from '../instruments.js';
import { type PrometheusNaming, prometheusName } from '../prometheus-names.js';

/** The label that names the service: from `service.name`, or the scrape job. */
export const JOB = 'job';

/**
 * Text as a PromQL string. `$` and `[` are written as escapes, since a dashboard would take `${name}`
 * and `[[name]]` for variables of its own, and half a character is replaced, which Prometheus refuses.
 */
export function promString(text: string): string {
  const whole = text.replace(/\p{Surrogate}/gu, '\uFFFD');
  return JSON.stringify(whole).replace(/[$[]/g, (mark) => (mark === '$' ? '\\u0024' : '\\u005b'));
}

/** `{a="b",c=~"d"}`, and nothing for no matchers. */
export function selector(matchers: readonly string[]): string {
  return matchers.length === 0 ? '' : `{${matchers.join(',')}}`;
}

/** `sum by (a, b) (…)`, and `sum(…)` for no labels. */
export function aggregate(how: string, by: readonly string[], of: string): string {
  return by.length === 0 ? `${how}(${of})` : `${how} by (${by.join(', ')}) (${of})`;
}

/**
 * A matcher for a bucket by its upper bound, in every spelling on the ways to Prometheus: `1` and `1.0`,
 * `1000000` and `1e+06`, `0.00001` and `1e-05`.
 */
export function leMatcher(bound: number): string {
  const plain = decimalText(decimal(bound));
  const spellings = new Set([plain, String(bound), goFloat(bound)]);
  if (Number.isInteger(bound)) spellings.add(`${plain}.0`);
  const [only, ...more] = spellings;
  if (only !== undefined && more.length === 0) return `le=${promString(only)}`;
  const pattern = [...spellings].map((spelling) => spelling.replace(/[.+]/g, '\\$&')).join('|');
  return `le=~${promString(pattern)}`;
}

/** As Go prints a number in an exposition: with an exponent from a million on, and below 0.0001. */
function goFloat(value: number): string {
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return decimalText(decimal(value));
  const digits = String(Math.abs(power)).padStart(2, '0');
  return `${mantissa}e${power < 0 ? '-' : '+'}${digits}`;
}

/** The series of an instrument, and the expressions over them that differ by how it keeps its buckets. */
export interface Series {
  /** Increase per second of how many there were. */
  count(window: string, matchers: readonly string[], by: readonly string[]): string;
  /** Increase per second of their sum; of histograms alone. */
  sum(window: string, matchers: readonly string[], by: readonly string[]): string;
  /** Increase per second of each bucket, as `histogram_quantile` takes it. */
  buckets(window: string, matchers: readonly string[], by: readonly string[]): string;
  /** Increase per second of how many were at most the bound. */
  atMost(bound: number, window: string, matchers: readonly string[], by: readonly string[]): string;
  /** A metric that is there whenever the instrument is. */
  readonly name: string;
}

/** Explicit buckets are series with the label `le`; base-2 ones are a native histogram, one series. */
export function seriesOf(instrument: ManifestInstrument, naming: PrometheusNaming): Series {
  const name = prometheusName(instrument, naming);
  const rate = (metric: string, window: string, matchers: readonly string[]) =>
    `rate(${metric}${selector(matchers)}[${window}])`;
  const summed =
    (suffix: string) => (window: string, matchers: readonly string[], by: readonly string[]) =>
      aggregate('sum', by, rate(name + suffix, window, matchers));
  if (!isHistogram(instrument)) {
    return { name, count: summed(''), sum: summed(''), buckets: summed(''), atMost: noBuckets };
  }
  if (instrument.base2MaxSize === undefined) {
    return {
      name: `${name}_count`,
      count: summed('_count'),
      sum: summed('_sum'),
      buckets: (window, matchers, by) => summed('_bucket')(window, matchers, ['le', ...by]),
      atMost: (bound, window, matchers, by) =>
        summed('_bucket')(window, [...matchers, leMatcher(bound)], by),
    };
  }
  const native = summed('');
  return {
    name,
    count: (...asked) => `histogram_count(${native(...asked)})`,
    sum: (...asked) => `histogram_sum(${native(...asked)})`,
    buckets: native,
    atMost(bound, ...asked) {
      const all = native(...asked);
      const share = `histogram_fraction(-Inf, ${decimalText(decimal(bound))}, ${all})`;
      return `${share} * histogram_count(${all})`;
    },
  };
}

function noBuckets(): string {
  throw new TypeError('Only a histogram has buckets.');
}
