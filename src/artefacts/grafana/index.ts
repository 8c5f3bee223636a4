export type { GrafanaOptions } from './grafana-artefacts.js';
export { grafanaArtefacts } from './grafana-artefacts.js';
