import type { ManifestInstrument } from '../../declare/index.js';
import { durationText } from '../durations.js';
import { hasAttribute, isCounter, isHistogram } from '../instruments.js';
import { ACCEPTED, PIPELINE } from '../pipeline-metrics.js';
import type { Condition, SloOf } from '../questions.js';
import { burnAlerts } from '../slo-windows.js';
import {
  amountRatePanel,
  levelPanel,
  panelsOf,
  quantilePanel,
  quantilesPanel,
  ratePanel,
} from './panels.js';
import { type Instruments, type Panel, type Plan, row } from './plan.js';

/** Dimensions that are no context of a request, and that people want to pick all the same. */
const PICKED_TOO = ['gen_ai.agent.name', 'gen_ai.request.model'];

/** What a dimension is looked at by, where the registry has it. */
const TOLD_APART = [
  'http.server.requests',
  'job.duration',
  'gen_ai.client.token.usage',
  'agent.message.cost',
];

/** Everything by the context of requests: organization, project, agent, model, and a registry's own. */
export function dimensionsPlan(instruments: Instruments): Plan {
  const all = [...instruments.values()];
  const context = all.flatMap(({ attributes }) =>
    attributes.filter(({ fromContext }) => fromContext).map(({ key }) => key),
  );
  const keys = [...new Set([...context, ...PICKED_TOO])].flatMap((key) => {
    const instrument = all.find((it) => hasAttribute(it, key));
    return instrument === undefined ? [] : [{ key, instrument, name: variableName(key) }];
  });
  const where: readonly Condition[] = keys.map(({ key, name }) => ({ key, variable: name }));
  const shown = all.filter(
    (it) => (isCounter(it) || isHistogram(it)) && keys.some(({ key }) => hasAttribute(it, key)),
  );
  const known = shown.filter(({ name }) => TOLD_APART.includes(name));
  const toldApart = known.length > 0 ? known : shown.slice(0, TOLD_APART.length);
  return {
    purpose: 'dimensions',
    title: 'Dimensions',
    description: 'The same numbers for one organization, project, agent or model, as picked above.',
    variables: keys.map(({ key, instrument, name }) => ({
      name,
      label: key,
      choices: { ask: 'values', instrument, key },
    })),
    rows: [
      ...keys.flatMap(({ key }) =>
        row(
          `By ${key}`,
          toldApart
            .filter((it) => hasAttribute(it, key))
            .map((it) => amountBy(it, { by: [key], where })),
        ),
      ),
      ...row(
        'What is picked',
        shown.flatMap((it) => [
          ratePanel(`${it.name}: how many`, it, { where }),
          ...(isHistogram(it) ? [quantilePanel(`${it.name}: P95`, it, 0.95, { where })] : []),
        ]),
      ),
    ],
  };
}

/** Of tokens and money the amount matters, of what takes time how often it happened. */
function amountBy(
  it: ManifestInstrument,
  narrowed: { readonly by: readonly string[]; readonly where: readonly Condition[] },
): Panel {
  const isAmount = isHistogram(it) && it.unit.startsWith('{');
  const title = `${it.name} by ${narrowed.by.join(', ')}`;
  return isAmount ? amountRatePanel(title, it, narrowed) : ratePanel(title, it, narrowed);
}

function variableName(key: string): string {
  return `by_${key.replace(/\W/g, '_')}`;
}

/** Objectives, how fast their budgets burn, and what is left. */
export function slosPlan(slos: readonly SloOf[]): Plan {
  return {
    purpose: 'slos',
    title: 'Objectives',
    description: 'Service level objectives: how fast their error budgets burn, and what is left.',
    variables: [],
    rows: slos.flatMap((slo) => row(`${slo.slo.name} (${slo.scope})`, panelsOfSlo(slo))),
  };
}

function panelsOfSlo(slo: SloOf): readonly Panel[] {
  const { threshold, window, objective } = slo.slo;
  const description =
    slo.slo.description ??
    `${slo.instrument.name} is at most ${threshold} ${slo.instrument.unit} for ${objective} of all measurements, over ${window}.`;
  const windows = burnAlerts(window).map(({ long }) => durationText(long));
  const over = (ask: 'sloErrors' | 'sloBurnRate') =>
    windows.map((each) => ({ name: each, question: { ask, slo, window: each } as const }));
  const left = { ask: 'sloBudgetLeft', slo } as const;
  return [
    {
      title: 'Objective',
      description,
      kind: 'number',
      unit: 'percentunit',
      asked: [{ name: 'Objective', question: { ask: 'sloObjective', slo } }],
    },
    {
      title: `Budget left of ${window}`,
      description,
      kind: 'number',
      unit: 'percentunit',
      asked: [{ name: 'left', question: left }],
    },
    {
      title: 'Burn rate',
      description: `1 uses the budget up in ${window} exactly. Alerts begin at ${burnAlerts(window)
        .map(({ factor, long }) => `${factor} over ${durationText(long)}`)
        .join(', ')}.`,
      kind: 'lines',
      unit: 'short',
      asked: over('sloBurnRate'),
    },
    {
      title: `Share above ${threshold} ${slo.instrument.unit}`,
      description,
      kind: 'lines',
      unit: 'percentunit',
      asked: over('sloErrors'),
    },
    {
      title: 'Budget left',
      description,
      kind: 'lines',
      unit: 'percentunit',
      asked: [{ name: 'left', question: left }],
    },
  ];
}

/** Whether the metrics themselves arrive. */
export function pipelinePlan(): Plan {
  const { attempts, duration, droppedPoints, heldPoints, series, overflow } = PIPELINE;
  const arrived: readonly Condition[] = [{ key: 'outcome', is: ACCEPTED }];
  return {
    purpose: 'pipeline',
    title: 'Metrics pipeline',
    description: 'Whether the metrics arrive: exports, points held and dropped, series.',
    variables: [],
    rows: row('Delivery', [
      ratePanel('Exports by outcome', attempts, { by: ['outcome'] }),
      {
        title: 'Share of exports that arrived',
        kind: 'lines',
        unit: 'percentunit',
        asked: [
          { name: 'arrived', question: { ask: 'fraction', instrument: attempts, part: arrived } },
        ],
      },
      quantilesPanel('Duration of exports', duration),
      levelPanel('Points held for the next export', heldPoints),
      ratePanel('Points dropped by reason', droppedPoints, { by: ['reason'] }),
      levelPanel('Series by instrument', series, { by: ['instrument'] }),
      levelPanel('Instruments that overflow', overflow, { by: ['instrument'] }),
      ratePanel('Measurements dropped by reason', PIPELINE.droppedMeasurements, {
        by: ['reason'],
      }),
    ]),
  };
}

/** The instruments that no other dashboard shows, each in a row of its own. */
export function othersPlan(others: readonly ManifestInstrument[]): Plan {
  return {
    purpose: 'instruments',
    title: 'Other instruments',
    description: 'Every instrument of the registry that the other dashboards do not show.',
    variables: [],
    rows: others.flatMap((it) => row(it.name, panelsOf(it))),
  };
}
