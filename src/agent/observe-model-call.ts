import type { Attributes } from '../declare/index.js';
import type { agentMetrics } from '../standard/index.js';
import { countCall } from './streams/agent-scope.js';
import { checkWork } from './streams/measured-work.js';
import { ModelCall } from './streams/model-call.js';
import { observedPromise } from './streams/observed-promise.js';
import { type ModelCallAttributes, type ModelCallOptions, settingsOf } from './streams/options.js';
import { isObject, isThenable } from './streams/shapes.js';

/**
 * Measures a call of a model whose answer comes in one piece, and returns or throws what `fn` does:
 * `gen_ai.client.operation.duration`, s, with `error.type` where it failed, and
 * `gen_ai.client.token.usage`, {token}, of the answer's usage block. `fn` is called once, at once.
 *
 * Throws `INVALID_SETUP` or `INVALID_REGISTRY` for options that cannot be used, before `fn` is
 * called; afterwards nothing that goes wrong with the measurement reaches the application.
 *
 * ```ts
 * const answer = await observeModelCall(
 *   () => client.messages.create({ model, max_tokens: 1024, messages }),
 *   { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'anthropic' },
 * );
 * ```
 */
export function observeModelCall<Result, R extends object = typeof agentMetrics>(
  fn: () => Result,
  attributes: ModelCallAttributes<R>,
  options: ModelCallOptions<R> = {},
): Result {
  const settings = settingsOf(attributes as Attributes, options as object, 'observeModelCall()');
  checkWork(fn, 'observeModelCall()');
  const call = new ModelCall(settings);
  countCall('inferenceCalls');
  const onValue = (value: unknown): unknown => {
    call.onAnswer(value);
    return value;
  };
  const onError = (error: unknown): void => call.onError(error);
  const onResponse = (): void => call.onAnswer(undefined);
  let result: Result;
  try {
    result = fn();
  } catch (error) {
    onError(error);
    throw error;
  }
  if (isThenable(result) && isObject(result))
    return observedPromise(result, { onValue, onError, onResponse });
  return onValue(result) as Result;
}
