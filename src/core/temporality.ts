import type { InstrumentKind } from '../declare/index.js';

/**
 * Which temporality a reader wants: `cumulative` totals since the start, `delta` since the last
 * collection, or `lowmemory`, which is delta where that costs no memory.
 *
 * Source: OpenTelemetry OTLP metrics exporter, `temporality_preference`.
 */
export type TemporalityPreference = 'cumulative' | 'delta' | 'lowmemory';

/** The temporality of one exported metric. */
export type Temporality = 'cumulative' | 'delta';

/** The kinds that each preference collects as delta; everything else is cumulative. */
const DELTA_KINDS: Readonly<Record<TemporalityPreference, readonly InstrumentKind[]>> = {
  cumulative: [],
  delta: ['counter', 'observableCounter', 'histogram', 'gauge', 'observableGauge'],
  lowmemory: ['counter', 'histogram'],
};

/** What a preference means for a kind of instrument. */
export function temporalityOf(
  preference: TemporalityPreference,
  kind: InstrumentKind,
): Temporality {
  return DELTA_KINDS[preference].includes(kind) ? 'delta' : 'cumulative';
}

/** Whether a value from outside is a preference. */
export function isTemporalityPreference(value: unknown): value is TemporalityPreference {
  return typeof value === 'string' && Object.hasOwn(DELTA_KINDS, value);
}
