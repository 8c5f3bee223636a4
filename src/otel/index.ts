export type { ProducerOptions, RegistryProducer, SnapshotFilter } from './producer.js';
export { makeProducer } from './producer.js';
export type { AnyRegistry, Registry, RegistryDefinition, RegistryMethods } from './registry.js';
export { coreOf, defineRegistry, makeRegistry } from './registry.js';
export type { ExportState } from './tracked-exporter.js';
export { TrackedExporter } from './tracked-exporter.js';
