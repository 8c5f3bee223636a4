import type {
  InstrumentKind,
  Manifest,
  ManifestAttribute,
  ManifestInstrument,
} from '../../declare/index.js';

/** Weaver knows the synchronous kinds: how a value is got is no part of a convention. */
const INSTRUMENTS: Readonly<Record<InstrumentKind, string>> = {
  counter: 'counter',
  observableCounter: 'counter',
  upDownCounter: 'updowncounter',
  observableUpDownCounter: 'updowncounter',
  gauge: 'gauge',
  observableGauge: 'gauge',
  histogram: 'histogram',
};

/** Every instrument as a metric. One that two registries declare is there once, as the first has it. */
export function metricGroups(
  manifests: readonly Manifest[],
): readonly Readonly<Record<string, unknown>>[] {
  const byName = new Map<string, ManifestInstrument>();
  for (const it of manifests.flatMap(({ instruments }) => instruments)) {
    if (!byName.has(it.name)) byName.set(it.name, it);
  }
  return [...byName.values()].flatMap((it) =>
    it.renamedFrom === undefined ? [metricGroup(it)] : [metricGroup(it), formerGroup(it)],
  );
}

/** The former name of an instrument: a metric that is deprecated. */
function formerGroup(instrument: ManifestInstrument): Readonly<Record<string, unknown>> {
  const { name, unit, renamedFrom } = instrument;
  const former = {
    ...instrument,
    name: renamedFrom?.name ?? name,
    unit: renamedFrom?.unit ?? unit,
  };
  const note = `Exported under both names until ${renamedFrom?.until}.`;
  return {
    ...metricGroup(former),
    deprecated: { reason: 'renamed', renamed_to: name, note },
    annotations: { meterbook: { kind: instrument.kind } },
  };
}

function metricGroup(instrument: ManifestInstrument): Readonly<Record<string, unknown>> {
  const { name, kind, unit, description, attributes } = instrument;
  return {
    id: `metric.${name}`,
    type: 'metric',
    metric_name: name,
    stability: 'development',
    brief: description === '' ? name : description,
    instrument: INSTRUMENTS[kind],
    unit,
    ...(attributes.length > 0 && { attributes: attributes.map(reference) }),
    annotations: { meterbook: annotation(instrument) },
  };
}

function reference(attribute: ManifestAttribute): Readonly<Record<string, unknown>> {
  const { key, optional, values, maxValues, fromContext } = attribute;
  const bound = {
    ...(values !== undefined && { values: [...values] }),
    ...(maxValues !== undefined && { max_values: maxValues }),
    ...(fromContext && { from_context: true }),
  };
  return {
    ref: key,
    requirement_level: optional ? 'recommended' : 'required',
    ...(Object.keys(bound).length > 0 && { annotations: { meterbook: bound } }),
  };
}

function annotation(instrument: ManifestInstrument): Readonly<Record<string, unknown>> {
  const { kind, boundaries, base2MaxSize, maxSeries, idleSeconds, sampleOneIn } = instrument;
  return {
    kind,
    ...(boundaries !== undefined && { boundaries: [...boundaries] }),
    ...(base2MaxSize !== undefined && { base2_max_size: base2MaxSize }),
    max_series: maxSeries,
    ...(idleSeconds !== undefined && { idle_seconds: idleSeconds }),
    ...(sampleOneIn !== undefined && { sample_one_in: sampleOneIn }),
  };
}
