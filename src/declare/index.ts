export type {
  AttributeDeclaration,
  AttributeDeclarations,
  Attributes,
  AttributeType,
  AttributeValue,
  OpenSetOptions,
} from './attributes.js';
export { attr, isAttributeDeclaration, MAX_VALUE_LENGTH, OTHER } from './attributes.js';
export type { Base2Buckets, Buckets, ExplicitBuckets } from './buckets.js';
export { buckets } from './buckets.js';
export type {
  CounterOptions,
  HistogramOptions,
  InstrumentDeclaration,
  InstrumentDeclarations,
  InstrumentKind,
  InstrumentOptions,
  NoAttributes,
  SampledOptions,
} from './instruments.js';
export {
  counter,
  DEFAULT_MAX_SERIES,
  gauge,
  histogram,
  observableCounter,
  observableGauge,
  observableUpDownCounter,
  upDownCounter,
} from './instruments.js';
export type { Manifest, ManifestAttribute, ManifestInstrument } from './manifest.js';
export { toManifest } from './manifest.js';
export type { RegistryDeclaration, Scope } from './registry.js';
export { conflict, declareRegistry, RESERVED_NAMES } from './registry.js';
export type { FormerName } from './renames.js';
export { endOfFormerName } from './renames.js';
export type { SloDeclaration, SloDeclarations, SloWindow } from './slo.js';
export { slo } from './slo.js';
export type { AttributesOf, CheckedSlos, MisuseError, RequiredKeys } from './types.js';
export type { TimeUnit, Unit } from './units.js';
export { isTimeUnit, MILLIS_PER_UNIT } from './units.js';
