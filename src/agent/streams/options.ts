import { wrongArgument } from '../../errors.js';
import { agentMetrics, instrumentsOf, type RegistryWith } from '../../standard/index.js';
import type { TokenUsage } from '../token-usage.js';
import type { AttributesOfAll } from './attributes-of-all.js';
import type { ChunkFacts, Recognize } from './chunk-facts.js';
import { MODEL_INSTRUMENTS, type ModelCallSettings } from './model-call.js';
import { byShape } from './recognizers/by-shape.js';

type ModelInstrumentName = (typeof MODEL_INSTRUMENTS)[number];

/** A registry that has the instruments of a model call, in their kind and unit. */
export type ModelRegistry<R> = RegistryWith<R, ModelInstrumentName>;

/**
 * What a call of a model says of itself: operation and provider are required. What is found out on
 * the way is left out, but for the model that answers, which counts more than what the answer says.
 */
export type ModelCallAttributes<R = typeof agentMetrics> = AttributesOfAll<
  R,
  ModelInstrumentName,
  'error.type' | 'gen_ai.token.type'
>;

/** Options of `observeModelCall`. */
export interface ModelCallOptions<R = typeof agentMetrics> {
  /** Where it records. Default: `agentMetrics`, the standard registry. */
  readonly registry?: (R & ModelRegistry<R>) | undefined;
  /**
   * When the request was sent, as milliseconds of `performance.now()`. Default: now, which for a
   * function that makes the call is just before it is called.
   */
  readonly startedAt?: number | undefined;
  /** What the answer says, or each chunk of it. Default: told by its shape, for known packages. */
  readonly recognize?: ((chunk: never) => ChunkFacts | undefined) | undefined;
  /** Whether `gen_ai.client.token.usage` is recorded. Default `'histogram'`. */
  readonly tokenUsage?: TokenUsage | undefined;
}

/** Checks the options, and looks the instruments up. Cold, and the one place that throws. */
export function settingsOf(
  attributes: ModelCallSettings['attributes'],
  options: ModelCallOptions<object>,
  caller: string,
): ModelCallSettings {
  const { registry = agentMetrics, startedAt, recognize, tokenUsage = 'histogram' } = options ?? {};
  const instruments = instrumentsOf(registry, MODEL_INSTRUMENTS, caller);
  if (startedAt !== undefined && !Number.isFinite(startedAt)) {
    throw wrongArgument(
      caller,
      startedAt,
      ' as startedAt',
      'Pass what performance.now() returned when the request was sent, or leave it out.',
    );
  }
  if (recognize !== undefined && typeof recognize !== 'function') {
    throw wrongArgument(
      caller,
      recognize,
      ' as recognize',
      'Pass one of recognizers, or a function from a chunk to what it says.',
    );
  }
  return {
    instruments,
    attributes,
    startedAt: startedAt ?? performance.now(),
    recognize: (recognize as Recognize<unknown> | undefined) ?? byShape,
    tokenUsage,
  };
}
