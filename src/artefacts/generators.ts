import type { Manifest } from '../declare/index.js';
import type { Artefact } from './artefact.js';
import { clickhouseArtefacts, clickhouseBackend } from './clickhouse/index.js';
import { collectorArtefacts } from './collector/index.js';
import { docsArtefacts } from './docs/docs-artefacts.js';
import { grafanaArtefacts } from './grafana/index.js';
import { prometheusArtefacts, prometheusQueries } from './prometheus/index.js';
import { signozArtefacts } from './signoz/index.js';
import { weaverArtefacts } from './weaver/weaver-artefacts.js';

/** Something that `meterbook generate` makes. */
export interface NamedGenerator {
  /** One line for a list. */
  readonly summary: string;
  readonly generate: (manifests: readonly Manifest[]) => readonly Artefact[];
}

/** Every generator, by the word of `meterbook generate`. The paths of no two are the same. */
export const generators: Readonly<Record<string, NamedGenerator>> = {
  collector: {
    summary: 'configurations of the OpenTelemetry Collector, in YAML',
    generate: (manifests) => collectorArtefacts(manifests),
  },
  prometheus: {
    summary: 'recording rules, burn-rate alerts and alerts on the pipeline, in YAML',
    generate: (manifests) => prometheusArtefacts(manifests),
  },
  grafana: {
    summary: 'dashboards for Grafana on Prometheus and on ClickHouse, in JSON',
    generate: (manifests) =>
      grafanaArtefacts(manifests, { backends: [prometheusQueries(), clickhouseBackend()] }),
  },
  clickhouse: {
    summary: 'queries and roll-ups on the tables of the Collector, in SQL',
    generate: (manifests) => clickhouseArtefacts(manifests),
  },
  signoz: {
    summary: 'dashboards and alert rules for SigNoz, in JSON',
    generate: (manifests) => signozArtefacts(manifests),
  },
  docs: { summary: 'the catalogue of every instrument, in Markdown', generate: docsArtefacts },
  weaver: {
    summary: "the registry for OpenTelemetry's Weaver, in YAML",
    generate: weaverArtefacts,
  },
};
