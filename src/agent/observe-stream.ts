import type { Attributes } from '../declare/index.js';
import { wrongArgument } from '../errors.js';
import type { agentMetrics } from '../standard/index.js';
import { countCall } from './streams/agent-scope.js';
import { isStream, observedStream } from './streams/follow.js';
import { ModelCall } from './streams/model-call.js';
import { observedPromise } from './streams/observed-promise.js';
import { type ModelCallAttributes, type ModelCallOptions, settingsOf } from './streams/options.js';
import { isObject, isThenable } from './streams/shapes.js';

/** A web stream, whichever library declares its type. */
export interface ReadableStreamLike {
  readonly locked: boolean;
  getReader(): unknown;
  cancel(reason?: unknown): Promise<void>;
}

/** A streamed answer: of client packages, of `fetch`, or made by hand. */
export type ModelStream = AsyncIterable<unknown> | ReadableStreamLike;

/** A streamed answer, or the promise of one. */
export type ModelStreamSource = ModelStream | PromiseLike<ModelStream | null>;

/**
 * Measures a streamed call of a model, and returns what was passed in, or what the function passed
 * in returns: same type, same members, same chunks, each asked for when the consumer asks for it.
 *
 * Pass the function that makes the call, so that the clock starts before the request is sent and an
 * error in place of a stream is recorded. With a stream or a promise it starts now, or at
 * `options.startedAt`.
 *
 * Recorded, in seconds: `agent.model.time_to_first_byte`,
 * `gen_ai.client.operation.time_to_first_chunk` (first output of any kind),
 * `agent.model.time_to_first_text`, `gen_ai.client.operation.time_per_output_chunk` for each output
 * after the first, and once, at whichever end comes first, `gen_ai.client.operation.duration` with
 * `error.type`: the code or class of an error, `cancelled` for an abort, `abandoned` where the
 * consumer left before the answer was complete. In {token}, `gen_ai.client.token.usage` at the end.
 * Times are those at which the consumer gets a chunk. A stream that nobody consumes records nothing.
 *
 * The source is consumed through what is returned, and not otherwise. Throws `INVALID_SETUP` for what
 * is no stream or an option that cannot be used, and `INVALID_REGISTRY` for a registry without the
 * instruments; afterwards nothing that goes wrong with the measurement reaches the application. Costs
 * a few microseconds for each chunk.
 *
 * Source: GenAI metrics, "Generative AI client metrics"; the metrics named `agent.model.*` are ours.
 *
 * ```ts
 * const stream = await observeStream(
 *   () => client.chat.completions.create({ model, messages, stream: true }),
 *   { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'openai' },
 * );
 * ```
 */
export function observeStream<S extends ModelStreamSource, R extends object = typeof agentMetrics>(
  call: () => S,
  attributes: ModelCallAttributes<R>,
  options?: ModelCallOptions<R>,
): S;
export function observeStream<S extends ModelStreamSource, R extends object = typeof agentMetrics>(
  source: S,
  attributes: ModelCallAttributes<R>,
  options?: ModelCallOptions<R>,
): S;
export function observeStream(
  source: unknown,
  attributes: object,
  options: ModelCallOptions<object> = {},
): unknown {
  const settings = settingsOf(attributes as Attributes, options, 'observeStream()');
  const isCall = typeof source === 'function';
  if (!isCall && !isStream(source) && !isThenable(source)) {
    throw wrongArgument(
      'observeStream()',
      source,
      ' as source',
      'Pass the function that makes the call, or the stream that it returned.',
    );
  }
  const call = new ModelCall(settings);
  countCall('inferenceCalls');
  if (!isCall) return follow(source, call);
  let result: unknown;
  try {
    result = source();
  } catch (error) {
    call.onError(error);
    throw error;
  }
  return follow(result, call);
}

function follow(source: unknown, call: ModelCall): unknown {
  if (!isStream(source) && isThenable(source) && isObject(source)) {
    const seen = new Map<unknown, unknown>();
    const onValue = (value: unknown): unknown => {
      if (!seen.has(value)) seen.set(value, follow(value, call));
      return seen.get(value);
    };
    return observedPromise(source, { onValue, onError: (error) => call.onError(error) });
  }
  if (isStream(source)) return observedStream(source, call);
  // The call was not streamed after all: it is measured as a whole.
  call.onAnswer(source);
  return source;
}
