import { AggregationTemporality, InstrumentType } from '@opentelemetry/sdk-metrics';
import { type TemporalityPreference, temporalityOf } from '../core/index.js';
import type { InstrumentKind } from '../declare/index.js';

const KIND: Readonly<Record<InstrumentType, InstrumentKind>> = {
  [InstrumentType.COUNTER]: 'counter',
  [InstrumentType.GAUGE]: 'gauge',
  [InstrumentType.HISTOGRAM]: 'histogram',
  [InstrumentType.UP_DOWN_COUNTER]: 'upDownCounter',
  [InstrumentType.OBSERVABLE_COUNTER]: 'observableCounter',
  [InstrumentType.OBSERVABLE_GAUGE]: 'observableGauge',
  [InstrumentType.OBSERVABLE_UP_DOWN_COUNTER]: 'observableUpDownCounter',
};

/** The temporality of other libraries' instruments: what a preference means for ours. */
export function temporalitySelector(
  preference: TemporalityPreference,
): (type: InstrumentType) => AggregationTemporality {
  return (type) =>
    temporalityOf(preference, KIND[type]) === 'delta'
      ? AggregationTemporality.DELTA
      : AggregationTemporality.CUMULATIVE;
}
