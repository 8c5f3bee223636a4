export type { Artefact, Generator } from './artefact.js';
export type { CollectorBackend, CollectorOptions, CollectorPorts } from './collector/index.js';
export { collectorArtefacts } from './collector/index.js';
export type { PrometheusNaming } from './prometheus-names.js';
export { prometheusLabel, prometheusName } from './prometheus-names.js';
