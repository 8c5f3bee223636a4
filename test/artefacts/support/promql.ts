import { prometheusLabel, prometheusName } from '../../../src/artefacts/index.js';
import { PIPELINE } from '../../../src/artefacts/pipeline-metrics.js';
import type { PrometheusNaming } from '../../../src/artefacts/prometheus-names.js';
import type { Manifest } from '../../../src/declare/index.js';

/** The metrics and labels that an expression names. */
export interface Names {
  readonly metrics: ReadonlySet<string>;
  readonly labels: ReadonlySet<string>;
}

const WORDS_OF_THE_LANGUAGE = new Set([
  ...['by', 'without', 'on', 'ignoring', 'group_left', 'group_right', 'bool', 'offset'],
  ...['and', 'or', 'unless', 'inf', 'nan', 'start', 'end', 'atan2'],
]);
/** What they are followed by are labels, in brackets. */
const LABELS_FOLLOW = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);

/**
 * Reads the names of metrics and labels out of a PromQL expression, or of a `label_values()` of Grafana.
 * Throws for what it cannot read, so that nothing passes unseen.
 */
export function namesIn(expression: string): Names {
  const metrics = new Set<string>();
  const labels = new Set<string>();
  const choice = /^label_values\((.*), (\w+)\)$/s.exec(expression);
  if (choice !== null) {
    labels.add(choice[2] as string);
    const inner = namesIn(choice[1] as string);
    return { metrics: inner.metrics, labels: new Set([...labels, ...inner.labels]) };
  }
  const tokens = tokensOf(expression);
  let inMatchers = false;
  let inLabels = false;
  for (const [i, token] of tokens.entries()) {
    const next = tokens[i + 1];
    if (token === '{') inMatchers = true;
    else if (token === '}') inMatchers = false;
    else if (token === '(' && LABELS_FOLLOW.has(tokens[i - 1] ?? '')) inLabels = true;
    else if (token === ')') inLabels = false;
    else if (!/^[a-zA-Z_:]/.test(token)) continue;
    else if (inMatchers || inLabels) labels.add(token);
    else if (next === '(' || next === 'by' || WORDS_OF_THE_LANGUAGE.has(token.toLowerCase()))
      continue;
    else metrics.add(token);
  }
  return { metrics, labels };
}

const TOKEN =
  /\s+|"(?:[^"\\]|\\.)*"|\[[^\]]*\]|[a-zA-Z_:][a-zA-Z0-9_:]*|\d[\d.]*(?:e[+-]?\d+)?|[=!]~|[=!<>]=?|[-+*/%^(){},]/gy;

function tokensOf(expression: string): readonly string[] {
  const tokens = expression.match(TOKEN) ?? [];
  if (tokens.join('') !== expression) throw new Error(`Cannot read the expression ${expression}`);
  return tokens.filter((token) => token.trim() !== '');
}

/** Labels that Prometheus, the way there and the recording rules add. */
const ADDED = ['job', 'instance', 'le', 'slo', 'slo_scope'];

/**
 * What is wrong with the names in an expression: metrics that no registry declares and no rule records,
 * and labels that its metrics do not have.
 */
export function undeclared(
  expression: string,
  manifests: readonly Manifest[],
  naming: PrometheusNaming,
  recorded: ReadonlySet<string>,
): readonly string[] {
  const known = labelsByMetric(manifests, naming);
  const { metrics, labels } = namesIn(expression);
  const complaints: string[] = [];
  const allowed = new Set(ADDED);
  for (const metric of metrics) {
    const own = known.get(metric);
    if (own === undefined && !recorded.has(metric)) complaints.push(`metric ${metric}`);
    // The level of a recorded metric is the labels that it has.
    const level = metric.split(':')[0] ?? '';
    const ofRecorded = [...labels].filter((label) => level.split('job_')[1]?.includes(label));
    for (const label of own ?? (metric.includes(':') ? ofRecorded : [])) allowed.add(label);
  }
  return [
    ...complaints,
    ...[...labels].filter((label) => !allowed.has(label)).map((label) => `label ${label}`),
  ];
}

function labelsByMetric(
  manifests: readonly Manifest[],
  naming: PrometheusNaming,
): ReadonlyMap<string, readonly string[]> {
  const instruments = [...manifests.flatMap((it) => it.instruments), ...Object.values(PIPELINE)];
  return new Map(
    instruments.flatMap((instrument) => {
      const name = prometheusName(instrument, naming);
      const labels = instrument.attributes.map(({ key }) => prometheusLabel(key));
      const suffixes = instrument.kind === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
      return suffixes.map((suffix) => [name + suffix, labels] as const);
    }),
  );
}

/** Every expression of a dashboard: of its panels and its variables. */
export function expressionsOf(dashboard: unknown): readonly string[] {
  const { panels, templating } = dashboard as {
    panels: { targets?: { expr: string }[] }[];
    templating: { list: { type: string; query: string }[] };
  };
  return [
    ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    ...templating.list.filter(({ type }) => type === 'query').map(({ query }) => query),
  ];
}
