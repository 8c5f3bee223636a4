import type { Manifest } from '../../declare/index.js';
import type { Answer, Asking, Board } from '../protocol.js';
import type { Store } from '../store/index.js';
import { Answerer } from './answers.js';
import { catalogue, instrumentView } from './catalogue.js';
import { knownOf } from './known.js';
import { overview } from './overview/overview.js';
import { serviceStates } from './overview/state.js';
import { boardRows } from './panels.js';
import { spanOf, timesOf } from './span.js';

/** What an answer needs beside what has been received. */
export interface AnswerContext {
  /** Registries whose objectives and descriptions are known. */
  readonly manifests: readonly Manifest[];
  /** Address of a trace, `{traceId}` in it. */
  readonly traceUrl?: string | undefined;
  /** Requests that were refused since the start, by reason. */
  readonly refused?: Readonly<Record<string, number>> | undefined;
  /** Where services send to, for those who have nothing yet. */
  readonly receiverUrl: string;
}

/** Values of an attribute that are offered to pick from. */
const MOST_VALUES = 200;

/** Answers what the page asks. Pure but for the clock of the store. */
export function answer(store: Store, asking: Asking, context: AnswerContext): Answer {
  const span = spanOf(asking, store);
  const { services: picked, filters } = asking;
  const answerer = new Answerer(store, span, { services: picked, filters });
  const services = serviceStates(store);
  const { manifests, plans } = knownOf(store, context.manifests);
  const panels = { answerer, services: services.map(({ name }) => name), by: asking.by };
  const { traceUrl } = context;
  const empty = emptyText(store, services.length, asking, context);
  const shown = (): Answer['shown'] => {
    switch (asking.view) {
      case 'catalogue':
        return catalogue(answerer, store);
      case 'instrument': {
        const name = asking.instrument ?? '';
        return instrumentView({ name, store, answerer, manifests, context: panels, traceUrl });
      }
      case 'overview':
        return overview({
          store,
          answerer,
          plans,
          manifests: manifests.slice(0, -1),
          services,
          context: panels,
          traceUrl,
        });
      default: {
        const plan = plans.find(({ purpose }) => purpose === asking.view);
        if (plan === undefined) return unknownBoard(asking.view);
        const rows = boardRows(plan.purpose, plan.rows, panels);
        const { title, description } = plan;
        const nothing = rows.length === 0 && { empty: NOTHING_IN_SPAN };
        return { kind: 'board', title, description, rows, ...nothing } satisfies Board;
      }
    }
  };
  const content = shown();
  return {
    at: store.now(),
    from: span.from * 1_000,
    to: span.to * 1_000,
    stepMillis: span.step * 1_000,
    times: timesOf(span),
    ...(span.isCoarse && { note: coarseText(span.step) }),
    views: [
      { view: 'overview', title: 'Overview' },
      ...plans.map(({ purpose, title }) => ({ view: purpose, title })),
      { view: 'catalogue', title: 'All instruments' },
    ],
    services,
    attributes: attributesOf(store),
    history: historyOf(store, context.refused ?? {}),
    shown: empty === undefined ? content : { ...content, empty },
  };
}

const NOTHING_IN_SPAN = 'Nothing of this was measured in the time shown. Choose a longer one.';

function coarseText(step: number): string {
  return `A point for every ${step} s: older history is kept coarser.`;
}

function unknownBoard(view: string): Board {
  const empty = `There is no view "${view.slice(0, 80)}", or nothing for it has been received yet.`;
  return { kind: 'board', title: view.slice(0, 80), description: '', rows: [], empty };
}

/** Where OTLP over HTTP goes if nothing is set. */
const USUAL_PORT = '4318';

function emptyText(
  store: Store,
  services: number,
  { services: picked }: Asking,
  { receiverUrl }: AnswerContext,
): string | undefined {
  if (services === 0) {
    const isUsual = new URL(receiverUrl).port === USUAL_PORT;
    const how = isUsual
      ? 'where it sends them by itself'
      : `where OTEL_EXPORTER_OTLP_ENDPOINT=${receiverUrl} makes it send them`;
    return `Nothing has been received yet. Start a service that calls setupMetrics(), or has any OpenTelemetry SDK: its metrics are taken at ${receiverUrl}, ${how}. Most send once in a minute; OTEL_METRIC_EXPORT_INTERVAL=2000 makes it every two seconds.`;
  }
  const known = new Set(store.resources.map(({ service }) => service));
  const unknown = picked.filter((name) => !known.has(name));
  if (picked.length > 0 && unknown.length === picked.length) {
    return `No service called ${unknown.join(', ')} has sent anything. There are ${[...known].join(', ')}.`;
  }
  return undefined;
}

function attributesOf(store: Store): Answer['attributes'] {
  const values = new Map<string, Set<string>>();
  for (const instrument of store.instruments) {
    for (const [key, own] of instrument.values) {
      const all = values.get(key) ?? new Set();
      values.set(key, all);
      for (const value of own.keys()) if (all.size < MOST_VALUES) all.add(value);
    }
  }
  return [...values]
    .map(([key, all]) => ({ key, values: [...all].sort() }))
    .sort((a, b) => a.key.localeCompare(b.key));
}

function historyOf(store: Store, refused: Readonly<Record<string, number>>): Answer['history'] {
  return {
    oldest: store.oldest,
    series: store.series,
    bytes: store.bytes,
    maxBytes: store.maxBytes,
    maxSeconds: store.maxSeconds,
    pointsPerMinute: store.pointsPerMinute,
    refused,
    dropped: store.dropped,
  };
}
