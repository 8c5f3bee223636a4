import { type ChunkFacts, NOTHING } from '../chunk-facts.js';
import { apiErrorType } from '../failure-type.js';
import { property } from '../shapes.js';
import { tokens } from './usage.js';

/** Kinds of output items that a model begins with the name of what it calls. */
const CALLS = /_call$/;
const TEXT = new Set(['response.output_text.delta', 'response.refusal.delta']);
const PARTIAL_IMAGE = 'response.image_generation_call.partial_image';
const ENDS = new Set(['response.completed', 'response.incomplete', 'response.failed']);

/**
 * Events and answers of OpenAI's responses API.
 *
 * Source: OpenAI API reference, "Streaming events" of responses.
 */
export function openaiResponses(chunk: unknown): ChunkFacts {
  if (property(chunk, 'object') === 'response') return ofResponse(chunk);
  const type = property(chunk, 'type');
  if (typeof type !== 'string') return NOTHING;
  if (type === 'error') {
    return { errorType: apiErrorType({ code: property(chunk, 'code') }) ?? '_OTHER' };
  }
  const response = property(chunk, 'response');
  if (response !== undefined) {
    return ENDS.has(type)
      ? ofResponse(response)
      : { responseModel: property(response, 'model') as string | undefined };
  }
  if (TEXT.has(type)) return { isText: true, isOutput: true };
  const itemType = property(property(chunk, 'item'), 'type');
  const isCall = type === 'response.output_item.added' && CALLS.test(String(itemType));
  return { isOutput: isCall || type.endsWith('.delta') || type === PARTIAL_IMAGE };
}

function ofResponse(response: unknown): ChunkFacts {
  const usage = property(response, 'usage');
  const hasFailed = property(response, 'status') === 'failed';
  return {
    isFinal: true,
    usage: tokens(property(usage, 'input_tokens'), property(usage, 'output_tokens')),
    responseModel: property(response, 'model') as string | undefined,
    errorType: hasFailed ? (apiErrorType(property(response, 'error')) ?? '_OTHER') : undefined,
  };
}
