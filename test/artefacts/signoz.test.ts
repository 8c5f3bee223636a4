import { describe, expect, it } from 'vitest';
import type { Artefact } from '../../src/artefacts/index.js';
import { signozArtefacts } from '../../src/artefacts/index.js';
import { PIPELINE } from '../../src/artefacts/pipeline-metrics.js';
import type { BuilderQuery, DashboardJson, RuleJson } from '../../src/artefacts/signoz/format.js';
import type { Manifest, ManifestInstrument } from '../../src/declare/index.js';
import { defineRegistry } from '../../src/index.js';
import { hostile, shop } from './support/shop.js';
import { dashboard, rule } from './support/signoz.js';

const both = [shop.manifest(), hostile.manifest()];
const made = signozArtefacts(both);

function parsed<T>(
  artefacts: readonly Artefact[],
  folder: string,
): readonly (readonly [string, T])[] {
  return artefacts
    .filter(({ path }) => path.startsWith(`signoz/${folder}/`))
    .map(({ path, content }) => [path, JSON.parse(content) as T] as const);
}

const dashboards = parsed<DashboardJson>(made, 'dashboards');
const rules = parsed<RuleJson>(made, 'rules');

/** Declared instruments by every name that SigNoz stores them under. */
function stored(manifests: readonly Manifest[]): ReadonlyMap<string, ManifestInstrument> {
  const all = [...manifests.flatMap(({ instruments }) => instruments), ...Object.values(PIPELINE)];
  return new Map(
    all.flatMap((it) => {
      const suffixes = it.kind !== 'histogram' ? [''] : ['.bucket', '.count', '.sum'];
      return suffixes.map((suffix) => [it.name + suffix, it] as const);
    }),
  );
}

function queriesIn({ spec }: DashboardJson) {
  return Object.values(spec.panels).flatMap((panel) =>
    panel.spec.queries.map((it) => it.spec.plugin.spec.queries),
  );
}

function buildersIn(json: DashboardJson): readonly BuilderQuery[] {
  return queriesIn(json).flatMap((queries) =>
    queries.flatMap((it) => (it.type === 'builder_query' ? [it.spec] : [])),
  );
}

describe('dashboards for SigNoz', () => {
  it('are one for each purpose', () => {
    expect(dashboards.map(([path]) => path)).toEqual(
      ['service', 'models', 'bottlenecks', 'dimensions', 'slos', 'pipeline', 'instruments'].map(
        (purpose) => `signoz/dashboards/${purpose}.json`,
      ),
    );
  });

  it.each(dashboards)('%s has the fields that SigNoz takes, and no others', (path, json) => {
    dashboard(json, path);
  });

  it.each(dashboards)('%s places every panel once, without overlaps', (_, { spec }) => {
    const placed = spec.layouts.flatMap((layout) => layout.spec.items);
    const ids = placed.map(({ content }) => content.$ref.replace('#/spec/panels/', ''));
    expect(ids).toEqual(Object.keys(spec.panels));
    for (const { spec: section } of spec.layouts) {
      const taken = new Set<string>();
      for (const { x, y, width, height } of section.items) {
        expect(x + width).toBeLessThanOrEqual(12);
        for (let column = x; column < x + width; column += 1)
          for (let line = y; line < y + height; line += 1) {
            expect(taken.has(`${column} ${line}`)).toBe(false);
            taken.add(`${column} ${line}`);
          }
      }
    }
  });

  it.each(dashboards)('%s asks for declared instruments and attributes alone', (_, json) => {
    const known = stored(both);
    for (const { aggregations, groupBy, filter } of buildersIn(json)) {
      const instrument = known.get(aggregations[0].metricName);
      expect(instrument, aggregations[0].metricName).toBeDefined();
      const keys = ['service.name', 'le', ...(instrument?.attributes.map(({ key }) => key) ?? [])];
      for (const { name } of groupBy) expect(keys).toContain(name);
      for (const condition of filter.expression.split(' AND ')) {
        const [, key] =
          /^([a-zA-Z][\w.:-]*) (?:IN \$\w+|(?:NOT )?EXISTS|= '(?:[^'\\]|\\.)*')$/.exec(condition) ??
          [];
        expect(keys, condition).toContain(key);
      }
      const variables = [...filter.expression.matchAll(/\$(\w+)/g)].map(([, name]) => name);
      const declared = json.spec.variables.map(({ spec }) => spec.name);
      for (const name of variables) expect(declared).toContain(name);
    }
  });

  it.each(dashboards)('%s has formulas over queries that are there', (_, json) => {
    for (const queries of queriesIn(json)) {
      const names = queries.map(({ spec }) => spec.name);
      expect(new Set(names).size).toBe(names.length);
      expect(queries.some(({ spec }) => !spec.disabled)).toBe(true);
      for (const it of queries) {
        if (it.type !== 'builder_formula') continue;
        for (const [name] of it.spec.expression.matchAll(/[A-Z]/g)) expect(names).toContain(name);
      }
    }
  });

  it('asks about every instrument of the standard registry', () => {
    const asked = new Set(
      dashboards.flatMap(([, json]) => buildersIn(json).map((it) => it.aggregations[0].metricName)),
    );
    const known = stored([shop.manifest()]);
    const found = new Set([...asked].map((name) => known.get(name)?.name));
    for (const { name } of shop.manifest().instruments) expect(found).toContain(name);
  });

  it('compares errors with the whole, and objectives with their budgets', () => {
    const slos = dashboards.find(([path]) => path.endsWith('/slos.json'))?.[1];
    const panel = Object.values(slos?.spec.panels ?? {}).find(
      (it) => it.spec.display.name === 'Budget left of 30d',
    );
    expect(panel?.spec.plugin.spec.visualization.timePreference).toBe('last_1_month');
    const queries = panel?.spec.queries[0].spec.plugin.spec.queries ?? [];
    expect(
      queries.map(({ spec }) => ('expression' in spec ? spec.expression : spec.filter.expression)),
    ).toEqual([
      "service.name IN $service AND le = '2.56'",
      'service.name IN $service',
      '1 - (1 - A / B) / 0.001',
    ]);
  });
});

describe('rules for SigNoz', () => {
  it.each(rules)('%s has the fields that SigNoz takes, and no others', (path, json) => {
    rule(json, path);
  });

  it('are four for each objective of 99.9 %, one for absent data, and none that cannot fire', () => {
    const of = (name: string) =>
      rules.filter(([path]) => path.includes(`-${name}-`)).map(([path]) => path);
    expect(of('fastFirstToken')).toEqual([
      'signoz/rules/1-fastFirstToken-page-1h.json',
      'signoz/rules/1-fastFirstToken-page-6h.json',
      'signoz/rules/1-fastFirstToken-ticket-1d.json',
      'signoz/rules/1-fastFirstToken-ticket-3d.json',
      'signoz/rules/1-fastFirstToken-absent.json',
    ]);
    // Half of the measurements may be bad: twice as fast as that is all of them.
    expect(of('smallBaskets')).toHaveLength(2);
    expect(new Set(rules.map(([path]) => path)).size).toBe(rules.length);
  });

  it('want both windows to burn, as exact decimals', () => {
    const page = rules.find(([path]) => path.endsWith('fastFirstToken-page-1h.json'))?.[1];
    const sum = (metric: string, over: string): string =>
      `sum by ("service.name") (increase({"job.time_to_first_token.${metric}}[${over}]))`;
    const [good, all] = ['bucket", "le"="2.56"', 'count"'];
    const burnt = (over: string): string =>
      `(1 - ${sum(good as string, over)} / ${sum(all as string, over)}) / 0.001`;
    expect(page?.condition.compositeQuery.queries[0].spec.query).toBe(
      `(${burnt('1h')}) and (${burnt('5m')} > 14.4) and ((${sum(all as string, '1h')} - ${sum(good as string, '1h')}) >= 1)`,
    );
    expect(page?.condition.thresholds.spec[0]).toMatchObject({
      name: 'critical',
      target: 14.4,
      op: '1',
    });
  });

  it('tell of absent data', () => {
    const absent = rules.find(([path]) => path.endsWith('fastFirstToken-absent.json'))?.[1];
    expect(absent?.condition).toMatchObject({ alertOnAbsent: true, absentFor: 15 });
    expect(absent?.condition.thresholds.spec[0]).toMatchObject({ target: 0, op: '2' });
  });

  it('follow the options', () => {
    const options = {
      temporality: 'delta',
      channels: ['on call'],
      runbookUrl: 'https://runbooks.example/{slo}',
      minimumErrors: 7,
    } as const;
    const [[, json]] = parsed<RuleJson>(signozArtefacts([shop.manifest()], options), 'rules') as [
      readonly [string, RuleJson],
    ];
    const { query } = json.condition.compositeQuery.queries[0].spec;
    expect(query).toContain('sum_over_time({"job.time_to_first_token.count"}[1h])');
    expect(query).toContain('>= 7');
    expect(query).not.toContain('increase(');
    expect(json.condition.thresholds.spec[0].channels).toEqual(['on call']);
    expect(json.annotations['runbook_url']).toBe('https://runbooks.example/fastFirstToken');
  });
});

describe('a hostile registry', () => {
  it('puts no text of its own into a query', () => {
    for (const [, json] of dashboards) {
      for (const { filter } of buildersIn(json)) {
        expect(filter.expression).not.toMatch(/DROP|script|vector|\n/);
      }
    }
    for (const [, { condition }] of rules) {
      const { query } = condition.compositeQuery.queries[0].spec;
      expect(query).toMatch(/^[\w\s(){}[\]"=,./>+-]*$/);
    }
  });

  it('gives alerts no actions of templates but texts', () => {
    for (const [, { labels, annotations }] of rules) {
      for (const value of [...Object.values(labels), ...Object.values(annotations)])
        expect(value.replaceAll('{{"{"}}', '')).not.toContain('{{');
    }
  });

  it('gives dashboards no variables', () => {
    for (const [, { spec }] of dashboards) {
      for (const panel of Object.values(spec.panels)) {
        const { name, description = '' } = panel.spec.display;
        expect(`${name} ${description}`).not.toMatch(/\$\w|\{\{|\[\[/);
      }
    }
  });
});

describe('files for SigNoz', () => {
  it('are the same each time, and say where they come from', () => {
    const again = signozArtefacts(JSON.parse(JSON.stringify(both)) as Manifest[]);
    expect(again).toEqual(made);
    for (const { content } of made) {
      expect(content.endsWith('}\n')).toBe(true);
      expect(content).toContain('Generated by \\"meterbook generate signoz\\"');
    }
  });

  it('leave out what there is nothing for', () => {
    const empty = defineRegistry({ scope: { name: 'empty' }, instruments: {} });
    const paths = signozArtefacts([empty.manifest()]).map(({ path }) => path);
    expect(paths).toEqual(['signoz/dashboards/pipeline.json']);
  });
});
