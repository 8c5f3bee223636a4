import { describe, expect, it } from 'vitest';
import { agentMetrics } from '../../src/agent/index.js';
import { descriptionText, titleText } from '../../src/artefacts/grafana/text.js';
import {
  grafanaArtefacts,
  prometheusName,
  prometheusQueries,
  type QueryBackend,
} from '../../src/artefacts/index.js';
import { counter, defineRegistry } from '../../src/index.js';
import { expressionsOf, namesIn, undeclared } from './support/promql.js';
import { HOSTILE, hostile, shop } from './support/shop.js';

interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets?: readonly {
    readonly expr: string;
    readonly rawSql?: string;
    readonly legendFormat: string;
  }[];
}

interface DashboardJson {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly PanelJson[];
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly type: string;
      readonly query: string;
    }[];
  };
}

function dashboardsOf(
  registry: typeof shop | typeof hostile | typeof agentMetrics,
  backends: readonly QueryBackend[] = [prometheusQueries()],
): ReadonlyMap<string, DashboardJson> {
  return new Map(
    grafanaArtefacts([registry.manifest()], { backends }).map(({ path, content }) => [
      path.split('/').slice(1).join('/').replace('.json', ''),
      JSON.parse(content) as DashboardJson,
    ]),
  );
}

describe('dashboards', () => {
  const dashboards = dashboardsOf(shop);

  it('are one for each purpose', () => {
    expect([...dashboards.keys()]).toEqual(
      ['service', 'models', 'bottlenecks', 'dimensions', 'slos', 'pipeline', 'instruments'].map(
        (purpose) => `prometheus/${purpose}`,
      ),
    );
    // It has no objectives, and no instrument that the others do not show.
    expect([...dashboardsOf(agentMetrics).keys()]).toEqual(
      ['service', 'models', 'bottlenecks', 'dimensions', 'pipeline'].map(
        (it) => `prometheus/${it}`,
      ),
    );
  });

  it('are the same for the same registry, under a uid that stays', () => {
    const manifest = shop.manifest();
    const again = grafanaArtefacts([JSON.parse(JSON.stringify(manifest))]);
    expect(again).toEqual(grafanaArtefacts([manifest]));
    const uids = [...dashboards.values()].map(({ uid }) => uid);
    expect(new Set(uids).size).toBe(uids.length);
    for (const uid of uids) expect(uid).toMatch(/^[\w-]{1,40}$/);
    const changed = { ...manifest, instruments: manifest.instruments.slice(0, 5), slos: [] };
    expect(JSON.parse(grafanaArtefacts([changed])[0]?.content ?? '').uid).toBe(uids[0]);
    expect(JSON.parse(grafanaArtefacts([agentMetrics.manifest()])[0]?.content ?? '').uid).not.toBe(
      uids[0],
    );
  });

  it('show every instrument of the registry', () => {
    const shown = new Set(
      [...dashboards.values()].flatMap((dashboard) =>
        expressionsOf(dashboard).flatMap((expression) => [...namesIn(expression).metrics]),
      ),
    );
    for (const instrument of shop.manifest().instruments) {
      const name = prometheusName(instrument);
      expect([name, `${name}_count`, `${name}_bucket`].some((it) => shown.has(it))).toBe(true);
    }
  });

  it.each(['suffixed', 'plain'] as const)('ask for what the registry declares (%s)', (naming) => {
    for (const registry of [shop, hostile]) {
      for (const dashboard of dashboardsOf(registry, [prometheusQueries(naming)]).values()) {
        for (const expression of expressionsOf(dashboard)) {
          // Of what rules record for objectives, only the names are looked at here.
          const recorded = namesIn(expression).metrics;
          const ofRules = new Set([...recorded].filter((name) => name.startsWith('slo:')));
          expect(undeclared(expression, [registry.manifest()], naming, ofRules)).toEqual([]);
        }
      }
    }
  });

  it('use no variable but those they have', () => {
    for (const registry of [shop, hostile]) {
      for (const dashboard of dashboardsOf(registry).values()) {
        const names = dashboard.templating.list.map(({ name }) => name);
        const used = expressionsOf(dashboard).flatMap((expression) =>
          [...expression.matchAll(/\$(\w+)|\$\{(\w+)/g)].map(([, a, b]) => a ?? b),
        );
        for (const name of used) {
          expect(['__rate_interval', '__range', ...names]).toContain(name);
        }
      }
    }
  });

  it('have panels that lie beside one another, each with an id of its own', () => {
    for (const { panels } of dashboards.values()) {
      expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
      for (const [i, { gridPos: a }] of panels.entries()) {
        expect(a.x + a.w).toBeLessThanOrEqual(24);
        for (const { gridPos: b } of panels.slice(i + 1)) {
          const apart =
            a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
          expect(apart).toBe(true);
        }
      }
    }
  });

  it('ask what their titles say', () => {
    const panel = (dashboard: string, title: string) => {
      const panels = dashboards.get(`prometheus/${dashboard}`)?.panels ?? [];
      return panels.find((it) => it.title === title)?.targets?.map(({ expr }) => expr);
    };
    expect(panel('service', 'Requests by endpoint')).toEqual([
      'sum by (http_route) (rate(http_server_requests_total{job=~"$service"}[$__rate_interval]))',
    ]);
    expect(panel('service', 'Share of failed requests by endpoint')).toEqual([
      '(sum by (http_route) (rate(http_server_requests_total{job=~"$service",error_type!=""}[$__rate_interval])) or sum by (http_route) (rate(http_server_requests_total{job=~"$service"}[$__rate_interval])) * 0) / (sum by (http_route) (rate(http_server_requests_total{job=~"$service"}[$__rate_interval])) > 0)',
    ]);
    expect(panel('service', 'Duration of requests')?.[2]).toBe(
      'histogram_quantile(0.95, sum by (le) (rate(http_server_request_duration_seconds_bucket{job=~"$service"}[$__rate_interval])))',
    );
    expect(panel('models', 'Tokens')).toEqual([
      'sum(increase(gen_ai_client_token_usage_sum{job=~"$service"}[$__range]))',
    ]);
    expect(panel('bottlenecks', 'Share of jobs before the first token')).toEqual([
      'sum by (gen_ai_request_model) (rate(job_time_to_first_token_seconds_sum{job=~"$service"}[$__rate_interval])) / (sum by (gen_ai_request_model) (rate(job_duration_seconds_sum{job=~"$service"}[$__rate_interval])) > 0)',
    ]);
    expect(panel('dimensions', 'agent.message.cost by organization.id')?.[0]).toMatch(
      /^sum by \(organization_id\) \(rate\(agent_message_cost_sum\{job=~"\$service",.*organization_id=~"\$by_organization_id"/,
    );
    expect(panel('slos', 'Burn rate')?.[0]).toBe(
      'slo:burn_rate:rate1h{slo="fastFirstToken",slo_scope="shop",job=~"$service"}',
    );
    expect(panel('pipeline', 'Share of exports that arrived')?.[0]).toContain('outcome="accepted"');
    expect(panel('instruments', 'shop.orders by shop.region')).toEqual([
      'sum by (shop_region) (rate(shop_orders_total{job=~"$service"}[$__rate_interval]))',
    ]);
  });

  it('let the reader pick the context of requests, the agent and the model', () => {
    const variables = dashboards.get('prometheus/dimensions')?.templating.list;
    expect(variables?.map(({ name }) => name)).toEqual([
      ...['datasource', 'service', 'by_organization_id', 'by_project_id', 'by_base_template_id'],
      ...['by_template_id', 'by_agent_id', 'by_gen_ai_agent_name', 'by_gen_ai_request_model'],
    ]);
    expect(variables?.[2]?.query).toBe(
      'label_values(job_time_to_first_token_seconds_count{job=~"$service"}, organization_id)',
    );
  });
});

describe('another data source', () => {
  const sql: QueryBackend = {
    dataSource: 'grafana-clickhouse-datasource',
    query: ({ ask }) => `SELECT 1 AS value -- ${ask}`,
  };

  it('gets the same dashboards in a folder of its own, under uids of their own', () => {
    const both = dashboardsOf(shop, [prometheusQueries(), sql]);
    const service = both.get('clickhouse/service');
    const prometheus = both.get('prometheus/service');
    expect(both.size).toBe(14);
    expect(service?.panels.map(({ title }) => title)).toEqual(
      prometheus?.panels.map(({ title }) => title),
    );
    expect(service?.uid).not.toBe(prometheus?.uid);
    const quantiles = service?.panels.find(({ title }) => title === 'Duration of requests');
    expect(quantiles?.targets?.map(({ rawSql }) => rawSql)).toEqual(
      ['P50', 'P90', 'P95', 'P99'].map(
        (name) =>
          `SELECT * EXCEPT (value), value AS "${name}" FROM (\nSELECT 1 AS value -- quantile\n)`,
      ),
    );
  });
});

describe('hostile text', () => {
  it('is no variable in titles and legends, and neither that nor Markdown in descriptions', () => {
    for (const text of HOSTILE) {
      expect(titleText(text)).not.toMatch(/\$[\w{]|\[\[|\{\{|[\r\n]/);
      expect(descriptionText(text)).not.toMatch(/(?<!\\)[`*_[\]<>|]/);
    }
  });

  it('opens no variable in any string of a dashboard', () => {
    const ours = /\$(?:__rate_interval|__range|service|datasource|by_\w+|\{datasource\})|\$__all/g;
    const visit = (value: unknown): void => {
      if (typeof value === 'string') {
        expect(value.replace(ours, '')).not.toMatch(/\$[\w{]|\[\[/);
      } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
    };
    for (const dashboard of dashboardsOf(hostile).values()) visit(dashboard);
  });
});

describe('a registry of one instrument', () => {
  it('gets that, and the pipeline', () => {
    const one = defineRegistry({
      scope: { name: 'one' },
      instruments: { a: counter({ name: 'a', unit: '1', description: 'A.' }) },
    });
    const paths = grafanaArtefacts([one.manifest()]).map(({ path }) => path);
    expect(paths).toEqual([
      'grafana/prometheus/pipeline.json',
      'grafana/prometheus/instruments.json',
    ]);
  });
});
