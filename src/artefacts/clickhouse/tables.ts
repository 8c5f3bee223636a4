import type { ManifestInstrument } from '../../declare/index.js';
import { isHistogram } from '../instruments.js';
import { identifier } from './sql.js';

/** Where the Collector's ClickHouse exporter writes, and how far back a query may look. */
export interface ClickHouseOptions {
  /** Database of the tables, the exporter's `database`. Default `otel`. */
  readonly database?: string;
  /** The exporter's `metrics_tables`; each defaults to the exporter's own default. */
  readonly tables?: Partial<Tables>;
  /**
   * How long before the time asked for the last point of a cumulative series is looked for, seconds.
   * Default 3,600. A series without a point in that time counts as new, with all that it has counted:
   * make it longer than the longest gap between two points. Costs the reading of that much more.
   */
  readonly lookbackSeconds?: number;
  /** Prefix of the names of the roll-ups' tables and views. Default `meterbook_`. */
  readonly prefix?: string;
}

/** The exporter's tables by the kind of their metrics. */
export interface Tables {
  readonly gauge: string;
  readonly sum: string;
  readonly histogram: string;
  readonly exponentialHistogram: string;
}

/** The options, complete. */
export interface Settings {
  readonly database: string;
  readonly tables: Tables;
  readonly lookbackSeconds: number;
  readonly prefix: string;
}

/**
 * The defaults of the exporter's configuration, but for the database: its own is `default`, which
 * belongs to nobody.
 *
 * Source: clickhouseexporter v0.159.0, `createDefaultConfig`.
 */
export function settingsOf(options: ClickHouseOptions = {}): Settings {
  const {
    database = 'otel',
    tables,
    lookbackSeconds = 3_600,
    prefix = 'meterbook_',
  } = options ?? {};
  return {
    database,
    tables: {
      gauge: 'otel_metrics_gauge',
      sum: 'otel_metrics_sum',
      histogram: 'otel_metrics_histogram',
      exponentialHistogram: 'otel_metrics_exponential_histogram',
      ...tables,
    },
    lookbackSeconds,
    prefix,
  };
}

/** A table of the database, by its full and quoted name. */
export function tableNamed(settings: Settings, name: string): string {
  return `${identifier(settings.database)}.${identifier(name)}`;
}

/** The table that the points of an instrument are in. */
export function tableOf(settings: Settings, instrument: ManifestInstrument): string {
  const { gauge, sum, histogram, exponentialHistogram } = settings.tables;
  if (isGauge(instrument)) return tableNamed(settings, gauge);
  if (!isHistogram(instrument)) return tableNamed(settings, sum);
  const isBase2 = instrument.base2MaxSize !== undefined;
  return tableNamed(settings, isBase2 ? exponentialHistogram : histogram);
}

export function isGauge({ kind }: ManifestInstrument): boolean {
  return kind === 'gauge' || kind === 'observableGauge';
}
