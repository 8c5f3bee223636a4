import {
  type Finding,
  prometheusLabel,
  prometheusName,
  type SeenLabels,
  unusedFindings,
} from '../artefacts/index.js';
import type { Manifest } from '../declare/index.js';
import type { PrometheusApi } from './prometheus-api.js';

type Instrument = Manifest['instruments'][number];

/** What is declared and what a Prometheus has never seen. */
export async function unusedInPrometheus(
  manifests: readonly Manifest[],
  api: PrometheusApi,
): Promise<readonly Finding[]> {
  const names = await api.metricNames();
  const seen = new Map<string, SeenLabels>();
  // One after the other: a lint is in no hurry, and the server has others to answer.
  for (const { scope, instruments } of manifests) {
    for (const instrument of instruments) {
      const metrics = namesOf(instrument).filter((it) => names.has(it));
      if (metrics.length === 0) continue;
      seen.set(keyOf(scope.name, instrument.name), await labelsOf(instrument, metrics, api));
    }
  }
  return unusedFindings(manifests, (scope, name) => seen.get(keyOf(scope, name)));
}

function keyOf(scope: string, name: string): string {
  return JSON.stringify([scope, name]);
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
