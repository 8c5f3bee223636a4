import type { ChunkFacts } from '../chunk-facts.js';
import { apiErrorType } from '../failure-type.js';
import { isText, property } from '../shapes.js';
import { tokens } from './usage.js';

/**
 * Chunks and answers of OpenAI's chat completions, and of the many APIs that speak the same way;
 * the older text completions included. Reasoning is found where others put it as well
 * (`reasoning_content`, `reasoning`).
 *
 * Source: OpenAI API reference, "The chat completion chunk object".
 */
export function openaiChat(chunk: unknown): ChunkFacts {
  const choices = property(chunk, 'choices');
  const usage = property(chunk, 'usage');
  const error = property(chunk, 'error');
  let hasText = false;
  let hasOutput = false;
  let isFinal = false;
  for (const choice of Array.isArray(choices) ? choices : []) {
    const delta = property(choice, 'delta') ?? property(choice, 'message') ?? choice;
    hasText ||= ['content', 'refusal', 'text'].some((key) => isText(property(delta, key)));
    hasOutput ||= isOutput(delta);
    isFinal ||= isText(property(choice, 'finish_reason'));
  }
  return {
    isText: hasText,
    isOutput: hasText || hasOutput,
    isFinal,
    usage: tokens(property(usage, 'prompt_tokens'), property(usage, 'completion_tokens')),
    responseModel: property(chunk, 'model') as string | undefined,
    errorType: error ? (apiErrorType(error) ?? '_OTHER') : undefined,
  };
}

function isOutput(delta: unknown): boolean {
  const calls = property(delta, 'tool_calls');
  return (
    (Array.isArray(calls) && calls.length > 0) ||
    ['reasoning_content', 'reasoning'].some((key) => isText(property(delta, key))) ||
    Boolean(property(delta, 'function_call')) ||
    Boolean(property(delta, 'audio'))
  );
}
