import { isShare } from '../../../artefacts/index.js';
import type {
  CardinalityRow,
  ExemplarRow,
  ExporterRow,
  Level,
  ServiceState,
} from '../../protocol.js';
import { type Instrument, OVERFLOW, SLOT_MILLIS, type Store } from '../../store/index.js';
import { SERVICE } from '../aggregate.js';
import type { Answerer } from '../answers.js';
import { rounded } from '../panels.js';

/** Everything that is new when an instrument is, is no growth. */
const SETTLING_MILLIS = 30_000;
const MOST_ROWS = 30;
const MOST_EXEMPLARS = 20;
const SILENT_INTERVALS = 3;
const SILENT_LEAST_MILLIS = 15_000;

/** Everybody who has sent anything, by name. */
export function serviceStates(store: Store): readonly ServiceState[] {
  const byName = new Map<string, ServiceState>();
  for (const { service, language, lastSeen, interval } of store.resources) {
    const before = byName.get(service);
    const patience = Math.max(SILENT_LEAST_MILLIS, SILENT_INTERVALS * (interval ?? 60_000));
    const isSilent = store.now() - lastSeen > patience;
    byName.set(service, {
      name: service,
      instances: (before?.instances ?? 0) + (isSilent ? 0 : 1),
      language: language ?? before?.language,
      lastSeen: Math.max(lastSeen, before?.lastSeen ?? 0),
      // One process that goes on is enough.
      isSilent: isSilent && (before?.isSilent ?? true),
    });
  }
  return [...byName.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** How many series each instrument has, and what makes them. */
export function cardinality(
  answerer: Answerer,
  store: Store,
  only?: string,
): readonly CardinalityRow[] {
  const told = new Set(
    answerer
      .levels('meterbook.overflow', 'max', { by: ['instrument'] })
      .filter(({ values }) => (values.at(-1) ?? 0) > 0)
      .map(({ labels }) => labels['instrument']),
  );
  return store.instruments
    .filter(({ name }) => only === undefined || name === only)
    .map((instrument) => rowOf(instrument, answerer, told.has(instrument.name)))
    .sort((a, b) => Number(b.isOverflowing) - Number(a.isOverflowing) || b.series - a.series)
    .slice(0, MOST_ROWS);
}

function rowOf(instrument: Instrument, { span }: Answerer, isTold: boolean): CardinalityRow {
  const { name, services, series, values, isOverflowing } = instrument;
  const [largest] = [...values]
    .filter(([key]) => key !== OVERFLOW)
    .sort(([, a], [, b]) => b.size - a.size);
  const base = {
    instrument: name,
    services,
    series: series.size,
    isOverflowing: isOverflowing || isTold,
  };
  if (largest === undefined) return base;
  const [attribute, ofIt] = largest;
  const times = [...ofIt.values()];
  const first = Math.min(...times.slice(0, 1));
  const since = Math.max(span.from * SLOT_MILLIS, first + SETTLING_MILLIS);
  const growth = times.filter((time) => time >= since).length;
  return { ...base, attribute, values: ofIt.size, growth };
}

/** How the metrics themselves are delivered, by service. */
export function exporters(answerer: Answerer): readonly ExporterRow[] {
  const attempts = answerer.grouped('meterbook.export.attempts', { by: [SERVICE, 'outcome'] });
  const services = [...new Set(attempts.map(({ labels }) => labels[SERVICE] ?? ''))].sort();
  const countOf = (name: string, service: string) =>
    answerer
      .grouped(name, { by: [SERVICE] })
      .filter(({ labels }) => labels[SERVICE] === service)
      .reduce((sum, group) => sum + group.sum, 0);
  const held = answerer.levels('meterbook.export.held_points', 'sum', { by: [SERVICE] });
  return services.map((service) => {
    const own = attempts.filter(({ labels }) => labels[SERVICE] === service);
    const all = own.reduce((sum, { count }) => sum + count, 0);
    const accepted = own
      .filter(({ labels }) => labels['outcome'] === 'accepted')
      .reduce((sum, { count }) => sum + count, 0);
    const heldPoints = held.find(({ labels }) => labels[SERVICE] === service)?.values.at(-1) ?? 0;
    const droppedPoints = countOf('meterbook.export.dropped_points', service);
    const droppedMeasurements = countOf('meterbook.measurements.dropped', service);
    const isLosing = droppedPoints > 0;
    const isTroubled = all > accepted || heldPoints > 0 || droppedMeasurements > 0;
    const level: Level = isLosing ? 'problem' : isTroubled ? 'warning' : 'good';
    return {
      service,
      attempts: all,
      failed: all - accepted,
      heldPoints,
      droppedPoints,
      droppedMeasurements,
      level,
    };
  });
}

/** The newest measurements that name their trace. */
export function exemplars(
  instruments: readonly Instrument[],
  traceUrl: string | undefined,
): readonly ExemplarRow[] {
  return instruments
    .flatMap(({ name, unit, exemplars: kept }) =>
      kept.map(({ value, at, traceId, spanId, labels }) => ({
        instrument: name,
        value: rounded(value) ?? 0,
        unit: isShare({ name, unit }) ? 'percentunit' : unit,
        at,
        traceId,
        spanId,
        attributes: labels,
        ...(traceUrl !== undefined && { url: traceUrl.replaceAll('{traceId}', traceId) }),
      })),
    )
    .sort((a, b) => b.at - a.at)
    .slice(0, MOST_EXEMPLARS);
}
