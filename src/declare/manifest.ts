import type { AttributeType } from './attributes.js';
import type { InstrumentDeclaration, InstrumentKind } from './instruments.js';
import type { RegistryDeclaration, Scope } from './registry.js';
import type { SloDeclaration } from './slo.js';

/** One attribute in the manifest. */
export interface ManifestAttribute {
  readonly key: string;
  readonly type: AttributeType;
  readonly values?: readonly string[];
  readonly maxValues?: number;
  readonly optional: boolean;
  readonly fromContext: boolean;
}

/** One instrument in the manifest. */
export interface ManifestInstrument {
  /** Property name in the registry. */
  readonly property: string;
  readonly name: string;
  readonly kind: InstrumentKind;
  readonly unit: string;
  readonly description: string;
  readonly attributes: readonly ManifestAttribute[];
  /** Upper bounds of explicit buckets, in `unit`. */
  readonly boundaries?: readonly number[];
  /** Most buckets of a base-2 exponential histogram. */
  readonly base2MaxSize?: number;
  readonly maxSeries: number;
  readonly idleSeconds?: number;
  readonly sampleOneIn?: number;
  readonly seedZero?: boolean;
  /** The name that it had, under which it is exported too until that day (UTC) has ended. */
  readonly renamedFrom?: {
    readonly name: string;
    readonly until: string;
    readonly unit?: string;
    readonly factor?: number;
  };
  /** Most series that can exist, by the bounds declared and `maxSeries`, overflow series included. */
  readonly worstCaseSeries: number;
}

/** A registry as plain JSON: the one input of every generator. */
export interface Manifest {
  /** Version of this format. */
  readonly manifestVersion: 1;
  readonly scope: Scope;
  readonly instruments: readonly ManifestInstrument[];
  readonly slos: readonly (SloDeclaration & { readonly name: string })[];
}

/** The declaration as plain JSON, in declared order. `JSON.parse(JSON.stringify(m))` equals `m`. */
export function toManifest(declaration: RegistryDeclaration): Manifest {
  return {
    manifestVersion: 1,
    scope: { ...declaration.scope },
    instruments: Object.entries(declaration.instruments).map(([property, it]) =>
      toInstrument(property, it),
    ),
    slos: Object.entries(declaration.slos).map(([name, slo]) => toSlo(name, slo)),
  };
}

function toSlo(name: string, slo: SloDeclaration): Manifest['slos'][number] {
  const { instrument, objective, threshold, window, description } = slo;
  return {
    name,
    instrument,
    objective,
    threshold,
    window,
    ...(description !== undefined && { description }),
  };
}

function toInstrument(property: string, it: InstrumentDeclaration): ManifestInstrument {
  return {
    property,
    name: it.name,
    kind: it.kind,
    unit: it.unit,
    description: it.description,
    attributes: Object.entries(it.attributes).map(([key, a]) => ({
      key,
      type: a.type,
      ...(a.type === 'oneOf' && { values: [...a.values] }),
      ...(a.maxValues !== undefined && { maxValues: a.maxValues }),
      optional: a.isOptional,
      fromContext: a.isFromContext,
    })),
    ...(it.buckets?.type === 'explicit' && { boundaries: [...it.buckets.boundaries] }),
    ...(it.buckets?.type === 'base2' && { base2MaxSize: it.buckets.maxSize }),
    maxSeries: it.maxSeries,
    ...(it.idleSeconds !== undefined && { idleSeconds: it.idleSeconds }),
    ...(it.sampleOneIn !== 1 && { sampleOneIn: it.sampleOneIn }),
    ...(it.seedZero && { seedZero: true }),
    ...(it.renamedFrom !== undefined && { renamedFrom: { ...it.renamedFrom } }),
    worstCaseSeries: worstCaseSeries(it),
  };
}

/** The product of what each attribute can be, at most `maxSeries` and the overflow series. */
function worstCaseSeries({ attributes, maxSeries }: InstrumentDeclaration): number {
  let product = 1;
  for (const a of Object.values(attributes)) {
    // "_OTHER" is a value more than maxValues, and so is being absent.
    const open = a.maxValues === undefined ? Number.POSITIVE_INFINITY : a.maxValues + 1;
    const values = a.type === 'boolean' ? 2 : a.type === 'oneOf' ? a.values.length : open;
    product *= values + (a.isOptional ? 1 : 0);
  }
  return product <= maxSeries ? product : maxSeries + 1;
}
