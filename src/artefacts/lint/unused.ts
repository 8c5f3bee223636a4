import { type Manifest, type ManifestInstrument, OTHER } from '../../declare/index.js';
import { wrongArgument } from '../../errors.js';
import { checkManifests } from '../check-arguments.js';
import { prometheusLabel } from '../prometheus-names.js';
import type { Finding } from './finding.js';

/** What a backend has seen of one instrument: its labels, with their values where those were asked for. */
export type SeenLabels = ReadonlyMap<string, ReadonlySet<string>>;

/** The label of the series that holds what found no place (metrics SDK, "Overflow attribute"). */
const OVERFLOW = 'otel_metric_overflow';

/**
 * What is declared and what a Prometheus has never seen: instruments, attributes, values of `oneOf`.
 * An instrument with an overflow series is taken to use them all, since that series does not tell.
 *
 * @param seen by scope and name of the instrument; `undefined` for one that has no series
 */
export function unusedFindings(
  manifests: readonly Manifest[],
  seen: (scope: string, instrument: string) => SeenLabels | undefined,
): readonly Finding[] {
  checkManifests(manifests, 'unusedFindings()');
  if (typeof seen !== 'function') {
    const fix = 'Pass (scope, instrument) => its labels, or undefined where it has no series.';
    throw wrongArgument('unusedFindings()', seen, ' as seen', fix);
  }
  return manifests.flatMap(({ scope, instruments }) =>
    instruments.flatMap((instrument) => {
      const labels = seen(scope.name, instrument.name);
      const found =
        labels === undefined ? [NEVER] : labels.has(OVERFLOW) ? [] : unusedOf(instrument, labels);
      return found.map((it) => ({ ...it, scope: scope.name, instrument: instrument.name }));
    }),
  );
}

type Unused = Pick<Finding, 'rule' | 'severity' | 'message' | 'fix'>;

const NEVER: Unused = {
  rule: 'unused-instrument',
  severity: 'warning',
  message: 'It has never been seen.',
  fix: 'Record it, or take it out of the registry.',
};

function unusedOf({ attributes }: ManifestInstrument, labels: SeenLabels): readonly Unused[] {
  return attributes.flatMap(({ key, values = [] }): Unused[] => {
    const used = labels.get(prometheusLabel(key));
    if (used === undefined) {
      return [
        {
          rule: 'unused-attribute',
          severity: 'warning',
          message: `The attribute ${JSON.stringify(key)} has never been seen.`,
          fix: 'Pass it when recording, or take it out of the registry.',
        },
      ];
    }
    const unused = values.filter((value) => value !== OTHER && !used.has(value));
    if (unused.length === 0) return [];
    return [
      {
        rule: 'unused-value',
        severity: 'warning',
        message: `Values of ${JSON.stringify(key)} that have never been seen: ${unused.map((it) => JSON.stringify(it)).join(', ')}.`,
        fix: 'Take them out of the registry if they cannot occur any more.',
      },
    ];
  });
}
