import type { Manifest, ManifestInstrument } from '../../../declare/index.js';
import { type PrometheusNaming, prometheusLabel, prometheusName } from '../../prometheus-names.js';
import { eachInstrument, type Finding, type Rule } from '../finding.js';

const RULE = 'prometheus-collision';

interface Owner {
  readonly scope: string;
  readonly instrument: ManifestInstrument;
}

/**
 * Instruments that Prometheus cannot tell apart: names that differ in a dot alone, a counter
 * with the name of a histogram's `_count`, one name of two kinds or units in two registries. What one
 * writes over, the other loses.
 */
export const prometheusCollision: Rule = (manifests) => {
  const found = NAMINGS.flatMap((naming) => collisions(manifests, naming));
  const key = (it: Finding) => JSON.stringify([it.scope, it.instrument]);
  return [...new Map(found.reverse().map((it) => [key(it), it])).values()].reverse();
};

/** By the Collector, and by the scrape endpoint: nobody mixes the two in one Prometheus. */
const NAMINGS: readonly PrometheusNaming[] = ['suffixed', 'plain'];

function collisions(manifests: readonly Manifest[], naming: PrometheusNaming): readonly Finding[] {
  const found: Finding[] = [];
  const owners = new Map<string, Owner>();
  for (const { scope, instruments } of manifests) {
    for (const instrument of instruments.flatMap(withFormerName)) {
      const owner = { scope: scope.name, instrument };
      for (const series of seriesNames(instrument, naming)) {
        const other = owners.get(series);
        if (other === undefined) owners.set(series, owner);
        else if (isConflict(other, owner)) {
          found.push({
            rule: RULE,
            severity: 'error',
            scope: scope.name,
            instrument: instrument.name,
            message: `Prometheus calls it "${series}", and "${other.instrument.name}" of the scope "${other.scope}" too.`,
            fix: 'Rename one of the two.',
          });
          break;
        }
      }
    }
  }
  return found;
}

/** Attributes of one instrument that become one label, whose values Prometheus puts together. */
export const labelCollision = eachInstrument('label-collision', ({ attributes }) => {
  const byLabel = new Map<string, string>();
  return attributes.flatMap(({ key }) => {
    const label = prometheusLabel(key);
    const other = byLabel.get(label);
    byLabel.set(label, other ?? key);
    if (other === undefined) return [];
    return [
      {
        severity: 'error',
        message: `The attributes ${JSON.stringify(other)} and ${JSON.stringify(key)} are one label, "${label}", in Prometheus.`,
        fix: 'Rename one of the two.',
      },
    ];
  });
});

/** The same name twice is one only where the data differ: scopes tell the series apart. */
function isConflict(one: Owner, other: Owner): boolean {
  const [a, b] = [one.instrument, other.instrument];
  if (a === b) return false;
  return a.name !== b.name || a.kind !== b.kind || a.unit !== b.unit || one.scope === other.scope;
}

/** Every metric name that its series have. */
function seriesNames(instrument: ManifestInstrument, naming: PrometheusNaming): readonly string[] {
  const name = prometheusName(instrument, naming);
  if (instrument.kind !== 'histogram') return [name];
  return [name, `${name}_count`, `${name}_sum`, `${name}_bucket`];
}

function withFormerName(instrument: ManifestInstrument): readonly ManifestInstrument[] {
  const { renamedFrom } = instrument;
  if (renamedFrom === undefined) return [instrument];
  const { name, unit = instrument.unit } = renamedFrom;
  return [instrument, { ...instrument, name, unit }];
}
