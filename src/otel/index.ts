export type { Answer, Fate, Send } from './delivery/answer.js';
export type {
  DeliveryOptions,
  PointDropReason,
  Store,
  StoredRequest,
} from './delivery/delivery.js';
export { Delivery } from './delivery/delivery.js';
export type { TlsMaterial } from './delivery/http-sender.js';
export { HttpSender } from './delivery/http-sender.js';
export { pointsIn } from './delivery/points.js';
export type { ExemplarFilter, ExemplarSource } from './exemplars.js';
export { EXEMPLAR_FILTERS, takeExemplars } from './exemplars.js';
export type { ExportState } from './export-state.js';
export { exportResult, newExportState, noteAttempt, track } from './export-state.js';
export { logFields } from './log-fields.js';
export type { PointWithExemplars } from './metric-data.js';
export { toMetricData } from './metric-data.js';
export type {
  PipelineProducer,
  PipelineProducerOptions,
  ProducerOptions,
  RegistryProducer,
} from './producer.js';
export { makeProducer } from './producer.js';
export type { AnyRegistry, Registry, RegistryDefinition, RegistryMethods } from './registry.js';
export { coreOf, defineRegistry, makeRegistry } from './registry.js';
export { toRowMetric } from './row-metrics.js';
export { Spool } from './spool/index.js';
export { temporalitySelector } from './temporality.js';
