import type { Manifest } from '../declare/index.js';
import type { Artefact } from './artefact.js';
import { docsArtefacts } from './docs/docs-artefacts.js';
import { grafanaArtefacts } from './grafana/index.js';
import { prometheusArtefacts } from './prometheus/index.js';
import { weaverArtefacts } from './weaver/weaver-artefacts.js';

/** Something that `meterbook generate` makes. */
export interface NamedGenerator {
  /** One line for a list. */
  readonly summary: string;
  readonly generate: (manifests: readonly Manifest[]) => readonly Artefact[];
}

/** Every generator, by the word of `meterbook generate`. The paths of no two are the same. */
export const generators: Readonly<Record<string, NamedGenerator>> = {
  docs: { summary: 'the catalogue of every instrument, in Markdown', generate: docsArtefacts },
  prometheus: {
    summary:
      'rules for Prometheus: percentiles, objectives with their alerts, the pipeline, in YAML',
    generate: (manifests) => prometheusArtefacts(manifests),
  },
  grafana: {
    summary: 'dashboards for Grafana, in JSON',
    generate: (manifests) => grafanaArtefacts(manifests),
  },
  weaver: {
    summary: "the registry for OpenTelemetry's Weaver, in YAML",
    generate: weaverArtefacts,
  },
};
