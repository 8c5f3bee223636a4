import type { Attributes } from '../../declare/index.js';
import { ATTR_GEN_AI_TOKEN_TYPE, type Duration, type Instruments } from '../../standard/index.js';
import { durations, read, withAttribute } from '../recorders.js';
import type { TokenUsage } from '../token-usage.js';
import type { AttributesFor, AttributesWithout } from '../types.js';

/** Tokens of one call of a model, as its usage block says; what it does not say is left out. */
export interface TokenCounts {
  readonly input?: number | undefined;
  readonly output?: number | undefined;
}

/** What is recorded of calls of models. */
export interface ModelHelpers<R> {
  /**
   * Records `gen_ai.client.operation.duration`, s: from sending a request to the end of the answer,
   * with `error.type` where it failed.
   */
  recordModelOperation(
    elapsed: Duration,
    ...attributes: AttributesFor<R, 'genAiClientOperationDuration'>
  ): void;
  /**
   * Records `gen_ai.client.operation.time_to_first_chunk`, s: from sending a streaming request to the
   * first chunk of output.
   */
  recordModelFirstChunk(
    elapsed: Duration,
    ...attributes: AttributesFor<R, 'genAiClientOperationTimeToFirstChunk'>
  ): void;
  /**
   * Records `gen_ai.client.operation.time_per_output_chunk`, s: from the chunk before to this one;
   * call it for every chunk after the first.
   */
  recordOutputChunk(
    sincePrevious: Duration,
    ...attributes: AttributesFor<R, 'genAiClientOperationTimePerOutputChunk'>
  ): void;
  /**
   * Records `gen_ai.client.token.usage`, {token}, once for each direction given. Does nothing where
   * `tokenUsage` is `'off'`.
   */
  recordTokens(
    tokens: TokenCounts,
    ...attributes: AttributesWithout<R, 'genAiClientTokenUsage', typeof ATTR_GEN_AI_TOKEN_TYPE>
  ): void;
  /**
   * In a model server: records `gen_ai.server.time_to_first_token`, s, from the arrival of a request
   * to its first token.
   */
  recordServerFirstToken(
    elapsed: Duration,
    ...attributes: AttributesFor<R, 'genAiServerTimeToFirstToken'>
  ): void;
  /**
   * In a model server: records `gen_ai.server.time_per_output_token`, s, from the token before to
   * this one; call it for every token after the first.
   */
  recordServerOutputToken(
    sincePrevious: Duration,
    ...attributes: AttributesFor<R, 'genAiServerTimePerOutputToken'>
  ): void;
}

export function modelHelpers(
  it: Instruments,
  tokenUsage: TokenUsage,
): Record<keyof ModelHelpers<unknown>, unknown> {
  const record = (type: 'input' | 'output', tokens: TokenCounts, attributes?: Attributes): void => {
    const count = read(tokens, type);
    if (count === undefined) return;
    const complete = withAttribute(attributes, ATTR_GEN_AI_TOKEN_TYPE, type);
    it.genAiClientTokenUsage.record(count, complete);
  };
  return {
    recordModelOperation: durations(it.genAiClientOperationDuration),
    recordModelFirstChunk: durations(it.genAiClientOperationTimeToFirstChunk),
    recordOutputChunk: durations(it.genAiClientOperationTimePerOutputChunk),
    recordTokens(tokens: TokenCounts, attributes?: Attributes) {
      if (tokenUsage === 'off') return;
      record('input', tokens, attributes);
      record('output', tokens, attributes);
    },
    recordServerFirstToken: durations(it.genAiServerTimeToFirstToken),
    recordServerOutputToken: durations(it.genAiServerTimePerOutputToken),
  };
}
