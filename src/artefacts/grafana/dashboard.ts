import { instrumentsIn, type Panel, type Plan } from '../plans/plan.js';
import type { QueryBackend, Question } from '../questions.js';
import { SERVICE_VARIABLE } from '../questions.js';
import type { DashboardJson, PanelJson, RowJson, VariableJson } from './sdk-types.js';
import { DATA_SOURCE_VARIABLE, dataSourceOf, targetsOf } from './targets.js';
import { descriptionText, titleText } from './text.js';
import { visualizationOf } from './visualizations.js';

/** Version of the dashboard format: the SDK's. Grafana updates older ones when it reads them. */
const SCHEMA_VERSION = 42;
const COLUMNS = 24;

/** Width and height of each kind of panel, in Grafana's grid of 24 columns. */
const SIZES = {
  lines: { w: 12, h: 8 },
  stacked: { w: 12, h: 8 },
  heatmap: { w: 12, h: 8 },
  number: { w: 6, h: 4 },
  table: { w: 24, h: 9 },
} as const satisfies Readonly<Record<Panel['kind'], { readonly w: number; readonly h: number }>>;

/** A plan as Grafana's JSON, asking one data source. */
export function dashboardJson(
  plan: Plan,
  {
    uid,
    tag,
    backend,
  }: { readonly uid: string; readonly tag: string; readonly backend: QueryBackend },
): DashboardJson {
  return {
    uid,
    title: titleText(`${plan.title} (${tag})`),
    description: descriptionText(plan.description),
    tags: ['meterbook', titleText(tag)],
    editable: true,
    // One crosshair for all graphs.
    graphTooltip: 1,
    schemaVersion: SCHEMA_VERSION,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    timezone: 'browser',
    templating: { list: variables(plan, backend) },
    annotations: {},
    links: [
      {
        title: 'meterbook',
        type: 'dashboards',
        icon: 'external link',
        tooltip: '',
        tags: ['meterbook', titleText(tag)],
        asDropdown: true,
        targetBlank: false,
        includeVars: true,
        keepTime: true,
      },
    ],
    panels: layOut(plan, backend),
  };
}

function variables(plan: Plan, backend: QueryBackend): readonly VariableJson[] {
  const choose = (name: string, label: string, choices: Question): VariableJson => ({
    type: 'query',
    name,
    label: titleText(label),
    datasource: dataSourceOf(backend),
    query: backend.query(choices),
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    // Of Prometheus: with "All" even series without the label. SQL has a condition for that.
    ...(backend.dataSource === 'prometheus' && { allValue: '.*' }),
    current: { text: ['All'], value: ['$__all'], selected: true },
  });
  const [instrument] = instrumentsIn(plan);
  return [
    {
      type: 'datasource',
      name: DATA_SOURCE_VARIABLE,
      label: 'Data source',
      query: backend.dataSource,
    },
    ...(instrument === undefined
      ? []
      : [choose(SERVICE_VARIABLE, 'Service', { ask: 'services', instrument })]),
    ...plan.variables.map(({ name, label, choices }) => choose(name, label, choices)),
  ];
}

/** Panels from left to right, and a new line where one does not fit; rows below one another. */
function layOut({ rows }: Plan, backend: QueryBackend): readonly (PanelJson | RowJson)[] {
  const placed: (PanelJson | RowJson)[] = [];
  let y = 0;
  for (const { title, panels } of rows) {
    const gridPos = { x: 0, y, w: COLUMNS, h: 1 };
    placed.push({
      type: 'row',
      id: placed.length + 1,
      title: titleText(title),
      collapsed: false,
      gridPos,
      panels: [],
    });
    y += 1;
    let x = 0;
    let height = 0;
    for (const panel of panels) {
      const { w, h } = SIZES[panel.kind];
      if (x + w > COLUMNS) {
        x = 0;
        y += height;
        height = 0;
      }
      placed.push(panelJson(panel, placed.length + 1, { x, y, w, h }, backend));
      x += w;
      height = Math.max(height, h);
    }
    y += height;
  }
  return placed;
}

function panelJson(
  panel: Panel,
  id: number,
  gridPos: NonNullable<PanelJson['gridPos']>,
  backend: QueryBackend,
): PanelJson {
  return {
    id,
    gridPos,
    title: titleText(panel.title),
    ...(panel.description !== undefined && { description: descriptionText(panel.description) }),
    datasource: dataSourceOf(backend),
    ...visualizationOf(panel),
    targets: targetsOf(panel, backend),
    ...(panel.kind === 'table' && { transformations: merged(panel) }),
  };
}

/** One line for each group with the values of all queries, under the questions' names. */
function merged({ asked }: Panel): NonNullable<PanelJson['transformations']> {
  const renameByName = Object.fromEntries(
    asked.map(({ name }, i) => [`Value #${String.fromCharCode('A'.charCodeAt(0) + i)}`, name]),
  );
  return [
    { id: 'merge', options: {} },
    {
      id: 'organize',
      options: {
        excludeByName: { Time: true },
        renameByName,
      },
    },
  ];
}
