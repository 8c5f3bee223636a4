import { format, percent } from '../../format.js';
import type {
  CardinalityRow,
  ExporterRow,
  Finding,
  GroupTable,
  Level,
  ServiceState,
  SloState,
} from '../../protocol.js';

/** What findings are made of. */
export interface Findable {
  readonly tables: readonly GroupTable[];
  readonly slos: readonly SloState[];
  readonly cardinality: readonly CardinalityRow[];
  readonly exporters: readonly ExporterRow[];
  readonly services: readonly ServiceState[];
  /** P99 of the event loop's delay, seconds. */
  readonly eventLoopDelay: number | null;
  /** Requests that wait for a database connection. */
  readonly waitingForConnections: number | null;
}

/** Fewer measurements are no ground for a judgement. */
const ENOUGH = 10;
const MANY_ERRORS = { warning: 0.02, problem: 0.1 };
const MUCH_GROWTH = 100;
const SLOW_LOOP_SECONDS = 0.1;
const LATE_FIRST_TOKEN = 0.7;

const WEIGHT: Readonly<Record<Level, number>> = { problem: 0, warning: 1, good: 2 };

/**
 * What is worth knowing, the worst first; one that says so where there is nothing. Of what is equally bad the
 * one that explains the others comes first: a bottleneck before the failures behind it.
 */
export function findingsOf(found: Findable): readonly Finding[] {
  const all = [
    ...found.slos.flatMap(sloFinding),
    ...found.tables.flatMap(bottleneckFinding),
    ...found.cardinality.flatMap(cardinalityFinding),
    ...found.exporters.flatMap(exporterFinding),
    ...found.services.flatMap(silentFinding),
    ...runtimeFindings(found),
    ...found.tables.flatMap(errorFindings),
    ...found.tables.flatMap(firstTokenFinding),
  ];
  if (all.length === 0) {
    return [
      { level: 'good', text: 'Nothing stands out: no failures, no bottleneck, no overflow.' },
    ];
  }
  return all.sort((a, b) => WEIGHT[a.level] - WEIGHT[b.level]);
}

function sloFinding({ name, level, verdict, instrument }: SloState): readonly Finding[] {
  if (level === 'good') return [];
  return [{ level, text: `The objective ${name} ${verdict}.`, see: seeInstrument(instrument) }];
}

function errorFindings({ what, rows, instrument }: GroupTable): readonly Finding[] {
  return rows.flatMap(({ name, errors = 0, count, filters }) => {
    if (count < ENOUGH || errors < MANY_ERRORS.warning) return [];
    const level = errors >= MANY_ERRORS.problem ? 'problem' : 'warning';
    const text = `${what} ${name}: ${percent(errors)} of ${count.toLocaleString('en-US')} failed.`;
    return [{ level, text, see: { ...seeInstrument(instrument), filters } }];
  });
}

function bottleneckFinding({
  what,
  rows,
  title,
  unit,
  instrument,
}: GroupTable): readonly Finding[] {
  const slow = rows.find(({ isBottleneck }) => isBottleneck);
  if (slow?.p95 === undefined || slow.count < ENOUGH / 2) return [];
  const text = `${what} ${slow.name} is the bottleneck of ${title.toLowerCase()}: P95 ${format(slow.p95, unit)}.`;
  return [{ level: 'warning', text, see: { ...seeInstrument(instrument), filters: slow.filters } }];
}

function firstTokenFinding({ id, rows, instrument }: GroupTable): readonly Finding[] {
  if (id !== 'jobs' && id !== 'models') return [];
  return rows.flatMap(({ name, firstShare = 0, count }) => {
    if (count < ENOUGH || firstShare < LATE_FIRST_TOKEN) return [];
    const text = `${percent(firstShare)} of the time of ${name} passes before its first token.`;
    return [{ level: 'warning' as const, text, see: seeInstrument(instrument) }];
  });
}

function exporterFinding(row: ExporterRow): readonly Finding[] {
  const { level, service, droppedPoints, droppedMeasurements, heldPoints, failed } = row;
  if (level === 'good') return [];
  const parts = [
    ...(droppedPoints > 0 ? [`${droppedPoints} points were given up`] : []),
    ...(droppedMeasurements > 0 ? [`${droppedMeasurements} measurements were dropped`] : []),
    ...(heldPoints > 0 ? [`${heldPoints} points wait`] : []),
    ...(failed > 0 ? [`${failed} exports failed`] : []),
  ];
  const see = { view: 'pipeline', services: [service] };
  return [{ level, text: `Metrics of ${service}: ${parts.join(', ')}.`, see }];
}

function cardinalityFinding(row: CardinalityRow): readonly Finding[] {
  const { instrument, isOverflowing, attribute, values = 0, growth = 0 } = row;
  const see = seeInstrument(instrument);
  if (isOverflowing) {
    const cause = attribute === undefined ? '' : ` ${attribute} has ${values} values.`;
    return [
      { level: 'warning', text: `${instrument} has more series than its limit.${cause}`, see },
    ];
  }
  if (growth < MUCH_GROWTH) return [];
  const text = `${attribute} of ${instrument} grows: ${growth} new values.`;
  return [{ level: 'warning', text, see }];
}

function silentFinding({ name, isSilent }: ServiceState): readonly Finding[] {
  return isSilent ? [{ level: 'warning', text: `${name} has stopped sending.` }] : [];
}

function runtimeFindings({ eventLoopDelay, waitingForConnections }: Findable): readonly Finding[] {
  const findings: Finding[] = [];
  if ((eventLoopDelay ?? 0) > SLOW_LOOP_SECONDS) {
    const text = `The event loop is late: P99 of its delay is ${format(eventLoopDelay, 's')}.`;
    findings.push({ level: 'warning', text, see: seeInstrument('nodejs.eventloop.delay.p99') });
  }
  if ((waitingForConnections ?? 0) > 0) {
    const text = `${waitingForConnections} requests wait for a database connection.`;
    const see = seeInstrument('db.client.connection.pending_requests');
    findings.push({ level: 'warning', text, see });
  }
  return findings;
}

function seeInstrument(instrument: string) {
  return { view: 'instrument', instrument };
}
