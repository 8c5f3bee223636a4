/**
 * What the live view's page asks the server for, and what it is answered: plain JSON, known to both
 * sides. Times are milliseconds since the Unix epoch. Text comes from whoever sends metrics: it is shown as text,
 * never as markup.
 */

/** One attribute value that what is shown must have. */
export interface Filter {
  readonly key: string;
  /** As text, whatever type it was sent with. */
  readonly value: string;
}

/**
 * One view of one span of time, narrowed down. In a query string:
 * `view=instrument&range=300&service=shop&where=http.route%3D%2Fchat&by=http.route&instrument=job.duration`.
 */
export interface Asking {
  /** `overview`, `catalogue`, `instrument`, or the purpose of a plan: `service`, `models`, `slos`, … */
  readonly view: string;
  /** Length of the span, in seconds. Default 300. */
  readonly rangeSeconds: number;
  /** End of the span; left out: now, and on and on. */
  readonly to?: number | undefined;
  /** `service.name`s; none: all of them. */
  readonly services: readonly string[];
  /** All of them must hold, for instruments that have the attribute. Two of one key: either value. */
  readonly filters: readonly Filter[];
  /** The attribute by which things are told apart, where it differs from the panel's own. */
  readonly by?: string | undefined;
  /** The exported name, for the view `instrument`. */
  readonly instrument?: string | undefined;
}

/** The answer to an {@link Asking}. One event of the stream each time that there is something new. */
export interface Answer {
  /** When it was computed. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
  /** Length of a step of the graphs, in milliseconds. */
  readonly stepMillis: number;
  /** Ends of the steps, in milliseconds: what every line's `values` are at. */
  readonly times: readonly number[];
  /** Why there are fewer of them than usual: the history of this time is kept coarser. */
  readonly note?: string | undefined;
  /** The views that there are something to show in, in the order of the menu. */
  readonly views: readonly { readonly view: string; readonly title: string }[];
  /** Everybody who has sent anything. */
  readonly services: readonly ServiceState[];
  /** Attributes to filter and to break down by, with their values seen. */
  readonly attributes: readonly { readonly key: string; readonly values: readonly string[] }[];
  readonly history: History;
  readonly shown: Overview | Catalogue | InstrumentView | Board;
}

/** What is kept, and how much of it. */
export interface History {
  readonly oldest: number | undefined;
  readonly series: number;
  readonly bytes: number;
  readonly maxBytes: number;
  readonly maxSeconds: number;
  /** Points taken in the last minute. */
  readonly pointsPerMinute: number;
  /** Requests that were refused since the start, by reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** Points left out since the start, by reason: too many series, malformed. */
  readonly dropped: Readonly<Record<string, number>>;
}

export interface ServiceState {
  readonly name: string;
  readonly instances: number;
  /** `telemetry.sdk.language` and name: `nodejs`, `python`, `go`. */
  readonly language?: string | undefined;
  readonly lastSeen: number;
  /** No news for longer than three of its intervals. */
  readonly isSilent: boolean;
}

/** `warning` and `problem` are told by a word and a shape too, never by colour alone. */
export type Level = 'good' | 'warning' | 'problem';

/** One thing worth knowing, the worst first. */
export interface Finding {
  readonly level: Level;
  /** `POST /chat fails 12 % of its requests` */
  readonly text: string;
  /** Where to look further. */
  readonly see?: Partial<Asking> | undefined;
}

/** Rate, errors and durations of one endpoint, model, tool or job type. */
export interface GroupRow {
  /** `POST /chat`, `m-large` */
  readonly name: string;
  /** Conditions that hold for it alone, to filter by on a click. */
  readonly filters: readonly Filter[];
  /** Measurements in the span, and per second. */
  readonly count: number;
  readonly perSecond: number;
  /** Share that failed (`error.type` is set), 0 to 1; left out where nothing tells. */
  readonly errors?: number | undefined;
  /** In `unit` of the table; left out where there was nothing. */
  readonly p50?: number | undefined;
  readonly p90?: number | undefined;
  readonly p95?: number | undefined;
  readonly p99?: number | undefined;
  /** Sum over sum: the share of the time that passed before the first token or byte, 0 to 1. */
  readonly firstShare?: number | undefined;
  /** P50 and P95 up to the first token or byte. */
  readonly firstP50?: number | undefined;
  readonly firstP95?: number | undefined;
  /** P95 of each step, for the little line. */
  readonly trend: readonly (number | null)[];
  /** The slowest of the table by the share of all time spent, and slow enough to say so. */
  readonly isBottleneck: boolean;
}

/** `endpoints`, `models`, `jobs`, `tools`, `agents`. */
export interface GroupTable {
  readonly id: string;
  readonly title: string;
  /** What a row is: `Endpoint`. */
  readonly what: string;
  /** Of the durations: `s`. */
  readonly unit: string;
  /** The instrument that it is from, to link to. */
  readonly instrument: string;
  readonly rows: readonly GroupRow[];
  /** Rows left out, the smallest ones. */
  readonly more: number;
}

export interface SloState {
  readonly name: string;
  readonly scope: string;
  readonly description: string;
  readonly objective: number;
  readonly threshold: number;
  readonly unit: string;
  readonly instrument: string;
  readonly window: string;
  /** Share above the threshold over what is kept of the window; left out: no measurement. */
  readonly errors?: number | undefined;
  /** Share of the budget of the window left, below 0 overdrawn, over what is kept of it. */
  readonly budgetLeft?: number | undefined;
  /** By the alert's windows that history reaches into, the shortest first. */
  readonly burnRates: readonly { readonly seconds: number; readonly rate: number }[];
  readonly level: Level;
  /** `burns 14 × as fast as allowed`, or why nothing can be told. */
  readonly verdict: string;
}

export interface CardinalityRow {
  readonly instrument: string;
  readonly services: readonly string[];
  readonly series: number;
  /** A series with `otel.metric.overflow` was seen, or `meterbook.overflow` says so. */
  readonly isOverflowing: boolean;
  /** The attribute with the most values, and how many. */
  readonly attribute?: string | undefined;
  readonly values?: number | undefined;
  /** New values of it in the span. */
  readonly growth?: number | undefined;
}

/** Delivery of one service, as it tells by `meterbook.export.*` or `otel.sdk.*`. */
export interface ExporterRow {
  readonly service: string;
  readonly attempts: number;
  readonly failed: number;
  readonly heldPoints: number;
  readonly droppedPoints: number;
  readonly droppedMeasurements: number;
  readonly level: Level;
}

/** A measurement with the trace that it is from. */
export interface ExemplarRow {
  readonly instrument: string;
  readonly value: number;
  readonly unit: string;
  readonly at: number;
  /** Hexadecimal. */
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** From the option `--trace-url`, with the id put in. */
  readonly url?: string | undefined;
}

/** Is it healthy, and what is slow: without a click. */
export interface Overview {
  readonly kind: 'overview';
  readonly level: Level;
  /** What to do first where nothing has been received yet, or nothing in the span. */
  readonly empty?: string | undefined;
  readonly findings: readonly Finding[];
  /** Big numbers: requests per second, errors, P95, first token P95, tokens per second, cost. */
  readonly numbers: readonly {
    readonly title: string;
    readonly value: number | null;
    readonly unit: string;
    readonly trend: readonly (number | null)[];
  }[];
  readonly tables: readonly GroupTable[];
  readonly slos: readonly SloState[];
  /** Why there are no SLOs, and what to do. */
  readonly noSlos?: string | undefined;
  /** The latency heat map, first token against total, tokens, cost, pools, runtime. */
  readonly rows: readonly BoardRow[];
  readonly cardinality: readonly CardinalityRow[];
  readonly exporters: readonly ExporterRow[];
  readonly exemplars: readonly ExemplarRow[];
}

/** Every instrument seen. */
export interface Catalogue {
  readonly kind: 'catalogue';
  readonly empty?: string | undefined;
  readonly instruments: readonly {
    readonly name: string;
    /** `histogram`, `counter`, `upDownCounter`, `gauge`, `summary`. */
    readonly type: string;
    readonly unit: string;
    readonly description: string;
    readonly scope: string;
    readonly services: readonly string[];
    readonly attributes: readonly string[];
    readonly series: number;
    readonly temporality: 'delta' | 'cumulative' | 'mixed' | 'none';
    readonly lastSeen: number;
    /** Rate or level over the span. */
    readonly trend: readonly (number | null)[];
  }[];
}

/** One instrument in full. */
export interface InstrumentView {
  readonly kind: 'instrument';
  readonly empty?: string | undefined;
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  readonly description: string;
  /** What it cannot show, and why. */
  readonly note?: string | undefined;
  readonly scope: string;
  readonly services: readonly string[];
  readonly attributes: readonly { readonly key: string; readonly values: number }[];
  readonly series: number;
  readonly rows: readonly BoardRow[];
  readonly exemplars: readonly ExemplarRow[];
  readonly cardinality?: CardinalityRow | undefined;
}

/** A plan with its answers: what Grafana shows of it, answered from memory. */
export interface Board {
  readonly kind: 'board';
  readonly title: string;
  readonly description: string;
  readonly empty?: string | undefined;
  readonly rows: readonly BoardRow[];
}

export interface BoardRow {
  readonly title: string;
  readonly panels: readonly PanelData[];
}

/** A copyable query for each question of a panel. */
export interface PanelQueries {
  readonly promql: readonly string[];
  readonly sql: readonly string[];
}

interface AnyPanel {
  /** Stays the same from answer to answer, and in a deep link. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** In the vocabulary of a plan's panels (Grafana's): `s`, `reqps`, `percentunit`, `short`. */
  readonly unit: string;
  /** What the axis counts, where there is no such unit. */
  readonly axis?: string | undefined;
  readonly queries: PanelQueries;
  /** Its main instrument, to link to. */
  readonly instrument?: string | undefined;
  /** Why it is empty. */
  readonly empty?: string | undefined;
}

export interface Line {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** At `times` of the answer; `null`: nothing was measured. */
  readonly values: readonly (number | null)[];
}

export interface LinesPanel extends AnyPanel {
  readonly kind: 'lines' | 'stacked';
  /** At most 20, the largest. */
  readonly lines: readonly Line[];
  /** Lines left out. */
  readonly more: number;
}

export interface NumberPanel extends AnyPanel {
  readonly kind: 'number';
  readonly values: readonly { readonly name: string; readonly value: number | null }[];
}

export interface TablePanel extends AnyPanel {
  readonly kind: 'table';
  readonly columns: readonly { readonly name: string; readonly unit: string }[];
  readonly rows: readonly (readonly (string | number | null)[])[];
  readonly more: number;
}

export interface HeatmapPanel extends AnyPanel {
  readonly kind: 'heatmap';
  /** Upper bounds of the buckets, the last one left out: it has none. In the panel's unit. */
  readonly bounds: readonly number[];
  /** For each step, the count of each bucket: one more than `bounds`. */
  readonly counts: readonly (readonly number[])[];
}

export type PanelData = LinesPanel | NumberPanel | TablePanel | HeatmapPanel;
