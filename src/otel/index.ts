export { logFields } from './log-fields.js';
export type { ProducerOptions, RegistryProducer } from './producer.js';
export { makeProducer } from './producer.js';
export type { AnyRegistry, Registry, RegistryDefinition, RegistryMethods } from './registry.js';
export { coreOf, defineRegistry, makeRegistry } from './registry.js';
export { temporalitySelector } from './temporality.js';
export type { ExportState, TrackedExporterOptions } from './tracked-exporter.js';
export { newExportState, TrackedExporter } from './tracked-exporter.js';
