import type { ManifestInstrument } from '../../declare/index.js';
import { hasAttribute, isCounter, isHistogram, mainAttribute } from '../instruments.js';
import type { Condition, Question } from '../questions.js';
import type { Instruments, Panel, Possible } from './plan.js';
import { perSecondOf, shownOf } from './units.js';

const ERROR = 'error.type';
const FAILED: readonly Condition[] = [{ key: ERROR, isSet: true }];
/** The percentiles of every latency panel. */
export const QUANTILES = [0.5, 0.9, 0.95, 0.99] as const;

/** What narrows a panel down. */
export interface Narrowed {
  /** Attributes to tell apart; those that the instrument lacks are left out. */
  readonly by?: readonly string[];
  readonly where?: readonly Condition[];
  /** Shown instead of the instrument's own description. */
  readonly description?: string;
}

/**
 * Panels about the instruments of a registry. Each takes an instrument's exported name, and gives no
 * panel where the registry has no such instrument.
 */
export function panelsFor(instruments: Instruments) {
  const about = (name: string, make: (instrument: ManifestInstrument) => Possible): Possible => {
    const instrument = instruments.get(name);
    return instrument === undefined ? undefined : make(instrument);
  };
  return {
    rate: (title: string, name: string, narrowed?: Narrowed) =>
      about(name, (it) => ratePanel(title, it, narrowed)),
    amountRate: (title: string, name: string, narrowed?: Narrowed) =>
      about(name, (it) => amountRatePanel(title, it, narrowed)),
    errors: (title: string, name: string, narrowed?: Narrowed) =>
      about(name, (it) => errorsPanel(title, it, narrowed)),
    quantiles: (title: string, name: string, narrowed?: Narrowed) =>
      about(name, (it) => quantilesPanel(title, it, narrowed)),
    quantile: (title: string, name: string, quantile: number, narrowed?: Narrowed) =>
      about(name, (it) => quantilePanel(title, it, quantile, narrowed)),
    mean: (title: string, name: string, narrowed?: Narrowed) =>
      about(name, (it) => meanPanel(title, it, narrowed)),
    heatmap: (title: string, name: string, narrowed?: Narrowed) =>
      about(name, (it) => heatmapPanel(title, it, narrowed)),
    level: (title: string, name: string, narrowed?: Narrowed) =>
      about(name, (it) => levelPanel(title, it, narrowed)),
    share: (title: string, name: string, of: string, narrowed?: Narrowed) =>
      about(name, (part) => about(of, (whole) => sharePanel(title, part, whole, narrowed))),
    table: (title: string, name: string, key: string) =>
      about(name, (it) => (hasAttribute(it, key) ? tablePanel(title, it, key) : undefined)),
    amount: (title: string, name: string, narrowed?: Narrowed) =>
      about(name, (it) => amountPanel(title, it, narrowed)),
    total: (title: string, name: string, narrowed?: Narrowed) =>
      about(name, (it) => totalPanel(title, it, narrowed)),
    /** Percentiles of two histograms in one graph, such as the first token and the end. */
    compared: (title: string, parts: Readonly<Record<string, string>>, quantile: number) =>
      comparedPanel(title, instruments, parts, quantile),
  };
}

/** What a question about an instrument says, with the attributes that it has. */
export function narrow(instrument: ManifestInstrument, { by = [], where = [] }: Narrowed = {}) {
  return {
    instrument,
    by: by.filter((key) => hasAttribute(instrument, key)),
    where: where.filter(({ key }) => hasAttribute(instrument, key)),
  };
}

/** What one measurement of a histogram is: a histogram in seconds counts measurements, not seconds. */
function counted(instrument: ManifestInstrument) {
  return perSecondOf(isHistogram(instrument) ? '{measurement}' : instrument.unit);
}

function panel(
  title: string,
  instrument: ManifestInstrument,
  narrowed: Narrowed | undefined,
  rest: Omit<Panel, 'title' | 'description'>,
): Panel {
  return { title, description: narrowed?.description ?? instrument.description, ...rest };
}

export function ratePanel(title: string, it: ManifestInstrument, narrowed?: Narrowed): Panel {
  return panel(title, it, narrowed, {
    kind: 'lines',
    ...counted(it),
    asked: [{ name: 'rate', question: { ask: 'rate', ...narrow(it, narrowed) } }],
  });
}

export function amountRatePanel(title: string, it: ManifestInstrument, narrowed?: Narrowed): Panel {
  return panel(title, it, narrowed, {
    kind: 'stacked',
    ...perSecondOf(it.unit),
    asked: [{ name: 'per second', question: { ask: 'amountRate', ...narrow(it, narrowed) } }],
  });
}

function errorsPanel(title: string, it: ManifestInstrument, narrowed?: Narrowed): Possible {
  if (!hasAttribute(it, ERROR)) return undefined;
  return panel(title, it, narrowed, {
    kind: 'lines',
    unit: 'percentunit',
    asked: [
      { name: 'errors', question: { ask: 'fraction', part: FAILED, ...narrow(it, narrowed) } },
    ],
  });
}

export function quantilesPanel(title: string, it: ManifestInstrument, narrowed?: Narrowed): Panel {
  return panel(title, it, narrowed, {
    kind: 'lines',
    ...shownOf(it),
    asked: QUANTILES.map((quantile) => ({
      name: `P${quantile * 100}`,
      question: { ask: 'quantile', quantile, ...narrow(it, narrowed) } satisfies Question,
    })),
  });
}

export function quantilePanel(
  title: string,
  it: ManifestInstrument,
  quantile: number,
  narrowed?: Narrowed,
): Panel {
  return panel(title, it, narrowed, {
    kind: 'lines',
    ...shownOf(it),
    asked: [
      {
        name: `P${quantile * 100}`,
        question: { ask: 'quantile', quantile, ...narrow(it, narrowed) },
      },
    ],
  });
}

export function meanPanel(title: string, it: ManifestInstrument, narrowed?: Narrowed): Panel {
  return panel(title, it, narrowed, {
    kind: 'lines',
    ...shownOf(it),
    asked: [{ name: 'mean', question: { ask: 'mean', ...narrow(it, narrowed) } }],
  });
}

export function heatmapPanel(title: string, it: ManifestInstrument, narrowed?: Narrowed): Panel {
  return panel(title, it, narrowed, {
    kind: 'heatmap',
    ...shownOf(it),
    asked: [{ name: 'buckets', question: { ask: 'heatmap', ...narrow(it, narrowed) } }],
  });
}

export function levelPanel(title: string, it: ManifestInstrument, narrowed?: Narrowed): Panel {
  // Several processes each have a gauge of their own; their up-down counters add up.
  const across = it.kind.toLowerCase().includes('gauge') ? 'max' : 'sum';
  return panel(title, it, narrowed, {
    kind: 'lines',
    ...shownOf(it),
    asked: [{ name: across, question: { ask: 'level', across, ...narrow(it, narrowed) } }],
  });
}

function sharePanel(
  title: string,
  part: ManifestInstrument,
  whole: ManifestInstrument,
  narrowed?: Narrowed,
): Panel {
  const both = (narrowed?.by ?? []).filter((key) => hasAttribute(whole, key));
  return panel(title, part, narrowed, {
    kind: 'lines',
    unit: 'percentunit',
    asked: [
      {
        name: 'share',
        question: { ask: 'share', of: whole, ...narrow(part, { ...narrowed, by: both }) },
      },
    ],
  });
}

function amountPanel(title: string, it: ManifestInstrument, narrowed?: Narrowed): Panel {
  return panel(title, it, narrowed, {
    kind: 'number',
    unit: shownOf(it).unit,
    asked: [{ name: title, question: { ask: 'amount', ...narrow(it, narrowed) } }],
  });
}

function totalPanel(title: string, it: ManifestInstrument, narrowed?: Narrowed): Panel {
  return panel(title, it, narrowed, {
    kind: 'number',
    unit: 'short',
    asked: [{ name: title, question: { ask: 'total', ...narrow(it, narrowed) } }],
  });
}

/** One line for each value of an attribute: how many, and the percentiles. */
function tablePanel(title: string, it: ManifestInstrument, key: string): Panel {
  const asked = narrow(it, { by: [key] });
  const { unit } = shownOf(it);
  return panel(title, it, undefined, {
    kind: 'table',
    unit,
    asked: [
      { name: 'Count', unit: 'short', question: { ask: 'total', ...asked } },
      ...QUANTILES.map((quantile) => ({
        name: `P${quantile * 100}`,
        question: { ask: 'quantileOfAll', quantile, ...asked } satisfies Question,
      })),
    ],
  });
}

function comparedPanel(
  title: string,
  instruments: Instruments,
  parts: Readonly<Record<string, string>>,
  quantile: number,
): Possible {
  const found = Object.entries(parts).flatMap(([label, name]) => {
    const instrument = instruments.get(name);
    return instrument === undefined ? [] : [{ label, instrument }];
  });
  const [first] = found;
  if (first === undefined || found.length < 2) return undefined;
  return {
    title,
    description: found
      .map(({ label, instrument }) => `${label}: ${instrument.description}`)
      .join(' '),
    kind: 'lines',
    ...shownOf(first.instrument),
    asked: found.map(({ label, instrument }) => ({
      name: label,
      question: { ask: 'quantile', quantile, instrument },
    })),
  };
}

/** What is worth seeing of an instrument that no dashboard knows by name. */
export function panelsOf(it: ManifestInstrument, narrowed: Narrowed = {}): readonly Panel[] {
  const main = mainAttribute(it);
  const byMain = { ...narrowed, by: main === undefined ? [] : [main] };
  const suffix = main === undefined ? '' : ` by ${main}`;
  if (isHistogram(it)) {
    return [
      ratePanel(`${it.name}: how many${suffix}`, it, byMain),
      quantilesPanel(`${it.name}: percentiles`, it, narrowed),
      heatmapPanel(`${it.name}: distribution`, it, narrowed),
    ];
  }
  return isCounter(it)
    ? [ratePanel(`${it.name}${suffix}`, it, byMain)]
    : [levelPanel(`${it.name}${suffix}`, it, byMain)];
}
