export type {
  BoundCounter,
  BoundGauge,
  BoundHistogram,
  BoundTimer,
  CompleteTimer,
  Counter,
  DropReason,
  Gauge,
  Histogram,
  InstrumentCardinality,
  InstrumentDrops,
  InstrumentUsage,
  LiveInstrument,
  Observable,
  ObservableResult,
  PendingTimer,
  TemporalityPreference,
  UpDownCounter,
} from './core/index.js';
export { addAttributes, getAttributes, withAttributes } from './core/index.js';
export type {
  AttributeDeclaration,
  Attributes,
  AttributesOf,
  AttributeValue,
  Base2Buckets,
  Buckets,
  ExplicitBuckets,
  FormerName,
  InstrumentDeclaration,
  InstrumentKind,
  Manifest,
  Scope,
  SloDeclaration,
  Unit,
} from './declare/index.js';
export {
  attr,
  buckets,
  counter,
  gauge,
  histogram,
  observableCounter,
  observableGauge,
  observableUpDownCounter,
  slo,
  upDownCounter,
} from './declare/index.js';
export type { ErrorCode } from './errors.js';
export { ERRORS, MeterbookError } from './errors.js';
export type {
  AnyRegistry,
  ExemplarFilter,
  PointDropReason,
  ProducerOptions,
  Registry,
  RegistryProducer,
} from './otel/index.js';
export { defineRegistry, logFields } from './otel/index.js';
export type {
  ExporterHealth,
  FlushAfterOptions,
  Health,
  HealthCheckOptions,
  Logger,
  OtlpOptions,
  PrometheusOptions,
  SetupOptions,
  SpoolOptions,
  Telemetry,
} from './setup/index.js';
export { flushAfter, healthCheck, setupMetrics } from './setup/index.js';
