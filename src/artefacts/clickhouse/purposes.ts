import { isTimeUnit, type Manifest, type ManifestInstrument } from '../../declare/index.js';
import { decimal, decimalText, times } from '../decimal.js';
import { durationText } from '../durations.js';
import {
  hasAttribute as has,
  instrumentsByName,
  isCounter,
  isHistogram,
  mainAttribute,
  slosOf,
} from '../instruments.js';
import type { Question, SloOf } from '../questions.js';
import { errorWindows } from '../slo-windows.js';
import { PARAMETERS } from './dialect.js';
import type { Rendering } from './increments.js';
import { type Asked, clickhouseQuery, quantileQuery } from './queries.js';
import type { Settings } from './tables.js';

/** A query of a file, with what it answers. */
export interface NamedQuery {
  readonly title: string;
  readonly sql: string;
}

/** The queries of one purpose: one file. */
export interface Purpose {
  /** Name of the file, without its ending. */
  readonly name: string;
  readonly about: string;
  readonly queries: readonly NamedQuery[];
}

/** What the queries of every file are made from. */
interface Sources {
  readonly rendering: Rendering;
  readonly instruments: readonly ManifestInstrument[];
  readonly slos: readonly SloOf[];
}

const ERROR = 'error.type';
const TOOL = 'gen_ai.tool.name';
/** Attributes to break down by, beside those that come from the request context. */
const WHO_AND_WHAT = ['gen_ai.request.model', 'gen_ai.agent.name'];
/** What a breakdown shows first, of what a registry has. */
const HEADLINES = [
  'http.server.request.duration',
  'gen_ai.client.operation.duration',
  'job.time_to_first_token',
  'job.duration',
  'gen_ai.client.token.usage',
  'agent.message.cost',
];
const MOST_HEADLINES = 6;
const PERCENTILES = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 } as const;

/** Every purpose that the registries have instruments for. */
export function purposes(manifests: readonly Manifest[], settings: Settings): readonly Purpose[] {
  const sources = sourcesOf(manifests, { settings, dialect: PARAMETERS });
  const made: readonly Purpose[] = [
    { name: 'latency', about: 'How long things take.', queries: latency(sources) },
    { name: 'rates', about: 'How often things happen.', queries: rates(sources) },
    { name: 'errors', about: 'How much goes wrong, and what.', queries: errors(sources) },
    {
      name: 'first-token',
      about: 'The share of the time that passes before the first token.',
      queries: firstToken(sources),
    },
    { name: 'tokens-and-cost', about: 'What models use and cost.', queries: tokens(sources) },
    { name: 'tools', about: 'What agents call.', queries: tools(sources) },
    { name: 'dimensions', about: 'Who and what it was for.', queries: dimensions(sources) },
    { name: 'levels', about: 'How much there is at a time.', queries: levels(sources) },
    { name: 'slos', about: 'Objectives and their error budgets.', queries: objectives(sources) },
  ];
  return made.filter(({ queries }) => queries.length > 0);
}

function sourcesOf(manifests: readonly Manifest[], rendering: Rendering): Sources {
  const instruments = [...instrumentsByName(manifests).values()];
  return { rendering, instruments, slos: slosOf(manifests) };
}

function ask({ rendering }: Sources, title: string, question: Question): NamedQuery {
  return { title, sql: clickhouseQuery(rendering, question) };
}

function percentiles({ rendering }: Sources, title: string, asked: Asked, isOverTime: boolean) {
  return { title, sql: quantileQuery(rendering, asked, PERCENTILES, isOverTime) };
}

/** The attribute to tell apart by where there is room for one: none of an instrument without. */
function subjectOf(it: ManifestInstrument): readonly string[] {
  const subject = mainAttribute(it);
  return subject === undefined ? [] : [subject];
}

function titled({ name, unit, description }: ManifestInstrument, what: string): string {
  return `${name} (${unit}), ${what}: ${description}`;
}

function per(by: readonly string[]): string {
  return by.length === 0 ? '' : ` by ${by.join(', ')}`;
}

function latency(sources: Sources): readonly NamedQuery[] {
  const measured = sources.instruments.filter((it) => isHistogram(it) && isTimeUnit(it.unit));
  return measured.flatMap((instrument) => {
    const by = subjectOf(instrument);
    return [
      percentiles(sources, titled(instrument, 'over time'), { instrument }, true),
      percentiles(sources, titled(instrument, `as a whole${per(by)}`), { instrument, by }, false),
    ];
  });
}

function rates(sources: Sources): readonly NamedQuery[] {
  const counted = sources.instruments.filter((it) => isHistogram(it) || isCounter(it));
  return counted.map((instrument) => {
    const by = subjectOf(instrument);
    const title = titled(instrument, `per second${per(by)}`);
    return ask(sources, title, { ask: 'rate', instrument, by });
  });
}

function errors(sources: Sources): readonly NamedQuery[] {
  const counted = sources.instruments.filter((it) => isHistogram(it) || isCounter(it));
  return counted.flatMap((instrument) => {
    const outcomes = instrument.attributes.filter(
      ({ key }) => key === ERROR || key.endsWith('.outcome'),
    );
    const kinds = outcomes.map(({ key }) =>
      ask(sources, titled(instrument, `how many by ${key}`), {
        ask: 'total',
        instrument,
        by: [key],
      }),
    );
    if (!has(instrument, ERROR)) return kinds;
    const share = ask(sources, titled(instrument, `share with ${ERROR}, over time`), {
      ask: 'fraction',
      instrument,
      part: [{ key: ERROR, isSet: true }],
    });
    return [share, ...kinds];
  });
}

/** `job.time_to_first_token` is part of `job.duration`, and so on for whatever ends like these. */
function firstToken(sources: Sources): readonly NamedQuery[] {
  return sources.instruments.flatMap((instrument) => {
    const [, prefix] = /^(.+)\.time_to_first_\w+$/.exec(instrument.name) ?? [];
    const of = sources.instruments.find(
      (it) => it.name === `${prefix}.duration` && it.unit === instrument.unit && isHistogram(it),
    );
    if (prefix === undefined || of === undefined || !isHistogram(instrument)) return [];
    const by = subjectOf(instrument).filter((key) => has(of, key));
    return [[], ...(by.length === 0 ? [] : [by])].map((keys) =>
      ask(sources, `${instrument.name} as a share of ${of.name}${per(keys)}`, {
        ask: 'share',
        instrument,
        of,
        by: keys,
      }),
    );
  });
}

function tokens(sources: Sources): readonly NamedQuery[] {
  const used = sources.instruments.filter(
    ({ kind, unit, name }) =>
      (kind === 'histogram' || kind === 'counter') &&
      (unit === '{token}' || /^\{?[A-Z]{3}\}?$/.test(unit) || name.endsWith('.cost')),
  );
  return used.flatMap((instrument) => {
    const isSummed = isHistogram(instrument);
    const type = instrument.attributes.find(({ key }) => key.endsWith('.token.type'))?.key;
    const by = [...subjectOf(instrument), ...(type === undefined ? [] : [type])];
    const keys = [...new Set(by)];
    return [
      ask(sources, titled(instrument, `how much${per(keys)}`), {
        ask: isSummed ? 'amount' : 'total',
        instrument,
        by: keys,
      }),
      ask(sources, titled(instrument, `per second${per(keys)}`), {
        ask: isSummed ? 'amountRate' : 'rate',
        instrument,
        by: keys,
      }),
    ];
  });
}

function tools(sources: Sources): readonly NamedQuery[] {
  const by = [TOOL];
  const called = sources.instruments.filter((it) => has(it, TOOL) && isHistogram(it));
  return called.flatMap((instrument) => [
    ask(sources, titled(instrument, 'how many calls'), { ask: 'total', instrument, by }),
    percentiles(sources, titled(instrument, 'as a whole'), { instrument, by }, false),
    ...(has(instrument, ERROR)
      ? [
          ask(sources, titled(instrument, 'errors'), {
            ask: 'total',
            instrument,
            by: [TOOL, ERROR],
            where: [{ key: ERROR, isSet: true }],
          }),
        ]
      : []),
  ]);
}

function dimensions(sources: Sources): readonly NamedQuery[] {
  const { instruments } = sources;
  const fromContext = instruments.flatMap((it) =>
    it.attributes.filter((a) => a.fromContext).map(({ key }) => key),
  );
  return [...new Set([...fromContext, ...WHO_AND_WHAT])].flatMap((key) => {
    const shown = instruments
      .filter((it) => has(it, key) && isHistogram(it))
      .sort((a, b) => rank(a) - rank(b))
      .slice(0, MOST_HEADLINES);
    return shown.map((instrument) => {
      const title = titled(instrument, `by ${key}`);
      if (isTimeUnit(instrument.unit))
        return percentiles(sources, title, { instrument, by: [key] }, false);
      return ask(sources, title, { ask: 'amount', instrument, by: [key] });
    });
  });
}

function rank({ name }: ManifestInstrument): number {
  const at = HEADLINES.indexOf(name);
  return at === -1 ? HEADLINES.length : at;
}

function levels(sources: Sources): readonly NamedQuery[] {
  const shown = sources.instruments.filter((it) => !isHistogram(it) && !isCounter(it));
  return shown.map((instrument) => {
    const by = subjectOf(instrument);
    return ask(sources, titled(instrument, `over time${per(by)}`), {
      ask: 'level',
      across: 'sum',
      instrument,
      by,
    });
  });
}

function objectives(sources: Sources): readonly NamedQuery[] {
  return sources.slos.flatMap((it) => {
    const { name, objective, threshold, window, description } = it.slo;
    const { unit } = it.instrument;
    const percent = decimalText(times(decimal(objective), decimal(100)));
    const about = `${name}: ${percent} % of ${it.instrument.name} at or below ${threshold} ${unit} over ${window}`;
    const reason = description === undefined ? '' : `. ${description}`;
    return [
      ask(sources, `${about}${reason}. The objective`, { ask: 'sloObjective', slo: it }),
      ask(sources, `${about}. Share of errors over ${window}`, {
        ask: 'sloErrors',
        slo: it,
        window,
      }),
      ...errorWindows(window)
        .map(durationText)
        .map((within) =>
          ask(sources, `${about}. Burn rate over ${within}`, {
            ask: 'sloBurnRate',
            slo: it,
            window: within,
          }),
        ),
      ask(sources, `${about}. Share of the budget that is left`, {
        ask: 'sloBudgetLeft',
        slo: it,
      }),
    ];
  });
}
