import type { Manifest, ManifestInstrument } from '../../declare/index.js';
import { decimal, decimalText } from '../decimal.js';
import { instrumentsByName, isCounter, isHistogram, mainAttribute } from '../instruments.js';
import { type PrometheusNaming, prometheusLabel, prometheusName } from '../prometheus-names.js';
import { aggregate, JOB, seriesOf } from './promql.js';
import type { Rule, RuleGroup } from './rule-files.js';
import { EVALUATION_SECONDS } from './slo-series.js';

/** The percentiles that are recorded: P50, P90, P95, P99. */
const QUANTILES = [0.5, 0.9, 0.95, 0.99] as const;

/** How far back a recorded rate goes. */
const WINDOW = '5m';

/**
 * Rates of every counter, and rates and percentiles of every histogram: by service, and by service and
 * the attribute that tells most about the instrument. Buckets are summed up once and all percentiles
 * read from that.
 */
export function recordingRules(
  manifests: readonly Manifest[],
  naming: PrometheusNaming,
): readonly RuleGroup[] {
  return [...instrumentsByName(manifests).values()]
    .filter((instrument) => isCounter(instrument) || isHistogram(instrument))
    .map((instrument) => ({
      name: `meterbook ${instrument.name}`,
      interval: `${EVALUATION_SECONDS}s`,
      rules: rulesOf(instrument, naming),
    }));
}

function rulesOf(instrument: ManifestInstrument, naming: PrometheusNaming): readonly Rule[] {
  const main = mainAttribute(instrument);
  const fine = [...new Set(main === undefined ? [JOB] : [JOB, prometheusLabel(main)])];
  const levels = fine.length === 1 ? [fine] : [fine, [JOB]];
  const name = prometheusName(instrument, naming);
  const series = seriesOf(instrument, naming);
  const measured = { window: WINDOW, matchers: [], by: fine };
  const rates = (suffix: string, expr: string): readonly Rule[] => {
    const finest = recordName(fine, `${name}${suffix}`, `rate${WINDOW}`);
    return levels.map((by) => ({
      record: recordName(by, `${name}${suffix}`, `rate${WINDOW}`),
      expr: by === fine ? expr : aggregate('sum', by, finest),
    }));
  };
  if (!isHistogram(instrument)) return rates('', series.count(measured));
  const buckets = recordName(fine, `${name}_bucket`, `rate${WINDOW}`);
  const le = instrument.base2MaxSize === undefined ? ['le'] : [];
  return [
    ...rates('_count', series.count(measured)),
    ...rates('_sum', series.sum(measured)),
    { record: buckets, expr: series.buckets(measured) },
    ...levels.flatMap((by) =>
      QUANTILES.map((share) => ({
        record: recordName(by, name, `p${share * 100}_${WINDOW}`),
        expr: `histogram_quantile(${decimalText(decimal(share))}, ${by === fine ? buckets : aggregate('sum', [...le, ...by], buckets)})`,
      })),
    ),
  ];
}

/** `job_http_route:http_server_requests_total:rate5m`: level, metric, operation. */
function recordName(by: readonly string[], metric: string, operation: string): string {
  return `${by.join('_')}:${metric}:${operation}`;
}
