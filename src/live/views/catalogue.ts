import { instrumentPlan } from '../../artefacts/index.js';
import type { Manifest, ManifestInstrument } from '../../declare/index.js';
import type { BoardRow, Catalogue, InstrumentView } from '../protocol.js';
import type { Instrument, Store } from '../store/index.js';
import { rateAt } from './aggregate.js';
import type { Answerer } from './answers.js';
import { inferred } from './manifest.js';
import { cardinality, exemplars } from './overview/state.js';
import { boardRows, type PanelContext, rounded } from './panels.js';

/** Every instrument that has been received. */
export function catalogue(answerer: Answerer, store: Store): Catalogue {
  const { services } = answerer.picked;
  return {
    kind: 'catalogue',
    instruments: store.instruments
      .filter((it) => services.length === 0 || it.services.some((name) => services.includes(name)))
      .sort((a, b) => a.name.localeCompare(b.name))
      .map((instrument) => ({
        name: instrument.name,
        type: instrument.type,
        unit: instrument.unit,
        description: instrument.description,
        scope: instrument.scope,
        services: instrument.services,
        attributes: [...instrument.values.keys()].sort(),
        series: instrument.series.size,
        temporality: temporalityOf(instrument),
        lastSeen: instrument.lastSeen,
        trend: trendOf(instrument, answerer),
      })),
  };
}

function temporalityOf({ temporalities }: Instrument): 'delta' | 'cumulative' | 'mixed' | 'none' {
  if (temporalities.size > 1) return 'mixed';
  return [...temporalities][0] ?? 'none';
}

function trendOf(
  { name, type, isLevel }: Instrument,
  answerer: Answerer,
): readonly (number | null)[] {
  if (isLevel) {
    const across = type === 'gauge' ? 'max' : 'sum';
    return answerer.levels(name, across)[0]?.values.map(rounded) ?? [];
  }
  const [group] = answerer.grouped(name);
  return group === undefined
    ? []
    : Array.from(group.counts, (_, i) => rounded(rateAt(group, 'counts', i, answerer.span)));
}

/** What one instrument's view is made from. */
export interface InstrumentInput {
  readonly name: string;
  readonly store: Store;
  readonly answerer: Answerer;
  readonly manifests: readonly Manifest[];
  readonly context: PanelContext;
  readonly traceUrl?: string | undefined;
}

/** One instrument in full: everything that a dashboard would ask of it, and by each of its attributes. */
export function instrumentView(input: InstrumentInput): InstrumentView {
  const { name, store, answerer, context, traceUrl } = input;
  const all = answerer.instruments(name);
  const [instrument] = all;
  if (instrument === undefined) return { ...UNKNOWN, name, empty: unknown(name) };
  const declared = input.manifests
    .flatMap(({ instruments }) => instruments)
    .find((it) => it.name === name);
  const note = noteOf(instrument);
  const rows = rowsOf(declared ?? inferred(instrument), context);
  const [series] = cardinality(answerer, store, name);
  return {
    kind: 'instrument',
    name,
    type: instrument.type,
    unit: instrument.unit,
    description: declared?.description || instrument.description,
    scope: instrument.scope,
    services: [...new Set(all.flatMap(({ services }) => services))],
    attributes: [...instrument.values].map(([key, values]) => ({ key, values: values.size })),
    series: all.reduce((sum, it) => sum + it.series.size, 0),
    rows: instrument.type === 'summary' ? rows.map(withoutSql) : rows,
    exemplars: exemplars(all, traceUrl),
    ...(series !== undefined && { cardinality: series }),
    ...(note !== undefined && { note }),
    ...(rows.length === 0 && { empty: `Nothing of ${name} was measured in this time.` }),
  };
}

/** What is told apart by another attribute than its title says would be misleading. */
function rowsOf(instrument: ManifestInstrument, context: PanelContext): readonly BoardRow[] {
  const [whole, ...byAttributes] = instrumentPlan(instrument).rows;
  return [
    ...boardRows(instrument.name, whole === undefined ? [] : [whole], context),
    ...boardRows(instrument.name, byAttributes, { ...context, by: undefined }),
  ];
}

const NO_QUANTILES =
  'A summary has no percentiles here: each process computes its own before it sends, and those of several cannot be merged. Send a histogram to see them.';
const NO_BUCKETS = 'A histogram without buckets has a count and a mean, and no percentiles.';

function noteOf({ type, bounds }: Instrument): string | undefined {
  if (type === 'summary') return NO_QUANTILES;
  return type === 'histogram' && bounds?.length === 0 ? NO_BUCKETS : undefined;
}

/** ClickHouse has summaries in a table of their own, which the queries do not know. */
function withoutSql(row: BoardRow): BoardRow {
  const panels = row.panels.map((it) => ({ ...it, queries: { ...it.queries, sql: [] } }));
  return { ...row, panels };
}

const UNKNOWN = {
  kind: 'instrument',
  type: '',
  unit: '',
  description: '',
  scope: '',
  services: [],
  attributes: [],
  series: 0,
  rows: [],
  exemplars: [],
} as const;

function unknown(name: string): string {
  return `No service has sent ${name || 'an instrument of that name'}. The catalogue lists what has come.`;
}
