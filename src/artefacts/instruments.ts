import type { Manifest, ManifestAttribute, ManifestInstrument } from '../declare/index.js';
import type { SloOf } from './questions.js';

/** The instruments of all registries by their exported name; of one that two declare, the first. */
export function instrumentsByName(
  manifests: readonly Manifest[],
): ReadonlyMap<string, ManifestInstrument> {
  const byName = new Map<string, ManifestInstrument>();
  for (const instrument of manifests.flatMap(({ instruments }) => instruments)) {
    if (!byName.has(instrument.name)) byName.set(instrument.name, instrument);
  }
  return byName;
}

/** The objectives of all registries, each with its histogram. */
export function slosOf(manifests: readonly Manifest[]): readonly SloOf[] {
  return manifests.flatMap(({ scope, slos, instruments }) =>
    slos.flatMap((slo) => {
      const instrument = instruments.find(({ property }) => property === slo.instrument);
      return instrument === undefined ? [] : [{ scope: scope.name, slo, instrument }];
    }),
  );
}

/** Attributes that tell most about an instrument of the standard registry, the best ones first. */
const TELLING = [
  'http.route',
  'gen_ai.tool.name',
  'gen_ai.workflow.name',
  'gen_ai.agent.name',
  'gen_ai.request.model',
  'db.collection.name',
  'db.client.connection.pool.name',
  'server.address',
  'job.type',
] as const;

/**
 * The attribute by which an instrument is looked at first: one that is known to tell most, or the first
 * whose values are declared, or the first that is not a request's context; `undefined` for none.
 */
export function mainAttribute({ attributes }: ManifestInstrument): string | undefined {
  const own = attributes.filter(({ fromContext }) => !fromContext);
  const known = TELLING.find((key) => own.some((attribute) => attribute.key === key));
  const isClosed = ({ type }: ManifestAttribute) => type === 'oneOf' || type === 'boolean';
  return known ?? (own.find(isClosed) ?? own[0])?.key;
}

export function hasAttribute({ attributes }: ManifestInstrument, key: string): boolean {
  return attributes.some((attribute) => attribute.key === key);
}

export function isHistogram({ kind }: ManifestInstrument): boolean {
  return kind === 'histogram';
}

export function isCounter({ kind }: ManifestInstrument): boolean {
  return kind === 'counter' || kind === 'observableCounter';
}
