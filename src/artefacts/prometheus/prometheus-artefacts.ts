import type { Manifest } from '../../declare/index.js';
import { type Artefact, headerLines } from '../artefact.js';
import { checkManifests } from '../check-arguments.js';
import type { PrometheusNaming } from '../prometheus-names.js';
import { toYaml } from '../yaml.js';
import { checkOptions } from './check-options.js';
import { pipelineRules } from './pipeline-rules.js';
import { recordingRules } from './recording-rules.js';
import type { RuleGroup } from './rule-files.js';
import { sloRules } from './slo-rules.js';

/** What a team may set about its rules. */
export interface PrometheusRuleOptions {
  /** How the metrics reach Prometheus; `suffixed` unless said otherwise. */
  readonly naming?: PrometheusNaming;
  /** Address of a runbook for alerts on objectives; `{slo}` in it becomes the objective's name. */
  readonly runbookUrl?: string;
  /**
   * An alert on an objective wants at least this many measurements above the threshold in its long
   * window, so that one slow request in a quiet night wakes nobody. 5 unless said otherwise.
   */
  readonly minimumErrors?: number;
}

/**
 * Rule files for Prometheus: rates and percentiles (`rules.yaml`), objectives with their burn-rate alerts
 * (`slo-rules.yaml`), alerts on the metrics pipeline itself (`pipeline-rules.yaml`). Load all three with
 * `rule_files`. A registry without objectives gives an empty list of groups. Throws `INVALID_SETUP` for an
 * option that cannot be used, and `INVALID_SLO` for two objectives of one name in one scope.
 */
export function prometheusArtefacts(
  manifests: readonly Manifest[],
  options: PrometheusRuleOptions = {},
): readonly Artefact[] {
  checkManifests(manifests, 'prometheusArtefacts()');
  const { naming = 'suffixed', runbookUrl, minimumErrors = 5 } = options ?? {};
  checkOptions({ naming, runbookUrl, minimumErrors });
  const file = (path: string, groups: readonly RuleGroup[]): Artefact => ({
    path: `prometheus/${path}`,
    content: toYaml({ groups }, headerLines('prometheus', manifests)),
  });
  return [
    file('rules.yaml', recordingRules(manifests, naming)),
    file('slo-rules.yaml', sloRules(manifests, { naming, runbookUrl, minimumErrors })),
    file('pipeline-rules.yaml', pipelineRules(naming)),
  ];
}
