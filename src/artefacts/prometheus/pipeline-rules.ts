import { ACCEPTED, PIPELINE } from '../pipeline-metrics.js';
import { type PrometheusNaming, prometheusName } from '../prometheus-names.js';
import { JOB, seriesOf } from './promql.js';
import type { Rule, RuleGroup } from './rule-files.js';
import { EVALUATION_SECONDS } from './slo-series.js';

/** Labels of one process. */
const PROCESS = [JOB, 'instance'];

/** Alerts on the way that metrics take: what they say is missing from every other alert. */
export function pipelineRules(naming: PrometheusNaming): readonly RuleGroup[] {
  const attempts = seriesOf(PIPELINE.attempts, naming);
  const dropped = seriesOf(PIPELINE.droppedPoints, naming, 'increase');
  const refused = seriesOf(PIPELINE.droppedMeasurements, naming, 'increase');
  const held = prometheusName(PIPELINE.heldPoints, naming);
  const series = prometheusName(PIPELINE.series, naming);
  const overflow = prometheusName(PIPELINE.overflow, naming);
  const recent = { window: '10m', matchers: [], by: PROCESS };
  const failed = attempts.count({ ...recent, matchers: [`outcome!="${ACCEPTED}"`] });
  const rules: readonly Rule[] = [
    alert('MeterbookExportsFailing', {
      expr: `${failed} / (${attempts.count(recent)} > 0) > 0.5`,
      for: '10m',
      summary: 'Exports of {{ $labels.job }} ({{ $labels.instance }}) fail.',
      description:
        '{{ $value | humanizePercentage }} of the exports of the last 10 minutes were not accepted. Points are held and sent later; see whether the collector is up and what it answers.',
    }),
    alert('MeterbookPointsHeld', {
      expr: `max by (${PROCESS.join(', ')}) (${held}) > 0`,
      for: '15m',
      summary: '{{ $labels.job }} ({{ $labels.instance }}) has not got rid of its points.',
      description:
        '{{ $value }} points of failed exports are held in memory. They are lost if the process ends without a spool file.',
    }),
    alert('MeterbookPointsDropped', {
      expr: `${dropped.count({ ...recent, by: [...PROCESS, 'reason'] })} > 0`,
      summary: '{{ $labels.job }} ({{ $labels.instance }}) loses points: {{ $labels.reason }}.',
      description: 'About {{ $value | humanize }} points of the last 10 minutes were given up.',
    }),
    alert('MeterbookOverflow', {
      expr: `max by (${[...PROCESS, 'instrument'].join(', ')}) (${overflow}) > 0`,
      summary: '{{ $labels.instrument }} of {{ $labels.job }} has more series than it may.',
      description:
        'Totals stay right, but new attribute values are not told apart in {{ $labels.instance }}. registry.cardinality() names the attribute.',
    }),
    alert('MeterbookMeasurementsDropped', {
      expr: `${refused.count({ ...recent, by: [JOB, 'instrument', 'reason'] })} > 0`,
      summary:
        '{{ $labels.job }} records what {{ $labels.instrument }} does not take: {{ $labels.reason }}.',
      description:
        'About {{ $value | humanize }} measurements of the last 10 minutes were dropped. Strict mode, the default of the test kit, shows where.',
    }),
    alert('MeterbookReportsMissing', {
      expr: `group by (${JOB}) (last_over_time(${series}[1h])) unless group by (${JOB}) (${series})`,
      for: '10m',
      summary: '{{ $labels.job }} has stopped sending metrics.',
      description:
        'No process of the service has reported for 10 minutes, after it had within the hour.',
    }),
  ];
  return [{ name: 'meterbook pipeline', interval: `${EVALUATION_SECONDS}s`, rules }];
}

interface Told {
  readonly expr: string;
  readonly for?: string;
  readonly summary: string;
  readonly description: string;
}

function alert(name: string, { summary, description, ...rule }: Told): Rule {
  return {
    alert: name,
    ...rule,
    labels: { severity: 'ticket' },
    annotations: { summary, description },
  };
}
