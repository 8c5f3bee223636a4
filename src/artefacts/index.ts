export type { Artefact, Generator } from './artefact.js';
export { docsArtefacts } from './docs/docs-artefacts.js';
export type { NamedGenerator } from './generators.js';
export { generators } from './generators.js';
export type { PrometheusNaming } from './prometheus-names.js';
export { prometheusLabel, prometheusName } from './prometheus-names.js';
export type { WeaverOptions } from './weaver/weaver-artefacts.js';
export { weaverArtefacts } from './weaver/weaver-artefacts.js';
