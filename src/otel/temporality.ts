import { AggregationTemporality, type InstrumentType } from '@opentelemetry/sdk-metrics';
import { type TemporalityPreference, temporalityOf } from '../core/index.js';
import type { InstrumentKind } from '../declare/index.js';

/** The temporality of other libraries' instruments: what a preference means for ours. */
export function temporalitySelector(
  preference: TemporalityPreference,
): (type: InstrumentType) => AggregationTemporality {
  return (type) =>
    temporalityOf(preference, kindOf(type)) === 'delta'
      ? AggregationTemporality.DELTA
      : AggregationTemporality.CUMULATIVE;
}

/** `OBSERVABLE_UP_DOWN_COUNTER` there is `observableUpDownCounter` here. */
function kindOf(type: InstrumentType): InstrumentKind {
  const name = type.toLowerCase().replace(/_./g, ([, letter]) => (letter as string).toUpperCase());
  return name as InstrumentKind;
}
