export type { Artefact, Generator } from './artefact.js';
export type { PrometheusNaming } from './prometheus-names.js';
export { prometheusLabel, prometheusName } from './prometheus-names.js';
