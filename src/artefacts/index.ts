export type { Artefact, Generator } from './artefact.js';
export type { GrafanaOptions } from './grafana/index.js';
export { grafanaArtefacts } from './grafana/index.js';
export type { PrometheusRuleOptions } from './prometheus/index.js';
export { prometheusArtefacts, prometheusQueries } from './prometheus/index.js';
export type { PrometheusNaming } from './prometheus-names.js';
export { prometheusLabel, prometheusName } from './prometheus-names.js';
export type { Condition, QueryBackend, Question, SloOf } from './questions.js';
