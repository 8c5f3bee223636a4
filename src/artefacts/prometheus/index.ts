export type { PrometheusRuleOptions } from './prometheus-artefacts.js';
export { prometheusArtefacts } from './prometheus-artefacts.js';
export { prometheusQueries } from './queries.js';
