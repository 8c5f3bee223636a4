import type { Manifest } from '../../declare/index.js';
import { wrongArgument } from '../../errors.js';
import { checkManifests } from '../check-arguments.js';
import type { Finding, LintOptions, Rule } from './finding.js';
import { missingDescription } from './rules/missing-description.js';
import { nameStyle } from './rules/name-style.js';
import { labelCollision, prometheusCollision } from './rules/prometheus-collision.js';
import { prometheusSuffix } from './rules/prometheus-suffix.js';
import { renameFactor } from './rules/rename-factor.js';
import { reservedLabel } from './rules/reserved-label.js';
import { sloBuckets } from './rules/slo-buckets.js';
import { unboundedAttribute } from './rules/unbounded-attribute.js';
import { unitInName } from './rules/unit-in-name.js';
import { worstCaseSeries } from './rules/worst-case-series.js';

/** Every rule. A further one is a file and a line. */
const RULES: readonly Rule[] = [
  nameStyle,
  unitInName,
  prometheusSuffix,
  prometheusCollision,
  labelCollision,
  reservedLabel,
  missingDescription,
  unboundedAttribute,
  worstCaseSeries,
  renameFactor,
  sloBuckets,
];

/** What the rules find in the registries, errors first. */
export function lintManifests(
  manifests: readonly Manifest[],
  options: LintOptions = {},
): readonly Finding[] {
  checkManifests(manifests, 'lintManifests()');
  return errorsFirst(RULES.flatMap((rule) => rule(manifests, options ?? {})));
}

/** In the order of the rules otherwise. */
export function errorsFirst(findings: readonly Finding[]): readonly Finding[] {
  if (!Array.isArray(findings)) {
    throw wrongArgument(
      'errorsFirst()',
      findings,
      ' as findings',
      'Pass what lintManifests() returned.',
    );
  }
  const of = (severity: Finding['severity']) => findings.filter((it) => it.severity === severity);
  return [...of('error'), ...of('warning')];
}
