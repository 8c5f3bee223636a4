import type { ManifestInstrument } from '../declare/index.js';

/**
 * How names reach Prometheus: `suffixed` is what the Collector's exporters and Prometheus' own OTLP
 * receiver write by default (unit and `_total` after the name); `plain` is the scrape endpoint of
 * `setupMetrics`, which adds `_total` alone.
 */
export type PrometheusNaming = 'suffixed' | 'plain';

/** UCUM units as Prometheus spells them (OpenTelemetry, "Prometheus and OpenMetrics Compatibility"). */
const UNITS: Readonly<Record<string, string>> = {
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  GiBy: 'gibibytes',
  TiBy: 'tibibytes',
  KBy: 'kilobytes',
  MBy: 'megabytes',
  GBy: 'gigabytes',
  TBy: 'terabytes',
  m: 'meters',
  V: 'volts',
  A: 'amperes',
  J: 'joules',
  W: 'watts',
  g: 'grams',
  Cel: 'celsius',
  Hz: 'hertz',
  '%': 'percent',
};

/** The units below a fraction: `By/s` is `bytes_per_second`. */
const PER: Readonly<Record<string, string>> = {
  s: 'second',
  m: 'minute',
  min: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  mo: 'month',
  y: 'year',
};

/** Name of the metric family, without `_bucket`, `_sum` or `_count`; of a counter with `_total`. */
export function prometheusName(
  { name, unit, kind }: Pick<ManifestInstrument, 'name' | 'unit' | 'kind'>,
  naming: PrometheusNaming = 'suffixed',
): string {
  const isCounter = kind === 'counter' || kind === 'observableCounter';
  const isGauge = kind === 'gauge' || kind === 'observableGauge';
  let tokens = name.split(/[^a-zA-Z0-9:]+/).filter((token) => token !== '');
  if (naming === 'suffixed') {
    const suffixes = unitTokens(unit, isGauge);
    const missing = suffixes.filter((token) => !tokens.includes(token));
    tokens = [...tokens.filter((token) => !isCounter || token !== 'total'), ...missing];
  }
  if (isCounter && tokens.at(-1) !== 'total') tokens.push('total');
  return leadingLetter(tokens.join('_'));
}

/** Name of an attribute as a label. */
export function prometheusLabel(key: string): string {
  const label = key.replace(/[^a-zA-Z0-9_]/g, '_').replace(/_{2,}/g, '_');
  return /^\d/.test(label) ? `key_${label}` : label;
}

function unitTokens(unit: string, isGauge: boolean): readonly string[] {
  if (unit === '1') return isGauge ? ['ratio'] : [];
  const [main = '', per = ''] = unit.replace(/\{[^}]*\}/g, '').split('/', 2);
  const tokens = main === '' ? [] : [UNITS[main] ?? cleaned(main)];
  if (per !== '') tokens.push('per', PER[per] ?? cleaned(per));
  return tokens.filter((token) => token !== '');
}

function cleaned(text: string): string {
  return text.replace(/[^a-zA-Z0-9]+/g, '_').replace(/^_|_$/g, '');
}

function leadingLetter(name: string): string {
  return /^\d/.test(name) ? `_${name}` : name;
}
