import type { Manifest, ManifestInstrument } from '../../declare/index.js';
import type { Instrument, Store } from '../store/index.js';

/**
 * What has been received, as a registry would declare it: the plans of dashboards are made from that. What a
 * registry declares itself goes before.
 */
export function manifestsOf(store: Store, declared: readonly Manifest[]): readonly Manifest[] {
  const names = new Set(declared.flatMap(({ instruments }) => instruments.map(({ name }) => name)));
  const seen = new Map<string, ManifestInstrument>();
  for (const instrument of store.instruments) {
    if (names.has(instrument.name) || instrument.type === 'summary') continue;
    const other = seen.get(instrument.name);
    const own = inferred(instrument);
    seen.set(
      instrument.name,
      other === undefined ? own : { ...own, attributes: union(own, other) },
    );
  }
  const received: Manifest = {
    manifestVersion: 1,
    scope: { name: 'received', version: '' },
    instruments: [...seen.values()],
    slos: [],
  };
  return [...declared.map((manifest) => withSeen(manifest, store)), received];
}

/** Declared instruments that have been received: of the others there is nothing to show. */
function withSeen(manifest: Manifest, store: Store): Manifest {
  const received = new Set(store.instruments.map(({ name }) => name));
  const instruments = manifest.instruments.filter(({ name }) => received.has(name));
  const properties = new Set(instruments.map(({ property }) => property));
  return {
    ...manifest,
    instruments,
    slos: manifest.slos.filter(({ instrument }) => properties.has(instrument)),
  };
}

/**
 * An instrument as a registry would declare it. A summary is a histogram without buckets: its percentiles are
 * those of one process each, which nobody can add up.
 */
export function inferred(instrument: Instrument): ManifestInstrument {
  const { name, unit, description, type, values, bounds } = instrument;
  return {
    property: name,
    name,
    kind: type === 'summary' ? 'histogram' : type,
    unit,
    description,
    attributes: [...values.keys()].map((key) => ({
      key,
      type: 'string',
      optional: true,
      fromContext: isContext(key),
    })),
    ...(type === 'summary' && { boundaries: [] }),
    ...(type === 'histogram' && bounds !== undefined && { boundaries: bounds }),
    maxSeries: 2_000,
    worstCaseSeries: instrument.series.size,
  };
}

/** Attributes that tell whom a request was for rather than what it was: breakdowns of their own. */
function isContext(key: string): boolean {
  return /^(organization|project|tenant|user|session|customer|account)\.(id|name)$/.test(key);
}

function union(a: ManifestInstrument, b: ManifestInstrument): ManifestInstrument['attributes'] {
  const keys = new Set(a.attributes.map(({ key }) => key));
  return [...a.attributes, ...b.attributes.filter(({ key }) => !keys.has(key))];
}
