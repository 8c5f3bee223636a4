import type {
  Dashboard as SdkDashboard,
  FieldConfig as SdkFieldConfig,
  FieldConfigSource as SdkFieldConfigSource,
  Panel as SdkPanel,
  RowPanel as SdkRowPanel,
  VariableModel as SdkVariable,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type {
  FieldConfig as HeatmapField,
  Options as HeatmapOptions,
} from '@grafana/grafana-foundation-sdk/heatmap';
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus';
import type { Options as StatOptions } from '@grafana/grafana-foundation-sdk/stat';
import type {
  FieldConfig as TableField,
  Options as TableOptions,
} from '@grafana/grafana-foundation-sdk/table';
import type {
  FieldConfig as TimeSeriesField,
  Options as TimeSeriesOptions,
} from '@grafana/grafana-foundation-sdk/timeseries';

/*
 * Dashboards are literals, checked against the types of Grafana's own SDK. Its builders are CommonJS that
 * refer to one another: any one of them brings 950 kB into the bundle, the types bring nothing.
 */

/**
 * A type of the SDK as JSON: each member of an enum may be written as its value, and methods are left out.
 *
 * `Plain<{ mode: TooltipDisplayMode }>` is `{ readonly mode: 'single' | 'multi' | 'none' }`.
 */
export type Plain<T> = T extends string
  ? `${T}`
  : T extends number
    ? number extends T
      ? number
      : `${T}` extends `${infer Value extends number}`
        ? Value
        : T
    : T extends readonly (infer Item)[]
      ? readonly Plain<Item>[]
      : T extends object
        ? { readonly [Key in keyof T as T[Key] extends () => void ? never : Key]: Plain<T[Key]> }
        : T;

/** What a data source is asked. */
export type PrometheusTarget = Plain<Dataquery>;

/** A query of the data source for ClickHouse, which the SDK does not know. */
export interface ClickHouseTarget {
  readonly refId: string;
  readonly datasource: { readonly type: string; readonly uid: string };
  readonly editorType: 'sql';
  readonly queryType: 'timeseries' | 'table';
  /** 0: time series, 1: table. */
  readonly format: 0 | 1;
  readonly rawSql: string;
}

export type Target = PrometheusTarget | ClickHouseTarget;

/** What differs from one kind of panel to another. */
export type Visualization =
  | Visualized<'timeseries', TimeSeriesOptions, TimeSeriesField>
  | Visualized<'stat', StatOptions, object>
  | Visualized<'table', TableOptions, TableField>
  | Visualized<'heatmap', HeatmapOptions, HeatmapField>;

interface Visualized<Type extends string, Options, Custom> {
  readonly type: Type;
  readonly options: Plain<Options>;
  readonly fieldConfig: Plain<Omit<SdkFieldConfigSource, 'defaults'>> & {
    readonly defaults: Plain<Omit<SdkFieldConfig, 'custom'>> & { readonly custom?: Plain<Custom> };
  };
}

export type PanelJson = Plain<Omit<SdkPanel, 'type' | 'options' | 'fieldConfig' | 'targets'>> &
  Visualization & { readonly targets: readonly Target[] };

export type RowJson = Plain<Omit<SdkRowPanel, 'panels'>> & {
  readonly panels: readonly PanelJson[];
};

export type VariableJson = Plain<SdkVariable>;

export type DashboardJson = Plain<Omit<SdkDashboard, 'panels'>> & {
  readonly panels: readonly (PanelJson | RowJson)[];
};
