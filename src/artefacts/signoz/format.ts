/*
 * SigNoz' import format, as much of it as is used here.
 *
 * Dashboards: schemaVersion "v6", which SigNoz reads from version 0.135 on ("Dashboards V2 API"; the
 * types of its pkg/types/dashboardtypes; the newest dashboards of the repository SigNoz/dashboards).
 * Rules: schemaVersion "v2alpha1" with queries of version "v5", `POST /api/v2/rules`, from version 0.133
 * on (the types of its pkg/types/ruletypes).
 */

/** One series out of a metric, put together over time and then over series. */
export interface BuilderQuery {
  readonly name: string;
  readonly signal: 'metrics';
  readonly aggregations: readonly [
    {
      readonly metricName: string;
      /** Empty where SigNoz decides, which is for percentiles. */
      readonly timeAggregation: '' | 'rate' | 'increase' | 'latest';
      readonly spaceAggregation: 'sum' | 'max' | 'min' | Percentile;
      /** What a number or a table makes of the steps. */
      readonly reduceTo: 'sum' | 'avg' | 'last';
    },
  ];
  readonly filter: { readonly expression: string };
  readonly groupBy: readonly {
    readonly name: string;
    readonly fieldContext: 'attribute';
    readonly fieldDataType: 'string';
    readonly signal: 'metrics';
  }[];
  readonly legend: string;
  /** True for what only a formula reads. */
  readonly disabled: boolean;
  /** Seconds; SigNoz chooses without it. */
  readonly stepInterval?: number;
}

export type Percentile = 'p50' | 'p75' | 'p90' | 'p95' | 'p99';

/** Arithmetic on queries by their names: `A / B`. */
export interface FormulaQuery {
  readonly name: string;
  readonly expression: string;
  readonly legend: string;
  readonly disabled: boolean;
}

export type QueryEnvelope =
  | { readonly type: 'builder_query'; readonly spec: BuilderQuery }
  | { readonly type: 'builder_formula'; readonly spec: FormulaQuery };

export interface PanelJson {
  readonly kind: 'Panel';
  readonly spec: {
    readonly display: Display;
    readonly plugin: PanelPlugin;
    readonly queries: readonly [
      {
        readonly kind: 'time_series' | 'scalar';
        readonly spec: {
          readonly plugin: {
            readonly kind: 'signoz/CompositeQuery';
            readonly spec: { readonly queries: readonly QueryEnvelope[] };
          };
        };
      },
    ];
  };
}

export type PanelPlugin =
  | {
      readonly kind: 'signoz/TimeSeriesPanel' | 'signoz/NumberPanel';
      readonly spec: {
        readonly visualization: { readonly timePreference: string };
        readonly formatting: Formatting;
      };
    }
  | {
      readonly kind: 'signoz/BarChartPanel';
      readonly spec: {
        readonly visualization: {
          readonly timePreference: string;
          readonly stackedBarChart: boolean;
        };
        readonly formatting: Formatting;
      };
    }
  | {
      readonly kind: 'signoz/TablePanel';
      readonly spec: {
        readonly visualization: { readonly timePreference: string };
        readonly formatting: {
          readonly columnUnits: Readonly<Record<string, string>>;
          readonly decimalPrecision: string;
        };
      };
    };

interface Formatting {
  readonly unit: string;
  readonly decimalPrecision: string;
}

/** A name has at most 128 characters. */
export interface Display {
  readonly name: string;
  readonly description: string;
}

export interface VariableJson {
  readonly kind: 'ListVariable';
  readonly spec: {
    readonly name: string;
    readonly display: Display;
    readonly allowAllValue: boolean;
    readonly allowMultiple: boolean;
    readonly sort: 'alphabetical-asc';
    readonly plugin: {
      readonly kind: 'signoz/DynamicVariable';
      /** The attribute whose values are the choices. */
      readonly spec: { readonly name: string; readonly signal: 'metrics' };
    };
  };
}

/** A section of the dashboard; 12 columns. */
export interface LayoutJson {
  readonly kind: 'Grid';
  readonly spec: {
    readonly display: { readonly title: string; readonly collapse: { readonly open: boolean } };
    readonly items: readonly {
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly content: { readonly $ref: string };
    }[];
  };
}

export interface DashboardJson {
  readonly schemaVersion: 'v6';
  readonly generateName: true;
  readonly image: '';
  readonly tags: readonly { readonly key: string; readonly value: string }[];
  readonly spec: {
    readonly display: Display;
    readonly variables: readonly VariableJson[];
    readonly panels: Readonly<Record<string, PanelJson>>;
    readonly layouts: readonly LayoutJson[];
  };
}

/** One rule; texts of labels and annotations are Go templates. */
export interface RuleJson {
  readonly alert: string;
  readonly alertType: 'METRIC_BASED_ALERT';
  readonly ruleType: 'promql_rule';
  readonly description: string;
  readonly version: 'v5';
  readonly schemaVersion: 'v2alpha1';
  readonly disabled: false;
  readonly condition: {
    readonly compositeQuery: {
      readonly queryType: 'promql';
      readonly panelType: 'graph';
      readonly queries: readonly [
        {
          readonly type: 'promql';
          readonly spec: {
            readonly name: 'A';
            readonly query: string;
            readonly legend: string;
            readonly disabled: false;
          };
        },
      ];
    };
    readonly selectedQueryName: 'A';
    readonly alertOnAbsent?: true;
    /** Minutes. */
    readonly absentFor?: number;
    readonly thresholds: {
      readonly kind: 'basic';
      readonly spec: readonly [
        {
          readonly name: 'critical' | 'warning';
          readonly target: number;
          /** 1: above; 2: below. */
          readonly op: '1' | '2';
          /** 5: the last point. */
          readonly matchType: '5';
          readonly channels: readonly string[];
        },
      ];
    };
  };
  readonly evaluation: {
    readonly kind: 'rolling';
    readonly spec: { readonly evalWindow: string; readonly frequency: string };
  };
  readonly notificationSettings: {
    readonly groupBy: readonly string[];
    readonly renotify: {
      readonly enabled: true;
      readonly interval: string;
      readonly alertStates: readonly ('firing' | 'nodata')[];
    };
    readonly usePolicy: false;
  };
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
