import * as common from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import * as heatmap from '@grafana/grafana-foundation-sdk/heatmap';
import {
  DataqueryBuilder,
  PromQueryFormat,
  QueryEditorMode,
} from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import { expect, it } from 'vitest';
import { dashboardJson } from '../../src/artefacts/grafana/dashboard.js';
import { prometheusQueries } from '../../src/artefacts/index.js';
import type { Panel } from '../../src/artefacts/plans/plan.js';
import { shop } from './support/shop.js';

/*
 * Dashboards are literals of the SDK's types, so that none of it is shipped. Here its builders make one
 * panel of each kind, which must be ours but for what the builders leave out or add as a default.
 */

const [instrument] = shop.manifest().instruments;
if (instrument === undefined) throw new Error('the registry is empty');
const asked = [{ name: 'P95', question: { ask: 'quantile', quantile: 0.95, instrument } }] as const;
const panel = (kind: Panel['kind']): Panel => ({ title: kind, kind, unit: 's', asked });
const backend = prometheusQueries();
// biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of Grafana.
const datasource = { type: 'prometheus', uid: '${datasource}' };

const ours = dashboardJson(
  {
    purpose: 'p',
    title: 'T',
    description: 'D',
    variables: [],
    rows: [
      {
        title: 'Row',
        panels: [
          panel('lines'),
          panel('stacked'),
          panel('number'),
          panel('table'),
          panel('heatmap'),
        ],
      },
    ],
  },
  { uid: 'u', tag: 'shop', backend },
);

/** JSON that the SDK's builders make, without the defaults that Grafana fills in by itself. */
function built(): Record<string, unknown> {
  const query = (format: PromQueryFormat) => {
    const target = new DataqueryBuilder()
      .refId('A')
      .datasource(datasource)
      .editorMode(QueryEditorMode.Code)
      .expr(backend.query(asked[0].question))
      .legendFormat(format === PromQueryFormat.Heatmap ? '{{le}}' : 'P95')
      .format(format);
    return format === PromQueryFormat.Table ? target.instant() : target.range();
  };
  const lines = (mode: common.StackingMode) =>
    new timeseries.PanelBuilder()
      .datasource(datasource)
      .unit('s')
      .drawStyle(common.GraphDrawStyle.Line)
      .lineInterpolation(common.LineInterpolation.Linear)
      .lineWidth(1)
      .showPoints(common.VisibilityMode.Auto)
      .spanNulls(false)
      .axisSoftMin(0)
      .stacking(new common.StackingConfigBuilder().mode(mode))
      .legend(
        new common.VizLegendOptionsBuilder()
          .displayMode(common.LegendDisplayMode.Table)
          .placement(common.LegendPlacement.Bottom)
          .showLegend(true)
          .calcs(['mean', 'lastNotNull'])
          .sortBy('Mean')
          .sortDesc(true),
      )
      .tooltip(
        new common.VizTooltipOptionsBuilder()
          .mode(common.TooltipDisplayMode.Multi)
          .sort(common.SortOrder.Descending),
      )
      .withTarget(query(PromQueryFormat.TimeSeries));
  const at = (x: number, y: number, w: number, h: number) => ({ x, y, w, h });
  return JSON.parse(
    JSON.stringify(
      new DashboardBuilder('T (shop)')
        .uid('u')
        .description('D')
        .tags(['meterbook', 'shop'])
        .refresh('30s')
        .tooltip(DashboardCursorSync.Crosshair)
        .time({ from: 'now-1h', to: 'now' })
        .withVariable(
          new DatasourceVariableBuilder('datasource').type('prometheus').label('Data source'),
        )
        .withVariable(
          new QueryVariableBuilder('service')
            .label('Service')
            .datasource(datasource)
            .query(backend.query({ ask: 'services', instrument: asked[0].question.instrument }))
            .refresh(VariableRefresh.OnTimeRangeChanged)
            .sort(VariableSort.AlphabeticalAsc)
            .multi(true)
            .includeAll(true)
            .allValue('.*'),
        )
        .withPanel(
          lines(common.StackingMode.None)
            .fillOpacity(8)
            .title('lines')
            .gridPos(at(0, 1, 12, 8)),
        )
        .withPanel(
          lines(common.StackingMode.Normal)
            .fillOpacity(25)
            .min(0)
            .title('stacked')
            .gridPos(at(12, 1, 12, 8)),
        )
        .withPanel(
          new stat.PanelBuilder()
            .title('number')
            .datasource(datasource)
            .unit('s')
            .gridPos(at(0, 9, 6, 4))
            .reduceOptions(
              new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false),
            )
            .withTarget(query(PromQueryFormat.TimeSeries)),
        )
        .withPanel(
          new table.PanelBuilder()
            .title('table')
            .datasource(datasource)
            .unit('s')
            .filterable(true)
            .gridPos(at(0, 13, 24, 9))
            .withTarget(query(PromQueryFormat.Table)),
        )
        .withPanel(
          new heatmap.PanelBuilder()
            .title('heatmap')
            .datasource(datasource)
            .gridPos(at(0, 22, 12, 8))
            .rowsFrame(new heatmap.RowsHeatmapOptionsBuilder().layout(common.HeatmapCellLayout.Le))
            .showValue(common.VisibilityMode.Never)
            .withTarget(query(PromQueryFormat.Heatmap)),
        )
        .build(),
    ),
  ) as Record<string, unknown>;
}

/** Paths and values of what the SDK has written and ours has not, or has otherwise. */
function differences(theirs: unknown, own: unknown, path = ''): readonly string[] {
  if (typeof theirs !== 'object' || theirs === null) {
    return theirs === own ? [] : [`${path}: ${JSON.stringify(theirs)} and ${JSON.stringify(own)}`];
  }
  return Object.entries(theirs).flatMap(([key, value]) =>
    differences(value, (own as Record<string, unknown> | undefined)?.[key], `${path}/${key}`),
  );
}

it('panels are what the builders of the SDK make', () => {
  const theirs = built();
  const own = { ...ours, panels: ours.panels.filter(({ type }) => type !== 'row') };
  const different = differences(theirs, own).map((it) => it.replace(/\/\d+\//g, '/*/'));
  expect([...new Set(different)].sort()).toEqual([
    // What these stand for when they are left out.
    '/fiscalYearStartMonth: 0 and undefined',
    '/panels/*/options/footer/countRows: false and undefined',
    '/panels/*/options/footer/show: false and undefined',
    '/panels/*/options/selectionMode: "x" and undefined',
    '/panels/*/options/showTypeIcons: false and undefined',
    '/panels/*/repeatDirection: "h" and undefined',
    '/panels/*/transparent: false and undefined',
    '/templating/list/*/allowCustomValue: true and undefined',
    '/templating/list/*/auto: false and undefined',
    '/templating/list/*/auto_count: 30 and undefined',
    '/templating/list/*/auto_min: "10s" and undefined',
    '/templating/list/*/includeAll: false and undefined',
    '/templating/list/*/multi: false and undefined',
    '/templating/list/*/skipUrlSync: false and undefined',
  ]);
});
