import type { Manifest } from '../../declare/index.js';
import { type Artefact, headerLines } from '../artefact.js';
import { checkManifests } from '../check-arguments.js';
import { slosOf } from '../instruments.js';
import { plansFor } from '../plans/plans.js';
import { dashboardJson } from './dashboard.js';
import { type RuleOptions, rulesOf } from './rules.js';

/** What a team may set about what is made for SigNoz. */
export interface SigNozOptions {
  /** How the services send, for alert rules: PromQL reads both differently. Default `cumulative`. */
  readonly temporality?: RuleOptions['temporality'];
  /** Names of notification channels that rules tell. None by default. */
  readonly channels?: readonly string[];
  /** Address of a runbook; `{slo}` in it becomes the name of the objective. */
  readonly runbookUrl?: string;
  /** An alert wants at least this many measurements above the threshold in its long window. Default 1. */
  readonly minimumErrors?: number;
}

/**
 * Dashboards and alert rules in SigNoz' import format, the same purposes as those for Grafana: a file
 * for each dashboard (`signoz/dashboards/service.json`) and each rule (`signoz/rules/…`). JSON has no
 * comments: where a file comes from is in its description.
 */
export function signozArtefacts(
  manifests: readonly Manifest[],
  options: SigNozOptions = {},
): readonly Artefact[] {
  checkManifests(manifests, 'signozArtefacts()');
  const {
    temporality = 'cumulative',
    channels = [],
    minimumErrors = 1,
    runbookUrl,
  } = options ?? {};
  const tag = manifests.map(({ scope }) => scope.name).join(', ');
  const origin = headerLines('signoz', manifests).join(' ');
  const dashboards = plansFor(manifests).flatMap((plan) => {
    const json = dashboardJson(plan, { tag, origin });
    return json === undefined ? [] : [file(`signoz/dashboards/${plan.purpose}.json`, json)];
  });
  const rules = slosOf(manifests).flatMap((slo, i) =>
    rulesOf(slo, { temporality, channels, minimumErrors, runbookUrl }).map(({ name, rule }) => {
      const path = `signoz/rules/${i + 1}-${fileName(slo.slo.name)}-${name}.json`;
      return file(path, { ...rule, description: `${rule.description} ${origin}`.trim() });
    }),
  );
  return [...dashboards, ...rules];
}

function file(path: string, json: object): Artefact {
  return { path, content: `${JSON.stringify(json, null, 2)}\n` };
}

/** Names may be the same but for such characters: the number before tells them apart. */
function fileName(name: string): string {
  return name.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 40);
}
