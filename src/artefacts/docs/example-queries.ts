import type { Manifest, ManifestInstrument } from '../../declare/index.js';
import { prometheusLabel, prometheusName } from '../prometheus-names.js';

type Slo = Manifest['slos'][number];

/** Questions about an instrument, in PromQL, each a query of its own: names as the Collector and Prometheus' OTLP write them. */
export function promql(instrument: ManifestInstrument): readonly string[] {
  const name = prometheusName(instrument);
  const { kind, base2MaxSize } = instrument;
  const by = firstClosedLabel(instrument);
  const grouped = by === undefined ? 'sum' : `sum by (${by})`;
  if (kind === 'histogram' && base2MaxSize !== undefined) {
    return [`histogram_quantile(0.95, sum(rate(${name}[5m])))`];
  }
  if (kind === 'histogram') {
    return [
      `histogram_quantile(0.95, sum by (le) (rate(${name}_bucket[5m])))`,
      `${grouped} (rate(${name}_count[5m]))`,
    ];
  }
  if (kind === 'counter' || kind === 'observableCounter') return [`${grouped} (rate(${name}[5m]))`];
  if (kind === 'gauge' || kind === 'observableGauge') {
    return [`${by === undefined ? 'avg' : `avg by (${by})`} (${name})`];
  }
  return [`${grouped} (${name})`];
}

/** The share of good measurements over the window of an objective, in PromQL. */
export function sloPromql(slo: Slo, instrument: ManifestInstrument): readonly string[] {
  const name = prometheusName(instrument);
  const { threshold, window } = slo;
  if (instrument.base2MaxSize !== undefined) {
    return [`histogram_fraction(0, ${threshold}, sum(rate(${name}[${window}])))`];
  }
  return [
    `sum(rate(${name}_bucket{le=~"${leOf(threshold)}"}[${window}]))`,
    `  / sum(rate(${name}_count[${window}]))`,
  ];
}

/**
 * The same question in SQL, on the tables of the Collector's ClickHouse exporter, for data that is
 * sent as deltas (levels have no temporality that matters here).
 */
export function clickhouseSql(instrument: ManifestInstrument): readonly string[] {
  const { kind, base2MaxSize } = instrument;
  const isHistogram = kind === 'histogram';
  const isGauge = kind === 'gauge' || kind === 'observableGauge';
  const isLevel = kind === 'upDownCounter' || kind === 'observableUpDownCounter';
  const table = isHistogram
    ? `otel_metrics_${base2MaxSize === undefined ? '' : 'exponential_'}histogram`
    : `otel_metrics_${isGauge ? 'gauge' : 'sum'}`;
  const value = isHistogram
    ? 'sum(Sum) / sum(Count) AS mean, sum(Count) AS measurements'
    : isGauge || isLevel
      ? 'avg(Value) AS value'
      : 'sum(Value) AS increase';
  const temporality = isGauge || isLevel ? [] : ['  AND AggregationTemporality = 1'];
  return [
    `SELECT toStartOfInterval(TimeUnix, INTERVAL 60 second) AS minute, ${value}`,
    `FROM ${table}`,
    `WHERE MetricName = ${sqlText(instrument.name)} AND TimeUnix > now() - INTERVAL 1 HOUR`,
    ...temporality,
    'GROUP BY minute ORDER BY minute',
  ];
}

/** The label to group an example by: the first attribute of few values that is always there. */
function firstClosedLabel({ attributes }: ManifestInstrument): string | undefined {
  const closed = attributes.find(
    ({ type, optional }) => !optional && (type === 'oneOf' || type === 'boolean'),
  );
  return closed === undefined ? undefined : prometheusLabel(closed.key);
}

/** Whole numbers reach Prometheus as "1" or as "1.0", by the way that they take. */
function leOf(threshold: number): string {
  const digits = String(threshold).replace(/[.+]/g, '\\\\$&');
  return Number.isInteger(threshold) ? `${digits}(\\\\.0)?` : digits;
}

function sqlText(value: string): string {
  return `'${value.replace(/[\\']/g, '\\$&')}'`;
}
