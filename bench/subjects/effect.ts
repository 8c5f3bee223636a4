import { Context, type EffectContext, type EffectMetric, Metric } from 'effect';
import {
  type Attributes,
  BOUNDARIES,
  type InstrumentSpec,
  type MakeSubject,
  type SubjectInstrument,
} from './subject.js';

/** Effect takes text alone. */
function texts(attributes: Attributes): Record<string, string> {
  const made: Record<string, string> = {};
  for (const key in attributes) made[key] = String(attributes[key]);
  return made;
}

/** Updated without a fiber around each measurement, which would cost more than the measurement. */
function instrumentOf(context: EffectContext, spec: InstrumentSpec): SubjectInstrument {
  const { kind, name } = spec;
  const instrument: EffectMetric =
    kind === 'histogram'
      ? Metric.histogram(name, { boundaries: [...BOUNDARIES] })
      : Metric.counter(name);
  return {
    record: (value, attributes) => {
      const it =
        attributes === undefined
          ? instrument
          : Metric.withAttributes(instrument, texts(attributes));
      it.updateUnsafe(value, context);
    },
    bind: (attributes) => {
      const bound = Metric.withAttributes(instrument, texts(attributes));
      return { record: (value) => bound.updateUnsafe(value, context) };
    },
  };
}

export const makeSubject: MakeSubject = (specs) => {
  const context = Context.make(Metric.MetricRegistry, new Map());
  const instruments = specs.map((spec) => instrumentOf(context, spec));
  return {
    instruments,
    collect: async () => Metric.snapshotUnsafe(context),
    async tally() {
      // An instrument that was recorded with attributes alone has no series without.
      const states = Metric.snapshotUnsafe(context).map(({ state }) => state);
      const counts = states.map(({ count }) => Number(count));
      return {
        series: counts.filter((count) => count > 0).length,
        measurements: counts.reduce((sum, count) => sum + count, 0),
      };
    },
  };
};
