import { prometheusLabel, prometheusName, type SeenLabels } from '../artefacts/index.js';
import type { Manifest } from '../declare/index.js';
import type { PrometheusApi } from './prometheus-api.js';
import type { Seen } from './unused.js';

type Instrument = Manifest['instruments'][number];

/** What a Prometheus has seen. Asks once for all names, and then for the labels of those that are declared. */
export async function seenByPrometheus(api: PrometheusApi): Promise<Seen> {
  const names = await api.metricNames();
  return {
    labels: async (_scope, instrument) => {
      const metrics = namesOf(instrument).filter((it) => names.has(it));
      return metrics.length === 0 ? undefined : labelsOf(instrument, metrics, api);
    },
  };
}

/** What it may be called there: with the unit by the Collector, without by the scrape endpoint. */
function namesOf(instrument: Instrument): readonly string[] {
  const names = new Set([prometheusName(instrument), prometheusName(instrument, 'plain')]);
  const isHistogram = instrument.kind === 'histogram';
  // A native histogram has its bare name, one of buckets three more.
  return [...names].flatMap((name) => (isHistogram ? [`${name}_count`, name] : [name]));
}

/** All labels of these metrics, and the values of those whose set is closed. */
async function labelsOf(
  { attributes }: Instrument,
  metrics: readonly string[],
  api: PrometheusApi,
): Promise<SeenLabels> {
  const labels = new Map<string, Set<string>>();
  for (const metric of metrics) {
    for (const label of await api.labels(metric)) labels.set(label, labels.get(label) ?? new Set());
    for (const { key, type } of attributes) {
      const values = labels.get(prometheusLabel(key));
      if (type !== 'oneOf' || values === undefined) continue;
      for (const value of await api.labelValues(metric, prometheusLabel(key))) values.add(value);
    }
  }
  return labels;
}
