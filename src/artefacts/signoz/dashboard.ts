import { titleText } from '../grafana/text.js';
import type { Panel, Plan } from '../plans/plan.js';
import type { Question } from '../questions.js';
import { SERVICE_VARIABLE } from '../questions.js';
import type {
  DashboardJson,
  LayoutJson,
  PanelJson,
  PanelPlugin,
  QueryEnvelope,
  VariableJson,
} from './format.js';
import { isKey, names, queriesOf } from './queries.js';

const COLUMNS = 12;
const LONGEST_NAME = 128;
const LONGEST_TITLE = 256;
/** Width and height of each kind of panel. */
const SIZES = {
  lines: { width: 6, height: 6 },
  stacked: { width: 6, height: 6 },
  heatmap: { width: 6, height: 6 },
  number: { width: 3, height: 3 },
  table: { width: 12, height: 6 },
} as const satisfies Readonly<Record<Panel['kind'], object>>;

/** The spans that a panel of SigNoz can show instead of the dashboard's, by the window of an objective. */
const SPANS: Readonly<Record<string, string>> = {
  '6h': 'last_6_hr',
  '24h': 'last_1_day',
  '1d': 'last_1_day',
  '3d': 'last_3_days',
  '7d': 'last_1_week',
  '1w': 'last_1_week',
  '30d': 'last_1_month',
};

/** A plan as SigNoz' JSON; `undefined` where it can be asked none of it. */
export function dashboardJson(
  plan: Plan,
  { tag, origin }: { readonly tag: string; readonly origin: string },
): DashboardJson | undefined {
  const panels: Record<string, PanelJson> = {};
  const layouts: LayoutJson[] = [];
  for (const { title, panels: planned } of plan.rows) {
    const placed = planned.flatMap((panel) => {
      const made = panelJson(panel);
      if (made === undefined) return [];
      const id = `panel-${Object.keys(panels).length + 1}`;
      panels[id] = made;
      return [{ id, ...SIZES[panel.kind] }];
    });
    if (placed.length > 0) layouts.push(section(title, placed));
  }
  if (layouts.length === 0) return undefined;
  return {
    schemaVersion: 'v6',
    generateName: true,
    image: '',
    tags: [{ key: 'generator', value: 'meterbook' }],
    spec: {
      display: {
        name: short(`${plan.title} (${tag})`, LONGEST_NAME),
        description: titleText(`${plan.description} ${origin}`),
      },
      variables: variables(plan),
      panels,
      layouts,
    },
  };
}

function variables(plan: Plan): readonly VariableJson[] {
  const choose = (name: string, label: string, key: string): VariableJson => ({
    kind: 'ListVariable',
    spec: {
      name,
      display: { name: short(label, LONGEST_NAME), description: '' },
      allowAllValue: true,
      allowMultiple: true,
      sort: 'alphabetical-asc',
      plugin: { kind: 'signoz/DynamicVariable', spec: { name: key, signal: 'metrics' } },
    },
  });
  return [
    choose(SERVICE_VARIABLE, 'Service', 'service.name'),
    ...plan.variables.flatMap(({ name, label, choices }) =>
      choices.ask === 'values' && isKey(choices.key) ? [choose(name, label, choices.key)] : [],
    ),
  ];
}

function panelJson(panel: Panel): PanelJson | undefined {
  const next = names();
  const isScalar = panel.kind === 'number' || panel.kind === 'table';
  const queries = panel.asked.flatMap(({ name, question }) =>
    fits(question, isScalar) ? queriesOf(question, name, next) : [],
  );
  if (queries.length === 0) return undefined;
  return {
    kind: 'Panel',
    spec: {
      display: {
        name: short(panel.title, LONGEST_NAME),
        description: titleText(panel.description ?? ''),
      },
      plugin: pluginOf(panel, queries),
      queries: [
        {
          kind: isScalar ? 'scalar' : 'time_series',
          spec: { plugin: { kind: 'signoz/CompositeQuery', spec: { queries } } },
        },
      ],
    },
  };
}

/** What is left of a budget is a number over the whole window, which a line in steps cannot be. */
function fits({ ask }: Question, isScalar: boolean): boolean {
  return ask !== 'sloBudgetLeft' || isScalar;
}

function pluginOf(panel: Panel, queries: readonly QueryEnvelope[]): PanelPlugin {
  const visualization = { timePreference: spanOf(panel) };
  const decimalPrecision = '2';
  const formatting = { unit: panel.unit, decimalPrecision };
  if (panel.kind === 'number')
    return { kind: 'signoz/NumberPanel', spec: { visualization, formatting } };
  if (panel.kind === 'table') {
    const answers = queries.filter(({ spec }) => !spec.disabled);
    const columnUnits = Object.fromEntries(
      answers.map(({ spec }, i) => [spec.name, panel.asked[i]?.unit ?? panel.unit]),
    );
    return {
      kind: 'signoz/TablePanel',
      spec: { visualization, formatting: { columnUnits, decimalPrecision } },
    };
  }
  if (panel.kind === 'stacked') {
    const stacked = { ...visualization, stackedBarChart: true };
    return { kind: 'signoz/BarChartPanel', spec: { visualization: stacked, formatting } };
  }
  return { kind: 'signoz/TimeSeriesPanel', spec: { visualization, formatting } };
}

function spanOf({ asked }: Panel): string {
  const left = asked.find(({ question }) => question.ask === 'sloBudgetLeft')?.question;
  const window = left !== undefined && 'slo' in left ? left.slo.slo.window : '';
  return SPANS[window] ?? 'global_time';
}

/** Panels from left to right, and a new line where one does not fit. */
function section(
  title: string,
  panels: readonly { readonly id: string; readonly width: number; readonly height: number }[],
): LayoutJson {
  let x = 0;
  let y = 0;
  let tallest = 0;
  const items = panels.map(({ id, width, height }) => {
    if (x + width > COLUMNS) {
      x = 0;
      y += tallest;
      tallest = 0;
    }
    const item = { x, y, width, height, content: { $ref: `#/spec/panels/${id}` } };
    x += width;
    tallest = Math.max(tallest, height);
    return item;
  });
  const display = { title: short(title, LONGEST_TITLE), collapse: { open: true } };
  return { kind: 'Grid', spec: { display, items } };
}

function short(text: string, longest: number): string {
  const characters = Array.from(titleText(text));
  if (characters.length <= longest) return characters.join('');
  return `${characters.slice(0, longest - 1).join('')}…`;
}
