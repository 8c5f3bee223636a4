import type { ManifestInstrument } from '../../declare/index.js';
import { decimal, decimalText } from '../decimal.js';
import { isHistogram } from '../instruments.js';
import { type PrometheusNaming, prometheusName } from '../prometheus-names.js';
import { wellFormed } from '../well-formed.js';

/** The label that names the service: from `service.name`, or the scrape job. */
export const JOB = 'job';

/**
 * Text as a PromQL string. `$` and `[` are written as escapes, since a dashboard would take `${name}` and
 * `[[name]]` for variables of its own.
 */
export function promString(text: string): string {
  return JSON.stringify(wellFormed(text)).replace(/[$[]/g, (mark) =>
    mark === '$' ? '\\u0024' : '\\u005b',
  );
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

/** Which measurements of an instrument an expression is about. */
export interface Asked {
  /** How far back from each moment: `5m`, or a variable of Grafana. */
  readonly window: string;
  readonly matchers: readonly string[];
  /** Labels to tell apart. */
  readonly by: readonly string[];
}

/** Expressions over an instrument, which differ by how it keeps its buckets. */
export interface Series {
  /** A metric that is there whenever the instrument is. */
  readonly name: string;
  /** How many measurements, or how much a counter grew. */
  count(asked: Asked): string;
  /** The sum of a histogram's measurements. */
  sum(asked: Asked): string;
  /** A histogram's buckets, as `histogram_quantile` takes them. */
  buckets(asked: Asked): string;
  /** How many of a histogram's measurements were at most the bound. */
  atMost(bound: number, asked: Asked): string;
}

/**
 * Explicit buckets are series with the label `le`; base-2 ones are a native histogram, one series.
 *
 * @param grown `rate` for numbers per second, `increase` for numbers in the window
 */
export function seriesOf(
  instrument: ManifestInstrument,
  naming: PrometheusNaming,
  grown: 'rate' | 'increase' = 'rate',
): Series {
  const name = prometheusName(instrument, naming);
  const summed = (metric: string, { window, matchers, by }: Asked) =>
    aggregate('sum', by, `${grown}(${metric}${selector(matchers)}[${window}])`);
  if (isHistogram(instrument) && instrument.base2MaxSize !== undefined) {
    return {
      name,
      count: (asked) => `histogram_count(${summed(name, asked)})`,
      sum: (asked) => `histogram_sum(${summed(name, asked)})`,
      buckets: (asked) => summed(name, asked),
      atMost(bound, asked) {
        const all = summed(name, asked);
        const share = `histogram_fraction(-Inf, ${decimalText(decimal(bound))}, ${all})`;
        return `${share} * histogram_count(${all})`;
      },
    };
  }
  const count = isHistogram(instrument) ? `${name}_count` : name;
  const buckets = (asked: Asked) => summed(`${name}_bucket`, asked);
  return {
    name: count,
    count: (asked) => summed(count, asked),
    sum: (asked) => summed(`${name}_sum`, asked),
    buckets: (asked) => buckets({ ...asked, by: ['le', ...asked.by] }),
    atMost: (bound, asked) =>
      buckets({ ...asked, matchers: [...asked.matchers, leMatcher(bound)] }),
  };
}
