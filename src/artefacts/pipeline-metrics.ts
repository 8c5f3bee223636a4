import type { ManifestInstrument } from '../declare/index.js';

const NONE = { description: '', maxSeries: 2_000, worstCaseSeries: 2_000 };

function attributes(...keys: readonly string[]): ManifestInstrument['attributes'] {
  return keys.map((key) => ({ key, type: 'string', optional: false, fromContext: false }));
}

/**
 * What the pipeline of `setupMetrics` measures about itself, as a manifest would say it. The one place in
 * which the generators know these names.
 */
export const PIPELINE = {
  /** Exports, by what became of them: accepted, retryable, rejected, ambiguous. */
  attempts: {
    ...NONE,
    property: 'attempts',
    name: 'meterbook.export.attempts',
    kind: 'counter',
    unit: '{export}',
    attributes: attributes('outcome'),
  },
  /** Points given up, by reason. */
  droppedPoints: {
    ...NONE,
    property: 'droppedPoints',
    name: 'meterbook.export.dropped_points',
    kind: 'counter',
    unit: '{point}',
    attributes: attributes('reason'),
  },
  /** Time that an export takes. */
  duration: {
    ...NONE,
    property: 'duration',
    name: 'meterbook.export.duration',
    kind: 'histogram',
    unit: 's',
    attributes: attributes('outcome'),
    boundaries: [0.001, 0.004, 0.016, 0.064, 0.256, 1.024, 4.096, 16.384, 65.536],
  },
  /** Points of failed exports that wait for the next one. */
  heldPoints: {
    ...NONE,
    property: 'heldPoints',
    name: 'meterbook.export.held_points',
    kind: 'observableUpDownCounter',
    unit: '{point}',
    attributes: [],
  },
  /** Series that are live, by instrument. */
  series: {
    ...NONE,
    property: 'series',
    name: 'meterbook.series',
    kind: 'observableGauge',
    unit: '{series}',
    attributes: attributes('instrument'),
  },
  /** 1 for an instrument past one of its limits, and no series for the others. */
  overflow: {
    ...NONE,
    property: 'overflow',
    name: 'meterbook.overflow',
    kind: 'observableGauge',
    unit: '{instrument}',
    attributes: attributes('instrument'),
  },
  /** Measurements that could not be recorded. */
  droppedMeasurements: {
    ...NONE,
    property: 'droppedMeasurements',
    name: 'meterbook.measurements.dropped',
    kind: 'observableCounter',
    unit: '{measurement}',
    attributes: attributes('instrument', 'reason'),
  },
} as const satisfies Readonly<Record<string, ManifestInstrument>>;

/** The value of `outcome` of an export that has arrived. */
export const ACCEPTED = 'accepted';
