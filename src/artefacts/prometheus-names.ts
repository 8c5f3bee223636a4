import type { ManifestInstrument } from '../declare/index.js';
import { checkInstrument, checkText } from './check-arguments.js';

/**
 * How names reach Prometheus: `suffixed` is what the Collector's exporters and Prometheus' own OTLP
 * receiver write by default (unit and `_total` after the name); `plain` is the scrape endpoint of
 * `setupMetrics`, which adds `_total` alone.
 */
export type PrometheusNaming = 'suffixed' | 'plain';

/** UCUM units as Prometheus spells them; a unit that is not here stays as it is. */
const UNITS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '1': '',
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
  }),
);

/** The units below a fraction: `By/s` is `bytes_per_second`. A minute is spelled `m` there. */
const PER: ReadonlyMap<string, string> = new Map(
  Object.entries({
    s: 'second',
    m: 'minute',
    h: 'hour',
    d: 'day',
    w: 'week',
    mo: 'month',
    y: 'year',
  }),
);

/**
 * Name of the metric family, without `_bucket`, `_sum` or `_count`; of a counter with `_total`.
 *
 * `suffixed` is what the Collector 0.159 writes by scrape and by remote write (OpenTelemetry,
 * "Prometheus and OpenMetrics Compatibility"), `plain` what `@opentelemetry/exporter-prometheus` does;
 * test/artefacts/prometheus-names.test.ts has names that both have written. Throws `INVALID_SETUP` for what
 * is no instrument.
 */
export function prometheusName(
  instrument: Pick<ManifestInstrument, 'name' | 'unit' | 'kind'>,
  naming: PrometheusNaming = 'suffixed',
): string {
  checkInstrument(instrument, 'prometheusName()', ['name', 'unit', 'kind']);
  const { name, unit, kind } = instrument;
  const isCounter = kind === 'counter' || kind === 'observableCounter';
  if (naming === 'plain') {
    const plain = name.replace(/[^a-zA-Z0-9_]/g, '_').replace(/_{2,}/g, '_');
    return isCounter && !plain.endsWith('_total') ? `${plain}_total` : plain;
  }
  const isGauge = kind === 'gauge' || kind === 'observableGauge';
  let tokens = name.split(/[^a-zA-Z0-9:]+/).filter((token) => token !== '');
  // A suffix is left out if the name has it as one of its words.
  tokens.push(...unitSuffixes(unit).filter((suffix) => !tokens.includes(suffix)));
  if (isCounter) tokens = [...tokens.filter((token) => token !== 'total'), 'total'];
  if (isGauge && unit === '1') tokens = [...tokens.filter((token) => token !== 'ratio'), 'ratio'];
  return tokens.join('_');
}

/**
 * Name of an attribute as a label. Keys that begin with a mark, or have two in a row, become different
 * labels on different ways to Prometheus (`a__b` by scrape of the Collector, `a_b` by remote write);
 * this is what most of them write. Throws `INVALID_SETUP` for what is no text.
 */
export function prometheusLabel(key: string): string {
  checkText(key, 'prometheusLabel()', 'http.route');
  const label = key.replace(/[^a-zA-Z0-9_]/g, '_').replace(/_{2,}/g, '_');
  return /^\d/.test(label) ? `key_${label}` : label;
}

/** `bytes`, `per_second`: what a unit adds to a name. An annotation (`{request}`) adds nothing. */
function unitSuffixes(unit: string): readonly string[] {
  const [main = '', per = ''] = unit.split(/\/(.*)/s, 2);
  const mainSuffix = main.includes('{') ? '' : cleaned(UNITS.get(main) ?? main);
  const perSuffix = per.includes('{') ? '' : cleaned(PER.get(per) ?? per);
  return [mainSuffix, perSuffix === '' ? '' : `per_${perSuffix}`].filter((it) => it !== '');
}

function cleaned(text: string): string {
  return text.replace(/[^a-zA-Z0-9:]+/g, '_').replace(/^_|_$/g, '');
}
