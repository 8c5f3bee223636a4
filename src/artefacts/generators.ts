import type { Manifest } from '../declare/index.js';
import type { Artefact } from './artefact.js';
import { collectorArtefacts } from './collector/index.js';
import { docsArtefacts } from './docs/docs-artefacts.js';
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
    generate: collectorArtefacts,
  },
  docs: { summary: 'the catalogue of every instrument, in Markdown', generate: docsArtefacts },
  weaver: {
    summary: "the registry for OpenTelemetry's Weaver, in YAML",
    generate: weaverArtefacts,
  },
};
