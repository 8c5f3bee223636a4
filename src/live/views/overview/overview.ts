import type { Panel, Plan } from '../../../artefacts/index.js';
import type { Manifest, ManifestInstrument } from '../../../declare/index.js';
import type { BoardRow, Level, Overview, ServiceState } from '../../protocol.js';
import type { Store } from '../../store/index.js';
import type { Answerer } from '../answers.js';
import { boardRows, type PanelContext } from '../panels.js';
import { findingsOf } from './findings.js';
import { bigNumbers } from './numbers.js';
import { sloStates } from './slos.js';
import { cardinality, exemplars, exporters } from './state.js';
import { groupTables } from './tables.js';

/** What the overview is made from. */
export interface OverviewInput {
  readonly store: Store;
  readonly answerer: Answerer;
  readonly plans: readonly Plan[];
  /** Given registries alone: what is inferred has no objectives. */
  readonly manifests: readonly Manifest[];
  readonly services: readonly ServiceState[];
  readonly context: PanelContext;
  readonly traceUrl?: string | undefined;
}

/** Parts of plans that answer "is it healthy, and what is slow?", in the order shown. */
const SHOWN: readonly (readonly [purpose: string, row: string, title?: string])[] = [
  ['bottlenecks', 'Distributions', 'Latency'],
  ['models', 'Jobs', 'First token and end'],
  ['models', 'Tokens and cost'],
  ['service', 'Database', 'Pools'],
];

/** Levels of the runtime, of Node and of others. */
const RUNTIME = [
  'nodejs.eventloop.delay.p99',
  'nodejs.eventloop.utilization',
  'v8js.memory.heap.used',
  'process.cpu.utilization',
  'process.memory.usage',
  'jvm.memory.used',
  'process.runtime.cpython.memory',
  'go.memory.used',
] as const;

const MOST_PANELS = 4;

/** Is it healthy, and what is slow: without a click. */
export function overview(input: OverviewInput): Overview {
  const { store, answerer, manifests, services, context, traceUrl } = input;
  const tables = groupTables(answerer, context.by);
  const slos = sloStates(manifests, answerer, store);
  const series = cardinality(answerer, store);
  const delivery = exporters(answerer);
  const level = (name: string) =>
    answerer.levels(name, 'max').flatMap(({ values }) => values.at(-1) ?? [])[0] ?? null;
  const findings = findingsOf({
    tables,
    slos,
    cardinality: series,
    exporters: delivery,
    services,
    eventLoopDelay: level('nodejs.eventloop.delay.p99'),
    waitingForConnections: level('db.client.connection.pending_requests'),
  });
  return {
    kind: 'overview',
    level: findings[0]?.level ?? ('good' satisfies Level),
    findings,
    numbers: bigNumbers(answerer),
    tables,
    slos,
    ...(slos.length === 0 && { noSlos: NO_SLOS }),
    rows: [...planRows(input), ...runtimeRow(input)],
    cardinality: series,
    exporters: delivery,
    exemplars: exemplars(store.instruments, traceUrl),
  };
}

const NO_SLOS =
  'Objectives are declared in a registry. Start with --registry ./src/metrics.ts to see how they stand.';

function planRows({ plans, context }: OverviewInput): readonly BoardRow[] {
  return SHOWN.flatMap(([purpose, title, shownAs = title]) => {
    const rows = plans.find((plan) => plan.purpose === purpose)?.rows ?? [];
    const found = rows.filter((row) => row.title === title);
    return boardRows(
      'overview',
      found.map(({ panels }) => ({ title: shownAs, panels })),
      context,
    ).map((row) => ({ ...row, panels: row.panels.slice(0, MOST_PANELS) }));
  });
}

function runtimeRow({ plans, context }: OverviewInput): readonly BoardRow[] {
  const panels = plans.flatMap(({ rows }) => rows.flatMap((row) => row.panels));
  const isAbout = (panel: Panel, name: string) => instrumentOf(panel)?.name === name;
  const found = RUNTIME.flatMap((name) => panels.find((panel) => isAbout(panel, name)) ?? []);
  return boardRows('overview', [{ title: 'Runtime', panels: found }], context);
}

function instrumentOf({ asked: [first] }: Panel): ManifestInstrument | undefined {
  const question = first?.question;
  return question !== undefined && 'instrument' in question ? question.instrument : undefined;
}
