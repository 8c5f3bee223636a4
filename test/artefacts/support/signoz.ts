/**
 * What SigNoz' own decoders check of a dashboard and of a rule, written down from its types
 * (pkg/types/dashboardtypes, ruletypes and querybuildertypesv5 of version 0.135): which fields there
 * are, since unknown ones are refused, and what their values may be.
 */
export type Check = (value: unknown, path: string) => void;

function refuse(path: string, value: unknown, wanted: string): never {
  throw new Error(`${path} is ${JSON.stringify(value)?.slice(0, 200)}, and should be ${wanted}`);
}

export const anyText: Check = (value, path) => {
  if (typeof value !== 'string') refuse(path, value, 'a text');
};

export const matching =
  (pattern: RegExp): Check =>
  (value, path) => {
    if (typeof value !== 'string' || !pattern.test(value)) refuse(path, value, String(pattern));
  };

export const oneOf =
  (...values: readonly unknown[]): Check =>
  (value, path) => {
    if (!values.includes(value)) refuse(path, value, `one of ${JSON.stringify(values)}`);
  };

export const anyNumber: Check = (value, path) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) refuse(path, value, 'a number');
};

/** An object with these fields and no others; those marked by `?` may be left out. */
export const object =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      refuse(path, value, 'an object');
    const given = value as Readonly<Record<string, unknown>>;
    for (const key of Object.keys(given))
      if (!(key in fields) && !(`${key}?` in fields))
        refuse(`${path}.${key}`, given[key], 'absent');
    for (const [name, check] of Object.entries(fields)) {
      const key = name.replace(/\?$/, '');
      if (key in given) check(given[key], `${path}.${key}`);
      else if (!name.endsWith('?')) refuse(`${path}.${key}`, undefined, 'there');
    }
  };

export const list =
  (check: Check, least = 0): Check =>
  (value, path) => {
    if (!Array.isArray(value) || value.length < least)
      refuse(path, value, `a list of at least ${least}`);
    for (const [i, item] of value.entries()) check(item, `${path}[${i}]`);
  };

export const map =
  (key: RegExp, check: Check): Check =>
  (value, path) => {
    if (typeof value !== 'object' || value === null) refuse(path, value, 'an object');
    for (const [name, item] of Object.entries(value)) {
      matching(key)(name, `${path} (key)`);
      check(item, `${path}.${name}`);
    }
  };

const either =
  (...checks: readonly Check[]): Check =>
  (value, path) => {
    const reasons = checks.flatMap((check) => {
      try {
        check(value, path);
        return [];
      } catch (error) {
        return [String(error)];
      }
    });
    if (reasons.length === checks.length) throw new Error(reasons.join('\n or '));
  };

const NAME = /^.{1,128}$/u;
const ID = /^[a-zA-Z0-9_.-]{1,75}$/;
const display = (name: RegExp): Check => object({ name: matching(name), 'description?': anyText });

const builderQuery = object({
  type: oneOf('builder_query'),
  spec: object({
    name: matching(/^[A-Z]$/),
    signal: oneOf('metrics'),
    aggregations: list(
      object({
        metricName: matching(/^[A-Za-z][\w.\-/]*$/),
        timeAggregation: oneOf(
          '',
          'latest',
          'sum',
          'avg',
          'min',
          'max',
          'count',
          'rate',
          'increase',
        ),
        spaceAggregation: oneOf(
          'sum',
          'avg',
          'min',
          'max',
          'count',
          'p50',
          'p75',
          'p90',
          'p95',
          'p99',
        ),
        reduceTo: oneOf('sum', 'count', 'avg', 'min', 'max', 'last', 'median'),
      }),
      1,
    ),
    filter: object({ expression: anyText }),
    groupBy: list(
      object({
        name: matching(/^[a-zA-Z][\w:.-]*$/),
        fieldContext: oneOf('attribute'),
        fieldDataType: oneOf('string'),
        signal: oneOf('metrics'),
      }),
    ),
    legend: anyText,
    disabled: oneOf(true, false),
    'stepInterval?': anyNumber,
  }),
});

const formula = object({
  type: oneOf('builder_formula'),
  spec: object({
    name: matching(/^F\d+$/),
    expression: matching(/^[A-Z0-9 .()/-]+$/),
    legend: anyText,
    disabled: oneOf(false),
  }),
});

const visualization = {
  timePreference: matching(
    /^(global_time|last_(5|15|30)_min|last_(1|6)_hr|last_(1_day|3_days|1_week|1_month))$/,
  ),
};
const formatting = object({ unit: anyText, decimalPrecision: matching(/^[0-4]$/) });
const plugin = (kind: string, spec: Readonly<Record<string, Check>>): Check =>
  object({ kind: oneOf(kind), spec: object(spec) });

const panel = object({
  kind: oneOf('Panel'),
  spec: object({
    display: display(NAME),
    plugin: either(
      plugin('signoz/TimeSeriesPanel', { visualization: object(visualization), formatting }),
      plugin('signoz/NumberPanel', { visualization: object(visualization), formatting }),
      plugin('signoz/BarChartPanel', {
        visualization: object({ ...visualization, stackedBarChart: oneOf(true, false) }),
        formatting,
      }),
      plugin('signoz/TablePanel', {
        visualization: object(visualization),
        formatting: object({
          columnUnits: map(/^(A|[B-Z]|F\d+)$/, anyText),
          decimalPrecision: matching(/^[0-4]$/),
        }),
      }),
    ),
    queries: list(
      object({
        kind: oneOf('time_series', 'scalar'),
        spec: object({
          plugin: object({
            kind: oneOf('signoz/CompositeQuery'),
            spec: object({ queries: list(either(builderQuery, formula), 1) }),
          }),
        }),
      }),
      1,
    ),
  }),
});

export const dashboard: Check = object({
  schemaVersion: oneOf('v6'),
  generateName: oneOf(true),
  image: anyText,
  tags: list(object({ key: anyText, value: anyText })),
  spec: object({
    display: display(NAME),
    variables: list(
      object({
        kind: oneOf('ListVariable'),
        spec: object({
          name: matching(ID),
          display: display(NAME),
          allowAllValue: oneOf(true, false),
          allowMultiple: oneOf(true, false),
          sort: oneOf('none', 'alphabetical-asc'),
          plugin: plugin('signoz/DynamicVariable', { name: anyText, signal: oneOf('metrics') }),
        }),
      }),
    ),
    panels: map(ID, panel),
    layouts: list(
      object({
        kind: oneOf('Grid'),
        spec: object({
          display: object({
            title: matching(/^.{1,256}$/u),
            collapse: object({ open: oneOf(true, false) }),
          }),
          items: list(
            object({
              x: anyNumber,
              y: anyNumber,
              width: anyNumber,
              height: anyNumber,
              content: object({ $ref: matching(/^#\/spec\/panels\/[a-zA-Z0-9_.-]+$/) }),
            }),
            1,
          ),
        }),
      }),
      1,
    ),
  }),
});

const DURATION = /^(\d+(s|m|h))+$/;
const LABEL = /^[a-zA-Z_.][a-zA-Z0-9_.]*$/;

export const rule: Check = object({
  alert: matching(/^[^\n]+$/),
  alertType: oneOf('METRIC_BASED_ALERT'),
  ruleType: oneOf('promql_rule'),
  description: anyText,
  version: oneOf('v5'),
  schemaVersion: oneOf('v2alpha1'),
  disabled: oneOf(false),
  condition: object({
    compositeQuery: object({
      queryType: oneOf('promql'),
      panelType: oneOf('graph'),
      queries: list(
        object({
          type: oneOf('promql'),
          spec: object({
            name: oneOf('A'),
            query: anyText,
            legend: anyText,
            disabled: oneOf(false),
          }),
        }),
        1,
      ),
    }),
    selectedQueryName: oneOf('A'),
    'alertOnAbsent?': oneOf(true),
    'absentFor?': anyNumber,
    thresholds: object({
      kind: oneOf('basic'),
      spec: list(
        object({
          name: oneOf('critical', 'warning'),
          target: anyNumber,
          op: oneOf('1', '2'),
          matchType: oneOf('1', '2', '3', '4', '5'),
          channels: list(anyText),
        }),
        1,
      ),
    }),
  }),
  evaluation: object({
    kind: oneOf('rolling'),
    spec: object({ evalWindow: matching(DURATION), frequency: matching(DURATION) }),
  }),
  notificationSettings: object({
    groupBy: list(anyText),
    renotify: object({
      enabled: oneOf(true, false),
      interval: matching(DURATION),
      alertStates: list(oneOf('firing', 'nodata')),
    }),
    usePolicy: oneOf(true, false),
  }),
  labels: map(LABEL, anyText),
  annotations: map(LABEL, anyText),
});
