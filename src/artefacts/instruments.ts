import type { Manifest, ManifestAttribute, ManifestInstrument } from '../declare/index.js';
import { MeterbookError, show } from '../errors.js';
import { checkInstrument, checkManifests } from './check-arguments.js';
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

/**
 * The objectives of all registries, each with its histogram. Throws `INVALID_SLO` for two of one name in
 * registries of one scope: what is recorded for them would be mixed up.
 */
export function slosOf(manifests: readonly Manifest[]): readonly SloOf[] {
  checkManifests(manifests, 'slosOf()');
  const found = new Map<string, SloOf>();
  for (const { scope, slos, instruments } of manifests) {
    for (const slo of slos) {
      const instrument = instruments.find(({ property }) => property === slo.instrument);
      if (instrument === undefined) continue;
      const key = JSON.stringify([scope.name, slo.name]);
      if (found.has(key)) {
        throw new MeterbookError('INVALID_SLO', {
          cause: `Two registries of the scope ${show(scope.name)} have an SLO "${slo.name}".`,
          fix: 'Rename one of the two, or give their registries different scopes.',
        });
      }
      found.set(key, { scope: scope.name, slo, instrument });
    }
  }
  return [...found.values()];
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

/** Words of the conventions for what is a part of a whole. */
const SHARES = /(^|[._])(utilization|ratio)($|[._])/;

/** Whether the values are shares of a whole, 0 to 1, which people read in per cent. */
export function isShare(instrument: Pick<ManifestInstrument, 'name' | 'unit'>): boolean {
  checkInstrument(instrument, 'isShare()', ['name', 'unit']);
  return instrument.unit === '1' && SHARES.test(instrument.name);
}
