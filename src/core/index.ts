export type { Base2Value, HistogramValue, PointValue } from './aggregation.js';
export { attempt } from './attempt.js';
export type { Clock } from './clock.js';
export type { Holder } from './context.js';
export {
  addAttributes,
  currentContext,
  enterContext,
  getAttributes,
  runInContext,
  withAttributes,
} from './context.js';
export { copies, noteReader } from './copies.js';
export type { ActiveTrace, Exemplar, TraceContext } from './exemplars.js';
export { newestExemplars } from './exemplars.js';
export { OWN_AGENT } from './own-client.js';
export { OWN_SERVER } from './own-server.js';
export type {
  CoreInstrument,
  InstrumentCardinality,
  InstrumentDrops,
  RegistryReader,
} from './registry.js';
export { CoreRegistry } from './registry.js';
export { Rows } from './rows.js';
export type { DropReason, RuntimeOptions } from './runtime.js';
export type { Steps } from './slices.js';
export { atOnce, inSlices, SERIES_PER_STEP } from './slices.js';
export type { MetricSnapshot, Point, Snapshot } from './snapshot.js';
export { pointsOf } from './snapshot.js';
export type { Temporality, TemporalityPreference } from './temporality.js';
export { isTemporalityPreference, temporalityOf } from './temporality.js';
export type { TimedAttributes } from './timer.js';
export { errorTypeOf } from './timer.js';
export type {
  AttributesArgument,
  BoundCounter,
  BoundGauge,
  BoundHistogram,
  BoundTimer,
  CompleteTimer,
  Counter,
  Gauge,
  Histogram,
  Instrument,
  LiveInstrument,
  LiveInstruments,
  Observable,
  ObservableResult,
  PendingTimer,
  StartTimer,
  UpDownCounter,
} from './types.js';
export type { InstrumentUsage } from './usage.js';
