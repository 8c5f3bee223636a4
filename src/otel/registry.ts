import {
  CoreRegistry,
  type InstrumentCardinality,
  type InstrumentDrops,
  type InstrumentUsage,
  type LiveInstruments,
  type RuntimeOptions,
} from '../core/index.js';
import {
  type CheckedSlos,
  declareRegistry,
  type InstrumentDeclarations,
  type Manifest,
  type RegistryDeclaration,
  type Scope,
  type SloDeclarations,
  toManifest,
} from '../declare/index.js';
import { MeterbookError, show } from '../errors.js';
import { makeProducer, type ProducerOptions, type RegistryProducer } from './producer.js';

/** What a registry does besides holding its instruments. */
export interface RegistryMethods {
  /** The instrumentation scope under which everything is exported. */
  readonly scope: Scope;
  /** The whole declaration as plain JSON: the one input of every generator. */
  manifest(): Manifest;
  /** The state of the cardinality guard, instrument by instrument. Walks all series: cold. */
  cardinality(): readonly InstrumentCardinality[];
  /** What could not be recorded, by instrument and reason. */
  dropped(): readonly InstrumentDrops[];
  /**
   * What is declared and has never been recorded in this process: instruments, attributes, values of
   * `oneOf`. A zero that is seeded counts as recorded. Walks all series: cold.
   */
  usage(): readonly InstrumentUsage[];
  /**
   * A `MetricProducer` for a reader of your own `MeterProvider` or NodeSDK; each reader needs its
   * own. With `setupMetrics` there is no need for it.
   */
  producer(options?: ProducerOptions): RegistryProducer;
}

/** A live registry, whatever its instruments are. */
export type AnyRegistry = RegistryMethods;

/** A live registry: its instruments by property name, and its methods. */
export type Registry<I extends InstrumentDeclarations> = LiveInstruments<I> & RegistryMethods;

/** What a registry is defined by. */
export interface RegistryDefinition<I extends InstrumentDeclarations, S extends SloDeclarations> {
  /** Who owns the instruments: a library or a service. */
  readonly scope: Scope;
  /** Property name to instrument. */
  readonly instruments: I;
  /** Objectives on the histograms of this registry. */
  readonly slos?: S & CheckedSlos<S, I>;
  /** Throw where production drops and counts. Default false; the test kit sets it. */
  readonly strict?: boolean;
}

/** Where a live registry keeps its core; shared by the ESM and the CommonJS build. */
const CORE = Symbol.for('meterbook.registry.1');

/**
 * Declares instruments and makes them ready to record. Nothing is exported before `setupMetrics`
 * or a producer collects; what is recorded until then is kept, in memory bounded by `maxSeries`.
 *
 * Throws a `MeterbookError` that names the instrument, the cause and the fix where the definition
 * cannot be used.
 */
export function defineRegistry<
  const I extends InstrumentDeclarations,
  const S extends SloDeclarations = Readonly<Record<never, never>>,
>(definition: RegistryDefinition<I, S>): Registry<I> {
  return makeRegistry(declareRegistry(definition), { strict: definition.strict });
}

/** A live registry with clocks and strictness of its own. The test kit's way in. */
export function makeRegistry<I extends InstrumentDeclarations>(
  declaration: RegistryDeclaration<I>,
  options: RuntimeOptions,
): Registry<I> {
  const core = new CoreRegistry(declaration, options);
  const methods: RegistryMethods = {
    scope: declaration.scope,
    manifest: () => toManifest(declaration),
    cardinality: () => core.cardinality(),
    dropped: () => core.dropped(),
    usage: () => core.usage(),
    producer: (producerOptions) => makeProducer(core, producerOptions),
  };
  const registry = { ...core.instruments, ...methods };
  Object.defineProperty(registry, CORE, { value: core });
  return Object.freeze(registry) as unknown as Registry<I>;
}

/** The core of a live registry. Throws `INVALID_REGISTRY` for anything else. */
export function coreOf(registry: unknown): CoreRegistry {
  const core = (registry as { [CORE]?: CoreRegistry } | null | undefined)?.[CORE];
  if (core !== undefined) return core;
  throw new MeterbookError('INVALID_REGISTRY', {
    cause: `${show(registry)} was passed where a registry is needed.`,
    fix: 'Pass what defineRegistry() returned.',
  });
}
