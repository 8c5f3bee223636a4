import { createHash } from 'node:crypto';
import type { Manifest } from '../../declare/index.js';
import type { Artefact } from '../artefact.js';
import { checkManifests } from '../check-arguments.js';
import type { Plan } from '../plans/plan.js';
import { plansFor } from '../plans/plans.js';
import { prometheusQueries } from '../prometheus/queries.js';
import type { QueryBackend } from '../questions.js';
import { dashboardJson } from './dashboard.js';

/** What a team may set about its dashboards. */
export interface GrafanaOptions {
  /**
   * The data sources to make dashboards for, each in a folder of its own. Prometheus with the Collector's
   * names of metrics unless said otherwise.
   */
  readonly backends?: readonly QueryBackend[];
}

/** The folder of each data source. */
const FOLDERS: Readonly<Record<QueryBackend['dataSource'], string>> = {
  prometheus: 'prometheus',
  'grafana-clickhouse-datasource': 'clickhouse',
};

/**
 * Dashboards for Grafana, one for each purpose and data source: `grafana/prometheus/service.json`. Panels
 * are made for the instruments that the registries have; a dashboard with no panel is left out. The uid
 * follows from the scopes, the purpose and the data source, so that a new version replaces the old one.
 */
export function grafanaArtefacts(
  manifests: readonly Manifest[],
  options: GrafanaOptions = {},
): readonly Artefact[] {
  checkManifests(manifests, 'grafanaArtefacts()');
  const { backends = [prometheusQueries()] } = options ?? {};
  const scopes = manifests.map(({ scope }) => scope.name);
  const tag = scopes.join(', ');
  return backends.flatMap((backend) =>
    plansFor(manifests).map((plan) => ({
      path: `grafana/${FOLDERS[backend.dataSource]}/${plan.purpose}.json`,
      content: `${JSON.stringify(
        dashboardJson(plan, { uid: uidOf(scopes, plan, backend), tag, backend }),
        null,
        2,
      )}\n`,
    })),
  );
}

/** At most 40 characters, as Grafana wants it. */
function uidOf(scopes: readonly string[], { purpose }: Plan, { dataSource }: QueryBackend): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([scopes, dataSource]))
    .digest('hex');
  return `meterbook-${purpose}-${hash.slice(0, 12)}`;
}
